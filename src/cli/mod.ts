/** The subcommands of the program, and the way from a command line to one of them. */
import { describeError, isExpectedNetworkError, UsageError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { VERSION } from "../version.ts";
import { asksForHelp, parseOptions, writtenForm } from "./args.ts";
import type { CliCommand, CliIo } from "./command.ts";
import { checkCommand } from "./check.ts";
import { configCommand } from "./config.ts";
import { demoCommand } from "./demo.ts";
import { diagCommand } from "./diag.ts";
import { commandHelp, overview } from "./help.ts";
import { importCommand } from "./import.ts";
import { installCommand } from "./install.ts";
import { replayCommand } from "./replay.ts";
import { runCommand } from "./run.ts";
import { simulateCommand } from "./simulate.ts";
import { statusCommand } from "./status.ts";
import { storeCommand } from "./store.ts";
import { uninstallCommand } from "./uninstall.ts";
import { versionCommand } from "./version.ts";

/** Every subcommand, in the order of the help. */
export const CLI_COMMANDS: readonly CliCommand[] = [
  runCommand,
  demoCommand,
  simulateCommand,
  checkCommand,
  statusCommand,
  diagCommand,
  replayCommand,
  storeCommand,
  configCommand,
  installCommand,
  uninstallCommand,
  importCommand,
  versionCommand,
];

/** Runs a command line; resolves to the exit code and throws nothing. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  // `deno task start -- --config FILE` hands its `--` on; no command has use for one.
  const [first, ...rest] = argv.filter((word) => word !== "--");
  let speaker = "meshbot";
  try {
    if (first === undefined) {
      io.writeError(`${overview(CLI_COMMANDS, VERSION)}\n\nmeshbot: say what to do, one of the commands above`);
      return 2;
    }
    if (first === "--help" || first === "-h" || first === "help") {
      io.write(await help(first === "help" ? rest.filter((word) => word !== "--help" && word !== "-h") : []));
      return 0;
    }
    const command = first === "--version" || first === "-V" ? versionCommand : find(first, rest);
    speaker = `meshbot ${command.name}`;
    if (asksForHelp(rest)) {
      io.write(await commandHelp(command));
      return 0;
    }
    return await command.run({ ...io, args: parseOptions(command, rest) as never });
  } catch (error) {
    io.writeError(`${speaker}: ${failure(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function help(words: readonly string[]): Promise<string> {
  const [name, ...more] = words;
  if (name === undefined) return overview(CLI_COMMANDS, VERSION);
  if (more.length > 0) throw new UsageError(`help takes one command. Did you mean: meshbot help ${name}`);
  return await commandHelp(find(name, [], "help "));
}

function find(word: string, rest: readonly string[], verb = ""): CliCommand {
  const command = CLI_COMMANDS.find(({ name }) => name === word);
  if (command !== undefined) return command;
  if (word.startsWith("-")) throw new UsageError(optionFirst(word, rest));
  const near = nearest(word, CLI_COMMANDS.map(({ name }) => name));
  if (near !== undefined) throw new UsageError(`unknown command ${JSON.stringify(word)}. Did you mean: meshbot ${verb}${near}`);
  const known = CLI_COMMANDS.map(({ name }) => name).join(", ");
  throw new UsageError(`unknown command ${JSON.stringify(word)}. Known are ${known}; see: meshbot --help`);
}

function optionFirst(word: string, rest: readonly string[]): string {
  const written = word.replace(/=.*$/s, "");
  const option = written.replace(/^-+/, "");
  const command = CLI_COMMANDS.find(({ name, options }) => rest.includes(name) && Object.hasOwn(options, option)) ??
    CLI_COMMANDS.find(({ options }) => Object.hasOwn(options, option));
  const right = command === undefined ? "meshbot --help" : writtenForm(command, option);
  return `${written} stands before the command. Did you mean: ${right}`;
}

/** An error as the operator sees it: what this program or the system foresaw is one message, a fault of ours has its stack. */
function failure(error: unknown): string {
  const foreseen = error instanceof UsageError || isExpectedNetworkError(error) || isSystemError(error);
  if (foreseen || !(error instanceof Error)) return describeError(error);
  return `this is a fault of the program: ${error.stack ?? error.message}`;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && typeof (error as { code?: unknown }).code === "string" &&
    /^E[A-Z]+$/.test((error as { code?: string }).code ?? "");
}
