import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import denoJson from "../../deno.json" with { type: "json" };
import { parseOptions } from "../../src/cli/args.ts";
import type { CliCommand } from "../../src/cli/command.ts";
import { diagCommand } from "../../src/cli/diag.ts";
import { replayCommand } from "../../src/cli/replay.ts";
import { runCommand } from "../../src/cli/run.ts";
import { UsageError } from "../../src/errors.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
// The permissions that `deno task start` gives, and no more.
const PERMISSIONS = denoJson.tasks.start.command.split(" ").filter((word) => word.startsWith("--"));
const REAL = fileURLToPath(new URL("../testdata/real-node-2.7.26.jsonl", import.meta.url));

interface Outcome {
  readonly code: number;
  readonly out: string[];
  readonly err: string[];
}

/** Runs a command in this process; throws as the command does. */
async function run(
  command: CliCommand,
  argv: readonly string[],
  { env = {} }: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await command.run({
    args: parseOptions(command, argv) as never,
    env: { HOME: "/nowhere", ...env },
    cwd: "/",
    signal: new AbortController().signal,
    stdin: { readable: () => new ReadableStream(), isTerminal: () => false },
    write: (line) => void out.push(line),
    writeError: (line) => void err.push(line),
  });
  return { code, out, err };
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meshbot-replay-test-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("meshbot replay refuses a file that is too large to be a recording, and leaves out a line from another age", async () => {
  await inFolder(async (folder) => {
    const large = join(folder, "large.jsonl");
    await Deno.create(large).then((file) => file.close());
    await Deno.truncate(large, 700 * 1024 * 1024);
    await assert.rejects(run(replayCommand, [large]), { name: "UsageError", message: /large\.jsonl is larger than 64 MiB/ });
    const old = join(folder, "old.jsonl");
    await Deno.writeTextFile(old, `${await Deno.readTextFile(REAL)}{"t":1e300,"dir":"eof"}\n`);
    const { code, out } = await run(replayCommand, [old, "--as-fast-as-possible"]);
    assert.equal(code, 0);
    assert.match(out.join("\n"), /could not be read: 1$/);
  });
});

Deno.test("meshbot replay prints each text with its time, and the log on standard error", async () => {
  const { code, out, err } = await run(replayCommand, [REAL, "--as-fast-as-possible"]);
  assert.equal(code, 0);
  assert.match(
    out.join("\n"),
    /the bot is ready\n\[ {4}1\.7 s\] !c3d40b02 to !a1b20a01: \/ping\n\[ {4}\d\.\d s\] the bot to !c3d40b02: .*direct\n\[ {4}4\.5 s\] !c3d40b02 to channel 0: bonjour[^]*\nplayed to its end: 38\.0 s\nhandshakes: 1 by the bot, 1 recorded/,
  );
  assert.ok(err.some((line) => line.includes("ready: our node is !a1b20a01")));
});

Deno.test("meshbot replay --json prints one JSON object a line and nothing else, the end last", async () => {
  const { code, out } = await run(replayCommand, [REAL, "--speed", "200", "--json"]);
  assert.equal(code, 0);
  const events = out.map((line) => JSON.parse(line) as { type: string; [key: string]: unknown });
  assert.deepEqual([...new Set(events.map(({ type }) => type))].sort(), ["end", "heard", "note", "said"]);
  const end = events.at(-1);
  assert.deepEqual([end?.type, end?.["heard"], end?.["healthy"], end?.["complete"]], ["end", 4, true, true]);
  const ping = events.find(({ type }) => type === "heard");
  assert.deepEqual([ping?.["from"], ping?.["text"]], ["!c3d40b02", "/ping"]);
});

Deno.test("meshbot replay heeds MESHBOT_ variables, and keeps terminal codes of a text from the terminal", async () => {
  const { out } = await run(replayCommand, [REAL, "--as-fast-as-possible"], { env: { MESHBOT_MESH_LISTEN_ONLY: "true" } });
  assert.ok(!out.some((line) => line.includes("the bot to")));
  // deno-lint-ignore no-control-regex -- that is what must not be there
  assert.ok(!/[\x00-\x09\x0b-\x1f\x7f]/.test(out.join("\n")));
});

Deno.test("meshbot replay refuses what it cannot play", async () => {
  await inFolder(async (folder) => {
    const other = join(folder, "meshbot.toml");
    await Deno.writeTextFile(other, "[node]\n");
    await assert.rejects(run(replayCommand, [other]), (error) => error instanceof UsageError && /no recording/.test(error.message));
    await assert.rejects(run(replayCommand, [join(folder, "none")]), Deno.errors.NotFound);
  });
  for (const argv of [[], [REAL, "--speed", "0"], [REAL, "--speed", "fast"], [REAL, "--speed", "2", "--as-fast-as-possible"]]) {
    await assert.rejects(run(replayCommand, argv), UsageError);
  }
});

Deno.test("meshbot diag --record records the link without secrets, and the recording can be played", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "link.jsonl");
    const psk = crypto.getRandomValues(new Uint8Array(32));
    await using node = await startSimulatedNode({ acceptPollMs: 0, nodes: 3, channels: [{ name: "" }, { name: "Family", psk }] });
    const target = `127.0.0.1:${node.port}`;
    const diag = await run(diagCommand, [target, "--duration", "1", "--record", file]);
    assert.equal(diag.code, 0, diag.err.join("\n"));
    const text = await Deno.readTextFile(file);
    const hex = [...psk].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    assert.ok(!text.includes(hex));
    assert.match(text, /^{"t":[\d.]+,"dir":"start".*"secrets":false}\n{"t":[\d.]+,"dir":"open"/);
    const replay = await run(replayCommand, [file, "--as-fast-as-possible"]);
    assert.equal(replay.code, 0, replay.out.join("\n"));

    const whole = join(folder, "whole.jsonl");
    await run(diagCommand, [target, "--duration", "1", "--record", whole, "--with-secrets"]);
    assert.ok((await Deno.readTextFile(whole)).includes(hex), "the key was not on the link");
  });
});

Deno.test("meshbot run --record records the bot's link until it is told to stop", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "link.jsonl");
    await using node = await startSimulatedNode({ acceptPollMs: 0, nodes: 3 });
    const ready = node.waitFor("toRadio", ({ message }) => message.payloadVariant.case === "packet");
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", ...PERMISSIONS, "main.ts", "run", "--record", file],
      cwd: ROOT,
      env: { MESHBOT_NODE_HOST: "127.0.0.1", MESHBOT_NODE_PORT: String(node.port), MESHBOT_DATA_DIR: folder },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const guard = setTimeout(() => child.kill("SIGKILL"), 30_000);
    await ready;
    child.kill("SIGTERM");
    const { code, stderr } = await child.output();
    clearTimeout(guard);
    const log = new TextDecoder().decode(stderr);
    assert.equal(code, 0, log);
    assert.ok(log.includes(`recording the link to ${file}, without keys`), log);
    const lines = (await Deno.readTextFile(file)).trim().split("\n").map((line) => JSON.parse(line) as { dir: string; bytes?: string });
    assert.equal(lines.at(-1)?.dir, "eof");
    assert.ok(lines.some(({ dir, bytes }) => dir === "to" && bytes === "94c300022001"), "it took no leave");
    assert.ok(lines.some(({ dir }) => dir === "from"));
  });
});

Deno.test("--with-secrets without --record is refused", async () => {
  for (const command of [runCommand, diagCommand]) {
    const argv = command === diagCommand ? ["127.0.0.1", "--with-secrets"] : ["--with-secrets"];
    await assert.rejects(run(command, argv), (error) => error instanceof UsageError && /--record FILE --with-secrets/.test(error.message));
  }
});
