/** `meshbot install`. */
import { resolve } from "node:path";
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config.ts";
import { describeError, ServiceError, UsageError } from "../errors.ts";
import type { ServiceInstance } from "../io/mdns.ts";
import type { MachineUser } from "../install/facts.ts";
import type { Answers } from "../install/questions.ts";
import { type CliContext, defineCommand } from "./command.ts";

const LOOK_FOR_NODES_MS = 3000;

/** What this command uses of its context. */
type Context = Pick<CliContext, "env" | "stdin" | "signal" | "write" | "writeError">;

/** What the command line says of the first configuration. */
interface InstallArgs {
  readonly host: string | undefined;
  readonly language: string | undefined;
  readonly admins: string | undefined;
  readonly "listen-only-hours": string | undefined;
  readonly yes: boolean;
}

/** Makes the bot a service of this machine. */
export const installCommand = defineCommand({
  name: "install",
  summary: "Make the bot a service of this machine, by systemd",
  usage: "[--host HOST[:PORT]] [--user NAME] [--yes] [--dry-run] [options]",
  description: [
    "Copies this program to /usr/local/bin, writes a systemd unit that fences it in, a first configuration from a few questions",
    "(it looks for nodes on the network), and starts the service. For its first day the bot only listens, unless you say otherwise.",
    "It says each thing that it does. A configuration that is there already is kept; a second install brings a new program and unit.",
  ].join("\n"),
  options: {
    host: { type: "text", value: "HOST[:PORT]", help: "The node; without it the network is searched" },
    language: { type: "text", value: "en|fr", help: "Language of the answers" },
    admins: { type: "text", value: "LIST", help: "Node ids or public keys of admins, separated by commas" },
    "listen-only-hours": { type: "text", value: "N", help: "Listen only for so many hours; 0 answers at once", default: "24" },
    user: { type: "text", value: "NAME", help: "Run as this user", default: "as installed before, else one that systemd makes up" },
    yes: { type: "flag", help: "Ask nothing: take the usual answer where none is given" },
    "dry-run": { type: "flag", help: "Do nothing, and print everything that would be done" },
    binary: { type: "text", value: "FILE", help: "Install this program instead of the running one" },
    root: { type: "text", value: "DIR", help: "For packagers: install under this folder, and start nothing", default: "/" },
  },
  exitCodes: {
    0: "it is installed, or --dry-run has printed what would be done",
    1: "a step failed; what was done before it is said",
    2: "the command line is wrong, this is not root, or nobody said which node",
  },
  examples: [
    "sudo ./meshbot install",
    "sudo ./meshbot install --yes --host 192.168.1.50 --language fr",
    "meshbot install --dry-run --host 192.168.1.50",
  ],
  async run({ args, env, cwd, stdin, signal, write, writeError }) {
    const [
      { readFacts, findUser },
      { planInstall, describeStep },
      { applySteps, InstallError },
      { firstConfig, firstSecrets },
      { PATHS, under },
    ] = await Promise.all([
      import("../install/facts.ts"),
      import("../install/plan.ts"),
      import("../install/apply.ts"),
      import("../install/first_config.ts"),
      import("../install/paths.ts"),
    ]);
    const root = resolve(cwd, args.root ?? "/");
    requireRoot("install", { root, dryRun: args["dry-run"] });
    const facts = readFacts(root);
    if (root === "/" && !facts.hasSystemd && !args["dry-run"]) {
      throw new UsageError("this machine is not run by systemd, which would keep the bot running; start it yourself: meshbot run");
    }
    const program = programFile(args.binary, cwd);
    // The files of an installation belong to its user, and another one could not read them.
    const userName = args.user ?? facts.unitUser;
    const user = userName === undefined ? undefined : { name: userName, ...requireUser(userName, findUser(root, userName)) };
    let config: string | undefined;
    if (!facts.hasConfig) {
      config = firstConfig(await askAll(args, { env, stdin, signal, write, writeError }), systemClock.wallMs());
      await checkText(config);
    }
    const steps = planInstall({
      root,
      facts,
      program: program === under(root, PATHS.binary) ? undefined : program,
      config,
      secrets: firstSecrets(),
      user,
    });
    if (args["dry-run"]) {
      write("Nothing is done. This is what would be:");
      for (const step of steps) {
        write(`- ${describeStep(step)}`);
        if (step.kind === "write") { for (const line of step.text.trimEnd().split("\n")) write(`    ${line}`.trimEnd()); }
      }
      return 0;
    }
    try {
      await applySteps(steps, { say: (line) => write(`- ${line}`) });
    } catch (error) {
      if (!(error instanceof InstallError)) throw error;
      writeError(`meshbot install: ${error.message}`);
      if (root === "/") writeError("What the bot itself says is in its log: journalctl -u meshbot -n 50");
      return 1;
    }
    for (const line of farewell(root, config)) write(line);
    return 0;
  },
});

function farewell(root: string, config: string | undefined): string[] {
  if (root !== "/") return [`Installed under ${root}; nothing was started.`];
  const until = /^listen_only_until = "(.*)"$/m.exec(config ?? "")?.[1];
  return [
    "The bot runs, and will run again after a restart of the machine.",
    ...(until === undefined ? [] : [`It only listens until ${until}; see /etc/meshbot/meshbot.toml.`]),
    "Its state: systemctl status meshbot. Its log: journalctl -u meshbot -f. Its end: sudo meshbot uninstall.",
  ];
}

async function askAll(args: InstallArgs, { env, stdin, signal, write, writeError }: Context): Promise<Answers> {
  const [{ collectAnswers, MAX_LISTEN_ONLY_HOURS }, { createTerminal }] = await Promise.all([
    import("../install/questions.ts"),
    import("../install/terminal.ts"),
  ]);
  const { host, language, admins, "listen-only-hours": hours, yes } = args;
  if (hours !== undefined && !(/^\d{1,4}$/.test(hours) && Number(hours) <= MAX_LISTEN_ONLY_HOURS)) {
    throw new UsageError(`--listen-only-hours is ${JSON.stringify(hours)}: must be a whole number from 0 to ${MAX_LISTEN_ONLY_HOURS}`);
  }
  const given = {
    ...(host === undefined ? {} : { host }),
    ...(language === undefined ? {} : { language }),
    ...(admins === undefined ? {} : { admins }),
    ...(hours === undefined ? {} : { listenOnlyHours: Number(hours) }),
  };
  const found = host === undefined ? await lookForNodes(signal, writeError) : [];
  if (yes || !stdin.isTerminal()) return await collectAnswers(given, { found, env }, undefined);
  await using person = createTerminal({ input: stdin.readable(), write, signal });
  return await collectAnswers(given, { found, env }, person);
}

async function lookForNodes(signal: AbortSignal, writeError: (line: string) => void): Promise<readonly ServiceInstance[]> {
  const { findServices, MESHTASTIC_SERVICE } = await import("../io/mdns.ts");
  writeError("Looking for nodes on this network ...");
  try {
    return await findServices(MESHTASTIC_SERVICE, { clock: systemClock, signal, timeoutMs: LOOK_FOR_NODES_MS });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    writeError(`The network could not be searched: ${describeError(error)}`);
    return [];
  }
}

/** What the bot would refuse at its start is refused here. */
async function checkText(text: string): Promise<void> {
  const file = await Deno.makeTempFile({ prefix: "meshbot-", suffix: ".toml" });
  try {
    await Deno.writeTextFile(file, text);
    loadConfig({ file, env: { HOME: "/" }, cwd: "/" });
  } finally {
    await Deno.remove(file);
  }
}

/** Throws UsageError where the command would need root and has it not. */
export function requireRoot(command: string, { root, dryRun }: { readonly root: string; readonly dryRun: boolean }): void {
  if (root !== "/" || dryRun || Deno.uid() === 0) return;
  throw new UsageError(
    `this changes the system: it must be run as root, as in "sudo meshbot ${command}"; --dry-run shows what it would do`,
  );
}

function requireUser(name: string, found: MachineUser | undefined): MachineUser {
  if (found === undefined) throw new UsageError(`there is no user ${JSON.stringify(name)} on this machine: make one, or leave --user out`);
  if (found.uid === 0) throw new UsageError("the bot needs no rights of root: name another user, or leave --user out");
  return found;
}

/** The program to install: the one named, else the running one, which must be compiled. */
function programFile(named: string | undefined, cwd: string): string {
  if (named !== undefined) return resolve(cwd, named);
  if (Deno.build.standalone) return Deno.execPath();
  throw new UsageError(
    "this bot runs from its source, by Deno; only the program in one file can be installed: " +
      '"deno task compile" makes it, and --binary FILE names it',
  );
}
