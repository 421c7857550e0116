import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

// The permissions that `deno task start` gives, and no more.
const PERMISSIONS = denoJson.tasks.start.command.split(" ").filter((word) => word.startsWith("--"));

function command(args: readonly string[], env: Record<string, string>, streams: Partial<Deno.CommandOptions> = {}): Deno.Command {
  const kept = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    clearEnv: true,
    env: { ...Object.fromEntries(kept), NO_COLOR: "1", ...env },
    stdin: "null",
    ...streams,
  });
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function finished(running: Deno.Command): Promise<Outcome> {
  const { code, stdout, stderr } = await running.output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

/** Starts a process that must not outlive its test, whatever goes wrong in it. */
function started(args: readonly string[], env: Record<string, string>): { child: Deno.ChildProcess } & Disposable {
  const child = command(["run", ...PERMISSIONS, "main.ts", ...args], env, { stdout: "piped", stderr: "piped" }).spawn();
  const guard = setTimeout(() => child.kill("SIGKILL"), 30_000);
  return { child, [Symbol.dispose]: () => clearTimeout(guard) };
}

function meshbot(...args: string[]): Promise<Outcome> {
  return finished(command(["run", ...PERMISSIONS, "main.ts", ...args], {}));
}

Deno.test("main.ts prints the help on standard output and exits with 0", async () => {
  const { code, out, err } = await meshbot("--help");
  assert.equal(code, 0);
  assert.equal(err, "");
  assert.match(out, /^meshbot .*\n\nUsage: meshbot <command> \[options\]\n[^]*\n$/);
});

Deno.test("main.ts answers wrong use with exit code 2, one line on standard error and no stack", async () => {
  const { code, out, err } = await meshbot("simulat");
  assert.deepEqual({ code, out, err }, { code: 2, out: "", err: 'meshbot: unknown command "simulat". Did you mean: meshbot simulate\n' });
});

Deno.test("main.ts prints an example that it finds valid, and all mistakes of a file that is not", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "meshbot.toml");
  try {
    const example = await meshbot("config", "--example");
    assert.deepEqual([example.code, example.err], [0, ""]);
    await Deno.writeTextFile(file, example.out);
    const good = await meshbot("config", "--check", file);
    assert.deepEqual([good.code, good.err], [0, ""]);
    assert.match(good.out, /^\S+ is valid: the bot would connect to 192\.168\.1\.50:4403, .*\n$/);

    await Deno.writeTextFile(file, "debug = True\n[node]\nprot = 1\n");
    const bad = await meshbot("config", "--check", file);
    assert.deepEqual([bad.code, bad.out], [2, ""]);
    assert.match(bad.err, /line 1, column 9, debug .*\n.*line 3, node\.prot .*did you mean node\.port\?\n.*node\.host is missing.*\n$/);
    assert.doesNotMatch(bad.err, /\bat .*\.ts:\d/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("main.ts exits quietly when the reader of its output has gone", async () => {
  using process = started(["config", "--example"], {});
  const { child } = process;
  await child.stdout.cancel();
  const stderr = await new Response(child.stderr).text();
  const { code } = await child.status;
  assert.deepEqual([code, stderr], [0, ""]);
});

Deno.test("the start task takes its options with and without a bare --", async () => {
  for (const args of [["--config", "/nowhere/x.toml"], ["--", "--config", "/nowhere/x.toml"]]) {
    const { code, err } = await finished(command(["task", "--quiet", "start", ...args], {}));
    assert.equal(code, 2);
    assert.match(err, /meshbot run: Cannot use this configuration, it has 1 mistake:\n {2}\/nowhere\/x\.toml: there is no such file/);
  }
});

Deno.test("main.ts runs without a file when the environment names the host, and SIGTERM ends it with 0", async () => {
  const folder = await Deno.makeTempDir();
  // Nobody answers here: the port was free a moment ago.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String(listener.addr.port);
  listener.close();
  try {
    const env = { MESHBOT_NODE_HOST: "127.0.0.1", MESHBOT_NODE_PORT: port, MESHBOT_DATA_DIR: folder };
    using process = started(["run"], env);
    const { child } = process;
    let log = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      if (log === "" && text !== "") child.kill("SIGTERM");
      log += text;
    }
    const { code } = await child.status;
    assert.equal(await new Response(child.stdout).text(), "");
    assert.equal(code, 0, log);
    assert.match(log, /app: MeshBot \d+\.\d+\.\d+, configured by MESHBOT_DATA_DIR, MESHBOT_NODE_HOST, MESHBOT_NODE_PORT\n/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("main.ts simulate says first where it listens, serves the bot there, and refuses a port that is taken", async () => {
  const folder = await Deno.makeTempDir();
  using process = started(["simulate", "--port", "0"], {});
  const node = process.child;
  try {
    const firstChunk = await node.stdout.pipeThrough(new TextDecoderStream()).values().next();
    const port = /^listening on 127\.0\.0\.1:(\d+)\n/.exec(String(firstChunk.value))?.[1];
    assert.ok(port !== undefined, String(firstChunk.value));

    const second = await meshbot("simulate", "--port", port);
    assert.deepEqual([second.code, second.out], [1, ""]);
    const advice = "choose another with --port N, or any that is free with --port 0";
    assert.equal(second.err, `meshbot simulate: cannot listen on port ${port}, another program has it: ${advice}\n`);

    const env = { MESHBOT_NODE_HOST: "127.0.0.1", MESHBOT_NODE_PORT: port, MESHBOT_DATA_DIR: folder };
    using running = started(["run"], env);
    const bot = running.child;
    let log = "";
    let told = false;
    for await (const text of bot.stderr.pipeThrough(new TextDecoderStream())) {
      log += text;
      if (!told && /mesh: ready/.test(log)) {
        told = true;
        // deno task, npx and systemd each pass the signal on: the copies must not cut the leave-taking short.
        for (let copy = 0; copy < 3; copy++) bot.kill("SIGTERM");
      }
    }
    await bot.stdout.cancel();
    assert.equal((await bot.status).code, 0, log);
    assert.ok(told, log);
    assert.match(log, /app: stopped: the node's connection is free/);
  } finally {
    node.kill("SIGTERM");
    const [{ code }, stderr] = await Promise.all([node.status, new Response(node.stderr).text()]);
    await Deno.remove(folder, { recursive: true });
    assert.equal(code, 0, stderr);
  }
});
