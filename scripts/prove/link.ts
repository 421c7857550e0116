/** The bot in one file against the simulated node in one file: start, status, diag, store, systemd. */
import { join } from "node:path";
import { expect, type Ledger } from "./ledger.ts";
import { type Program, runProgram, type Started, startProgram } from "./program.ts";

const ROUNDS = 3;
const STOPS_WITHIN_MS = 3000;

/** Proves all that, with the program alone. */
export async function proveLink(program: Program, ledger: Ledger): Promise<void> {
  await using node = startProgram(program, ["simulate", "--port", "0"], { limitMs: 180_000 });
  const port = (await node.waitFor(/listening on 127\.0\.0\.1:(\d+)/)).match[1] as string;
  const config = join(program.cwd, "link.toml");
  const data = join(program.cwd, "link-data");
  await Deno.writeTextFile(config, `data_dir = "${data}"\ndebug = true\n[node]\nhost = "127.0.0.1"\nport = ${port}\n`);

  await ledger.prove("config --check takes a good file and refuses a bad one", async () => {
    const good = await runProgram(program, ["config", "--check", config]);
    expect(good.code === 0 && /is valid/.test(good.out), `the good one: code ${good.code}, ${good.out}${good.err}`);
    const bad = join(program.cwd, "bad.toml");
    await Deno.writeTextFile(bad, `[node]\nhosst = "127.0.0.1"\n`);
    const refused = await runProgram(program, ["config", "--check", bad]);
    expect(refused.code === 2 && /hosst/.test(refused.err), `the bad one: code ${refused.code}, ${refused.out}${refused.err}`);
    return refused.err.trim();
  });

  await ledger.prove("run starts and stops", async () => {
    const rounds: (readonly [firstLineMs: number, readyMs: number])[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await using bot = startProgram(program, ["run", "--config", config]);
      const { afterMs: firstLineMs } = await bot.waitFor(/\n/);
      rounds.push([firstLineMs, (await bot.waitFor(/ready: our node is /)).afterMs]);
      await stop(bot);
    }
    const all = (index: 0 | 1) => rounds.map((round) => `${(round[index] / 1000).toFixed(2)} s`).join(", ");
    return `first log line after ${all(0)}; link ready after ${all(1)}`;
  });

  const notify = join(program.cwd, "notify");
  const systemd = Deno.listenDatagram({ transport: "unixpacket", path: notify });
  using _closed = { [Symbol.dispose]: () => systemd.close() };
  const told = collect(systemd);
  // As the unit starts it.
  await using bot = startProgram(program, ["run", "--config", config], { env: { NOTIFY_SOCKET: notify, WATCHDOG_USEC: "400000" } });
  await bot.waitFor(/ready: our node is /);

  await ledger.prove("status asks the bot that runs", async () => {
    const { code, out, err } = await runProgram(program, ["status", "--json", "--config", config]);
    expect(code === 0, `code ${code}: ${err}`);
    const { link, store } = JSON.parse(out) as { link: { state: string }; store: { history: string; journal: string } };
    expect(link.state === "ready", `the link is ${link.state}`);
    expect(store.history === "file" && store.journal === "file", `the store is ${JSON.stringify(store)}`);
    return `the link is ready, the history is a file`;
  });

  await ledger.prove("diag refuses while the bot runs, and takes over", async () => {
    const refused = await runProgram(program, ["diag", `127.0.0.1:${port}`, "--duration", "2", "--config", config]);
    expect(refused.code === 2 && /a bot is running/.test(refused.err), `code ${refused.code}: ${refused.err}`);
    return await diagnose(program, [`127.0.0.1:${port}`, "--config", config, "--take-over"]);
  });

  await ledger.prove("the bot comes back, and SIGHUP reads its file again", async () => {
    await bot.waitFor(/ready: our node is [^]*ready: our node is /);
    await Deno.writeTextFile(config, `${await Deno.readTextFile(config)}[mesh]\nairtime_percent = 400\n`);
    bot.signal("SIGHUP");
    return (await bot.waitFor(/ERROR +app: (.*airtime_percent.*)/)).match[1];
  });
  // What asks later reads the file too.
  await Deno.writeTextFile(config, (await Deno.readTextFile(config)).replace(/\[mesh\][^]*$/, ""));

  await ledger.prove("run stops at SIGTERM, and systemd heard of all of it", async () => {
    await bot.waitFor(/DEBUG +mesh: packet /);
    const tookMs = await stop(bot);
    const words = ["READY=1", "STATUS=", "WATCHDOG=1", "RELOADING=1", "STOPPING=1"];
    const missing = words.filter((word) => !told.some((message) => message.startsWith(word)));
    expect(missing.length === 0, `it was not told ${missing.join(", ")}, but ${told.join(", ")}`);
    return `in ${(tookMs / 1000).toFixed(2)} s; ${words.join(", ")}`;
  });

  await ledger.prove("the store's own thread has kept what was heard", async () => {
    const info = await runProgram(program, ["store", "info", "--config", config]);
    const packets = Number(/^ +packets +(\d+)$/m.exec(info.out)?.[1]);
    expect(info.code === 0 && packets > 0, `code ${info.code}: ${info.out}${info.err}`);
    const check = await runProgram(program, ["store", "check", "--config", config]);
    expect(check.code === 0 && check.out.match(/: ok$/gm)?.length === 2, `check: code ${check.code}: ${check.out}${check.err}`);
    return `packets kept: ${packets}; check finds no damage`;
  });

  await ledger.prove("diag against simulate, without a configuration", () => diagnose(program, [`127.0.0.1:${port}`]));

  await ledger.prove("diag says that a port refuses", async () => {
    await stop(node);
    const { code, out } = await runProgram(program, ["diag", `127.0.0.1:${port}`, "--duration", "1", "--json"]);
    const { verdict } = JSON.parse(out) as { verdict: string };
    expect(code === 1 && /refused/.test(verdict), `code ${code}: ${out}`);
    return verdict;
  });
}

/** A look of two seconds, which finds a healthy link; gives the verdict. */
async function diagnose(program: Program, args: readonly string[]): Promise<string> {
  const { code, out, err } = await runProgram(program, ["diag", ...args, "--duration", "2", "--json"]);
  expect(code === 0, `code ${code}: ${out}${err}`);
  const { healthy, verdict, frames, disconnects } = JSON.parse(out) as {
    healthy: boolean;
    verdict: string;
    frames: number;
    disconnects: number;
  };
  expect(healthy && frames > 0 && disconnects === 0, out);
  return verdict;
}

/** Milliseconds until its end; throws when that is late or in disorder. */
async function stop(running: Started): Promise<number> {
  const beforeMs = performance.now();
  running.signal("SIGTERM");
  const { code, err } = await running.ended;
  const tookMs = performance.now() - beforeMs;
  expect(code === 0 && tookMs <= STOPS_WITHIN_MS, `it stopped with code ${code} after ${Math.round(tookMs)} ms: ${err.slice(-500)}`);
  return tookMs;
}

function collect(socket: Deno.DatagramConn): readonly string[] {
  const told: string[] = [];
  (async () => {
    for await (const [bytes] of socket) told.push(new TextDecoder().decode(bytes));
  })().catch(() => {});
  return told;
}
