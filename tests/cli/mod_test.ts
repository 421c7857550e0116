import assert from "node:assert/strict";
import { optionForm } from "../../src/cli/args.ts";
import { CLI_COMMANDS, runCli } from "../../src/cli/mod.ts";
import { SCENARIOS } from "../../src/simulator/scenario.ts";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function cli(...argv: string[]): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(argv, {
    env: { HOME: "/home/pi" },
    cwd: "/",
    signal: new AbortController().signal,
    stdin: { readable: () => new ReadableStream(), isTerminal: () => false },
    write: (line) => out.push(line),
    writeError: (line) => err.push(line),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

Deno.test("CLI_COMMANDS have names of their own", () => {
  const names = CLI_COMMANDS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("runCli() shows every command in its help", async () => {
  for (const argv of [["--help"], ["-h"], ["help"], ["help", "--help"]]) {
    const { code, out, err } = await cli(...argv);
    assert.equal(code, 0);
    assert.equal(err, "");
    for (const { name, summary } of CLI_COMMANDS) assert.match(out, new RegExp(`^  ${name} +${RegExp.escape(summary)}$`, "m"));
  }
});

Deno.test("runCli() shows each command's options with defaults, exit codes and an example", async () => {
  for (const command of CLI_COMMANDS) {
    for (const argv of [[command.name, "--help"], ["help", command.name], [command.name, "-h"]]) {
      const { code, out, err } = await cli(...argv);
      assert.equal(code, 0);
      assert.equal(err, "");
      assert.ok(out.includes(`Usage: meshbot ${command.name}`));
      for (const [name, spec] of Object.entries(command.options)) {
        assert.ok(out.includes(`  ${optionForm(name, spec)} `), name);
        assert.ok(out.includes(spec.help), name);
        assert.ok(
          command.usage.includes(optionForm(name, spec)) || command.usage.includes("[options]"),
          `usage of ${command.name} names --${name}`,
        );
        if (spec.type === "integer") assert.ok(out.includes(`(${spec.min} to ${spec.max}; default: ${spec.default})`), name);
      }
      for (const text of ["--help", "Exit codes:", "\n  0  ", "\n  1  ", "\n  2  ", command.examples[0] as string]) {
        assert.ok(out.includes(text), text);
      }
    }
  }
});

Deno.test("runCli() names the scenarios in the help of simulate", async () => {
  const { out } = await cli("simulate", "--help");
  for (const { name, summary } of SCENARIOS) assert.match(out, new RegExp(`\\n  ${name} +${RegExp.escape(summary)}\\n`));
});

Deno.test("runCli() without a command says so below the help, with exit code 2", async () => {
  const { code, out, err } = await cli();
  assert.equal(code, 2);
  assert.equal(out, "");
  assert.match(err, /^meshbot .*\n/);
  assert.match(err, /\nmeshbot: say what to do, one of the commands above$/);
});

Deno.test("runCli() answers wrong use with exit code 2 and the nearest right form in one line", async () => {
  const cases: [string, string][] = [
    ["simulat", 'meshbot: unknown command "simulat". Did you mean: meshbot simulate'],
    ["RUN", 'meshbot: unknown command "RUN". Did you mean: meshbot run'],
    ["help simulat", 'meshbot: unknown command "simulat". Did you mean: meshbot help simulate'],
    ["help run demo", "meshbot: help takes one command. Did you mean: meshbot help run"],
    ["weather", `meshbot: unknown command "weather". Known are ${CLI_COMMANDS.map(({ name }) => name).join(", ")}; see: meshbot --help`],
    ["toString", `meshbot: unknown command "toString". Known are ${CLI_COMMANDS.map(({ name }) => name).join(", ")}; see: meshbot --help`],
    ["simulate --prot 1", "meshbot simulate: unknown option --prot. Did you mean: meshbot simulate --port N"],
    ["simulate --scenario flakey", 'meshbot simulate: unknown scenario "flakey". Did you mean: meshbot simulate --scenario flaky'],
    ["--config x.toml run", "meshbot: --config stands before the command. Did you mean: meshbot run --config FILE"],
    ["--seed=1 simulate", "meshbot: --seed stands before the command. Did you mean: meshbot simulate --seed N"],
    ["--xyzzy", "meshbot: --xyzzy stands before the command. Did you mean: meshbot --help"],
    ["version 1", 'meshbot version: unexpected "1". Did you mean: meshbot version'],
    ["config", "meshbot config: say one of the two: meshbot config --example, or meshbot config --check FILE"],
    [
      "config --example --check x",
      "meshbot config: say one of the two: meshbot config --example, or meshbot config --check FILE",
    ],
  ];
  for (const [line, expected] of cases) assert.deepEqual(await cli(...line.split(" ")), { code: 2, out: "", err: expected }, line);
});

Deno.test("runCli() tolerates a bare -- wherever it stands", async () => {
  const plain = await cli("version");
  assert.deepEqual(await cli("version", "--"), plain);
  assert.deepEqual(await cli("--", "version"), plain);
  assert.equal((await cli("config", "--", "--example")).code, 0);
});

Deno.test("runCli() prints the versions for version, --version and -V", async () => {
  for (const word of ["version", "--version", "-V"]) {
    const { code, out } = await cli(word);
    assert.equal(code, 0);
    assert.match(out, /^meshbot \d+\.\d+\.\d+ \(deno \d+\.\d+\.\d+, [\w-]+\)$/);
  }
});

Deno.test("runCli() checks a file: one line when it is valid, every mistake when it is not", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/x.toml`;
  try {
    await Deno.writeTextFile(file, '[node]\nhost = "::1"\n[mesh]\nchannels = [0, "Club"]\n');
    assert.deepEqual(await cli("config", "--check", file), {
      code: 0,
      out: `${file} is valid: the bot would connect to [::1]:4403, answer direct messages and on channel 0, Club in English, ` +
        "and keep its data in /home/pi/.local/share/meshbot",
      err: "",
    });
    await Deno.writeTextFile(file, "debug = 1\nx = 1\n");
    const { code, out, err } = await cli("config", "--check", file);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(
      err,
      /^meshbot config: Cannot use this configuration, it has 3 mistakes:\n.*line 1, .*\n.*line 2, .*\n.*node\.host is missing/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runCli() reports a wrong configuration of run with exit code 2", async () => {
  const { code, out, err } = await cli("run", "--config", "/nowhere/meshbot.toml");
  assert.deepEqual([code, out], [2, ""]);
  assert.match(err, /^meshbot run: Cannot use this configuration, it has 1 mistake:\n {2}\/nowhere\/meshbot\.toml: there is no such file/);
});
