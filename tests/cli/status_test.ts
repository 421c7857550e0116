import assert from "node:assert/strict";
import { join } from "node:path";
import { parseOptions } from "../../src/cli/args.ts";
import { statusCommand } from "../../src/cli/status.ts";
import { statusLines } from "../../src/cli/status_report.ts";
import { systemClock } from "../../src/clock.ts";
import { startControlServer } from "../../src/io/control_server.ts";
import { SOCKET_NAME } from "../../src/io/control_socket.ts";
import { acquireInstanceLock } from "../../src/io/instance_lock.ts";
import { withUnixSockets } from "../support/with_net.ts";

const HOLDER = { pid: 4711, user: "meshbot", host: "192.168.1.50", port: 4403, addresses: [], startedAtWallMs: 1 };

async function status(folder: string, ...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await statusCommand.run({
    args: parseOptions(statusCommand, argv) as never,
    env: { RUNTIME_DIRECTORY: folder, HOME: "/nowhere" },
    cwd: "/",
    signal: new AbortController().signal,
    stdin: { readable: () => new ReadableStream(), isTerminal: () => false },
    write: (line) => out.push(line),
    writeError: (line) => err.push(line),
  });
  return { code, out, err };
}

async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "status-" });
  try {
    await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("meshbot status says where it looked when no bot is running", async () => {
  await inFolder(async (folder) => {
    const { code, out, err } = await status(folder);
    assert.deepEqual([code, out], [1, []]);
    const where = `${folder} or /run/meshbot or /nowhere/.local/share/meshbot`;
    assert.deepEqual(err, [`meshbot status: no bot is running: nobody holds the lock in ${where}`]);
  });
});

Deno.test("meshbot status says which bot is running when it cannot be asked", async () => {
  await inFolder(async (folder) => {
    using _lock = await acquireInstanceLock(folder, HOLDER, { clock: systemClock });
    const { code, out, err } = await status(folder);
    assert.deepEqual([code, out, err.length], [1, [], 1]);
    assert.match(
      err[0] ?? "",
      /^meshbot status: a bot is running \(pid 4711, user meshbot, node 192\.168\.1\.50:4403\), but it cannot be asked over /,
    );
  });
});

Deno.test("statusLines() shows what is nested below its name, and nothing that moves a terminal", () => {
  assert.deepEqual(statusLines({ pid: 1, queueLength: 2, none: undefined, link: { state: "ready\u001b[2J", tries: [1, 2] } }), [
    "pid           1",
    "queue length  2",
    "link",
    "  state  ready[2J",
    "  tries  1, 2",
  ]);
});

await withUnixSockets(import.meta.url, () => {
  Deno.test("meshbot status prints what the bot says of itself, for people and for programs", async () => {
    await inFolder(async (folder) => {
      using _lock = await acquireInstanceLock(folder, HOLDER, { clock: systemClock });
      await using _server = startControlServer({
        path: join(folder, SOCKET_NAME),
        clock: systemClock,
        handlers: { status: () => ({ link: { state: "ready", reconnects: 2 } }), stepAside: () => Promise.resolve(), comeBack() {} },
      });
      const people = await status(folder);
      assert.deepEqual([people.code, people.err], [0, []]);
      assert.deepEqual(people.out, [
        "pid   4711",
        "user  meshbot",
        "node  192.168.1.50:4403",
        "link",
        "  state       ready",
        "  reconnects  2",
      ]);
      const json = await status(folder, "--json");
      assert.deepEqual(json.out.map((line) => JSON.parse(line)), [
        { pid: 4711, user: "meshbot", node: { host: "192.168.1.50", port: 4403 }, link: { state: "ready", reconnects: 2 } },
      ]);
    });
  });
});
