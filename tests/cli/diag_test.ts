import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import denoJson from "../../deno.json" with { type: "json" };
import { parseOptions } from "../../src/cli/args.ts";
import { diagCommand } from "../../src/cli/diag.ts";
import { commandHelp } from "../../src/cli/help.ts";
import { systemClock } from "../../src/clock.ts";
import { acquireInstanceLock } from "../../src/io/instance_lock.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import { textPacket } from "../support/sim.ts";

interface Outcome {
  readonly code: number;
  readonly out: string[];
  readonly err: string[];
}

interface Where {
  readonly env?: Readonly<Record<string, string>>;
  /** Takes what is written to standard output. */
  readonly out?: string[];
  /** Told to stop as soon as such a line is on standard error. */
  readonly stopAt?: RegExp;
}

/** Runs the command in this process; throws UsageError as the command does. */
async function diag({ env = {}, out = [], stopAt }: Where, ...argv: string[]): Promise<Outcome> {
  const stopping = new AbortController();
  const err: string[] = [];
  const code = await diagCommand.run({
    args: parseOptions(diagCommand, argv) as never,
    env: { HOME: "/nowhere", ...env },
    cwd: "/",
    signal: stopping.signal,
    stdin: { readable: () => new ReadableStream(), isTerminal: () => false },
    write: (line) => out.push(line),
    writeError(line) {
      err.push(line);
      if (stopAt?.test(line)) stopping.abort();
    },
  });
  return { code, out, err };
}

function startNode(options: Parameters<typeof startSimulatedNode>[0] = {}): Promise<SimulatedNode> {
  return startSimulatedNode({ acceptPollMs: 0, nodes: 3, ...options });
}

async function closedPort(): Promise<number> {
  const node = await startNode();
  await node.stop();
  return node.port;
}

Deno.test("meshbot diag prints the report on standard output and what happens meanwhile on standard error", async () => {
  await using node = await startNode();
  const { code, out, err } = await diag({}, `127.0.0.1:${node.port}`, "--duration", "1");
  assert.equal(code, 0);
  assert.match(
    out.join("\n"),
    /\n {2}node +!a1b20a01, firmware 2\.7\.26.*\n[^]*\n {2}heartbeats +1 sent, 1 answered\n[^]*\nVerdict: The link is healthy/,
  );
  assert.match(err.join("\n"), /^looking at 127\.0\.0\.1:\d+ for 1\.0 s, like the official client.*\n[^]*heartbeat answered in/);
});

Deno.test("meshbot diag --json prints one object alone on standard output, also when it is refused", async () => {
  await using node = await startNode();
  const healthy = await diag({}, `127.0.0.1:${node.port}`, "--duration", "1", "--optimized", "--json");
  assert.deepEqual([healthy.code, healthy.out.length], [0, 1]);
  const report = JSON.parse(healthy.out[0] as string);
  assert.deepEqual([report.healthy, report.disconnects, report.mode, report.frames > 40], [true, 0, "optimized", true]);

  const refused = await diag({}, `127.0.0.1:${await closedPort()}`, "--json");
  assert.deepEqual([refused.code, refused.out.length], [1, 1]);
  const { verdict, disconnects, frames, path } = JSON.parse(refused.out[0] as string);
  assert.match(verdict, /refused/);
  assert.deepEqual([disconnects, frames, path.obstacle.kind], [0, 0, "refused"]);
});

Deno.test("meshbot diag exits with 1 when the connection is lost", async () => {
  await using node = await startNode();
  void node.waitFor("configured").then(() => node.hangUp());
  const { code, out } = await diag({}, `127.0.0.1:${node.port}`, "--duration", "1");
  assert.equal(code, 1);
  assert.match(out.join("\n"), /disconnects +1: 1 by FIN\n[^]*Verdict: The connection was lost 1 time/);
});

Deno.test("meshbot diag --raw holds the connection and says so", async () => {
  await using node = await startNode();
  const { code, out } = await diag({}, `localhost:${node.port}`, "--duration", "1.2", "--raw");
  assert.equal(code, 0);
  assert.match(out.join("\n"), /Verdict: The TCP connection to localhost:\d+ held for 1\.2 s\./);
});

Deno.test("meshbot diag takes the node of the configuration when none is named", async () => {
  await using node = await startNode();
  const env = { MESHBOT_NODE_HOST: "127.0.0.1", MESHBOT_NODE_PORT: String(node.port) };
  assert.equal((await diag({ env }, "--duration", "1", "--json")).code, 0);
});

Deno.test("meshbot diag answers wrong use with what would be right", async () => {
  const cases: [string[], RegExp][] = [
    [[], /^say which node to look at: meshbot diag HOST\[:PORT\]/],
    [["a:0"], /the port must be a number from 1 to 65535/],
    [["a", "b"], /unexpected "b"/],
    [["a", "--raw", "--optimized"], /say one of them, or none/],
    [["a", "--duration", "0.5"], /--duration is "0\.5": must be a number of seconds from 1/],
    [["a", "--duration", "ten"], /--duration is "ten"/],
    [["a", "--duration", "1e3"], /--duration is "1e3"/],
    [["a", "--duration", "3601", "--take-over"], /with --take-over at most 3600/],
    [["a", "--config", "/nowhere/x.toml"], /there is no such file/],
    [["a", "--jsn"], /unknown option --jsn\. Did you mean: meshbot diag --json/],
    [["--host", "a"], /unknown option --host\. Known are --duration, /],
  ];
  for (const [argv, message] of cases) await assert.rejects(diag({}, ...argv), { name: "UsageError", message }, argv.join(" "));
});

Deno.test("meshbot diag refuses the node of a running bot, and names it", async () => {
  await using node = await startNode();
  const folder = await Deno.makeTempDir({ prefix: "diag-" });
  try {
    using _lock = await acquireInstanceLock(folder, {
      pid: 4711,
      user: "meshbot",
      host: "localhost",
      port: node.port,
      addresses: ["127.0.0.1"],
      startedAtWallMs: 1,
    }, { clock: systemClock });
    const env = { MESHBOT_DATA_DIR: folder, MESHBOT_NODE_HOST: "127.0.0.1", MESHBOT_NODE_PORT: String(node.port) };
    const message = /a bot is running on 127\.0\.0\.1:\d+ \(pid 4711, user meshbot\).*--take-over/;
    for (const where of [env, { RUNTIME_DIRECTORY: folder }]) {
      await assert.rejects(diag({ env: where }, `127.0.0.1:${node.port}`, "--duration", "1"), { name: "UsageError", message });
    }
    const out: string[] = [];
    await assert.rejects(diag({ env, out }, `127.0.0.1:${node.port}`, "--json"), { name: "UsageError", message });
    const { verdict, ...rest } = JSON.parse(out.join("\n"));
    assert.match(verdict, message);
    assert.deepEqual(rest, { healthy: false, next: [], disconnects: 0, frames: 0 });
    assert.equal(node.connections.dialed, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("meshbot diag finds a running bot's data folder also in a configuration with a mistake that was not named", async () => {
  const folder = await Deno.makeTempDir({ prefix: "diag-" });
  try {
    const holder = { pid: 4711, user: "meshbot", host: "127.0.0.1", port: 44_444, addresses: [], startedAtWallMs: 1 };
    using _lock = await acquireInstanceLock(folder, holder, { clock: systemClock });
    const wrong = { MESHBOT_DATA_DIR: folder, MESHBOT_LANGUAGE: "klingon" };
    for (const env of [wrong, { MESHBOT_DATA_DIR: folder }]) {
      await assert.rejects(diag({ env }, "127.0.0.1:44444", "--duration", "1"), { name: "UsageError", message: /a bot is running on/ });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("meshbot diag --json prints its object for wrong use, too", async () => {
  for (const argv of [[], ["127.0.0.1:1", "--duration", "x"], ["127.0.0.1:1", "--raw", "--optimized"], ["127.0.0.1:x"]]) {
    const out: string[] = [];
    await assert.rejects(diag({ out }, ...argv, "--json"), { name: "UsageError" }, argv.join(" "));
    assert.equal(out.length, 1);
    assert.equal(JSON.parse(out[0] as string).healthy, false);
  }
});

Deno.test("meshbot diag says which recording cannot be written, as JSON too", async () => {
  const out: string[] = [];
  const running = diag({ out }, "127.0.0.1:1", "--duration", "1", "--json", "--record", "/nowhere/link.rec");
  await assert.rejects(running, { name: "UsageError", message: /^--record: \/nowhere\/link\.rec cannot be written: / });
  assert.match(JSON.parse(out.join("\n")).verdict, /cannot be written/);
});

Deno.test("meshbot diag stops when it is told to, with a verdict on what it saw", async () => {
  await using node = await startNode();
  const { code, out } = await diag({ stopAt: /\] ready: / }, `127.0.0.1:${node.port}`);
  assert.equal(code, 0);
  assert.match(out.join("\n"), /watched for .*, then stopped\n/);
});

Deno.test("meshbot diag has a help that names its exit codes", async () => {
  const help = await commandHelp(diagCommand);
  assert.match(help, /Usage: meshbot diag HOST\[:PORT\] \[--duration S\] \[--optimized \| --raw\]/);
  assert.match(help, /\n {2}HOST\[:PORT\] +The node: /);
  assert.match(help, /\n {2}1 +it is not: no connection/);
});

Deno.test("meshbot diag works as a program: exit codes, and nothing but JSON on standard output", async () => {
  await using node = await startNode();
  const permissions = denoJson.tasks.start.command.split(" ").filter((word) => word.startsWith("--"));
  const program = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", ...permissions, "main.ts", "diag", ...args],
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, out: out ?? "", err: err ?? "" };
  };
  const [healthy, refused, wrong] = await Promise.all([
    program(`127.0.0.1:${node.port}`, "--duration", "1", "--json"),
    program(`127.0.0.1:${await closedPort()}`, "--duration", "1"),
    program("127.0.0.1:99999"),
  ]);
  assert.equal(healthy.code, 0, healthy.err);
  assert.match(healthy.out, /^\{[^\n]*\}\n$/);
  assert.deepEqual([JSON.parse(healthy.out).healthy, typeof JSON.parse(healthy.out).verdict], [true, "string"]);
  assert.equal(refused.code, 1, refused.err);
  assert.match(refused.out, /Verdict: No connection: .* refused/);
  assert.deepEqual([wrong.code, wrong.out], [2, ""]);
  assert.match(wrong.err, /^meshbot diag: "127\.0\.0\.1:99999" is no HOST\[:PORT\]: [^\n]*\n$/);
});

Deno.test("meshbot diag takes its leave of the node when the reader of its output has gone", async () => {
  await using node = await startNode();
  const left = node.waitFor("toRadio", ({ message }) => message.payloadVariant.case === "disconnect");
  const permissions = denoJson.tasks.start.command.split(" ").filter((word) => word.startsWith("--"));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, "main.ts", "diag", `127.0.0.1:${node.port}`, "--duration", "600"],
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const guard = setTimeout(() => child.kill("SIGKILL"), 30_000);
  try {
    const reader = child.stderr.getReader();
    const text = new TextDecoder();
    for (let told = ""; !/ready: /.test(told);) told += text.decode((await reader.read()).value, { stream: true });
    await reader.cancel();
    // The next line that diag writes is one that nobody reads.
    node.receiveFromMesh(textPacket("hello", { from: 0x1000, id: 1 }));
    await left;
    await child.status;
  } finally {
    clearTimeout(guard);
  }
});
