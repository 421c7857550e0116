import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { diagnose } from "../../src/diag/diagnose.ts";
import { botFolders, findBots, isSameNode, takeOverFailure, whoMay } from "../../src/diag/running_bot.ts";
import { BotRefusedError } from "../../src/io/control_client.ts";
import { startControlServer } from "../../src/io/control_server.ts";
import { SOCKET_NAME } from "../../src/io/control_socket.ts";
import { acquireInstanceLock, type InstanceHolder } from "../../src/io/instance_lock.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { defaults } from "../support/diag_rig.ts";
import { withUnixSockets } from "../support/with_net.ts";

const HOLDER: InstanceHolder = {
  pid: 4711,
  user: "meshbot",
  host: "meshtastic.local",
  port: 4403,
  addresses: ["192.168.1.50"],
  startedAtWallMs: 1,
};

Deno.test("isSameNode() compares names, addresses in every spelling, and ports", () => {
  const own = ["192.168.1.2", "127.0.0.1"];
  const same = (host: string, addresses: string[] = [], port = 4403, holder = HOLDER) => isSameNode(holder, { host, port }, addresses, own);
  assert.ok(same("MESHTASTIC.local"));
  assert.ok(same("192.168.1.50"));
  assert.ok(same("node.test", ["fd00::5", "::ffff:192.168.1.50"]));
  assert.ok(!same("192.168.1.50", [], 4404));
  assert.ok(!same("node.test", ["192.168.1.51"]));
  assert.ok(same("localhost", ["::1"], 4403, { ...HOLDER, host: "192.168.1.2", addresses: [] }));
});

Deno.test("botFolders() are the service's own, the system's and the data folder", () => {
  assert.deepEqual(botFolders({ RUNTIME_DIRECTORY: "/run/mine:/run/b" }, "/data"), ["/run/mine", "/run/meshbot", "/data"]);
  assert.deepEqual(botFolders({}, undefined), ["/run/meshbot"]);
});

Deno.test("findBots() finds those whose lock is held, each once", async () => {
  const folder = await Deno.makeTempDir({ prefix: "bot-" });
  try {
    assert.deepEqual(findBots([folder, "/nowhere"]), []);
    {
      using _lock = await acquireInstanceLock(folder, HOLDER, { clock: systemClock });
      assert.deepEqual(findBots([folder, "/nowhere", folder]), [{ folder, holder: HOLDER }]);
    }
    assert.deepEqual(findBots([folder]), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("takeOverFailure() says who may, why the bot does not, or how to do without", () => {
  const bot = { folder: "/run/meshbot", holder: HOLDER };
  const group = Deno.readTextFileSync("/etc/group").split(":")[0];
  const path = "/etc/hostname";
  assert.equal(
    takeOverFailure(bot, path, new Deno.errors.PermissionDenied("Permission denied (os error 13)")),
    `this user may not ask the bot (pid 4711, user meshbot): root, meshbot, and members of the group ${group} may. ` +
      "Try: sudo meshbot diag … --take-over",
  );
  assert.match(
    takeOverFailure(bot, path, new BotRefusedError("it is\u001b[2J stopping")),
    /^the bot \(.*\) does not step aside: it is\[2J stopping$/,
  );
  assert.match(takeOverFailure(bot, path, new Error("no such file")), /cannot be asked over \/etc\/hostname \(no such file\): stop it/);
});

Deno.test("whoMay() names root once, and does without a socket", () => {
  assert.equal(whoMay("root", "/nowhere"), "root, and members of the group of the socket");
});

await withUnixSockets(import.meta.url, () => {
  /** A bot that does nothing but hold its lock and answer at its socket. */
  async function withBot(
    holder: Pick<InstanceHolder, "port"> & Partial<InstanceHolder>,
    action: (folder: string, calls: string[], back: Promise<void>) => Promise<void>,
    leaving = () => Promise.resolve(),
  ): Promise<void> {
    const folder = await Deno.makeTempDir({ prefix: "bot-" });
    const calls: string[] = [];
    const back = Promise.withResolvers<void>();
    try {
      using _lock = await acquireInstanceLock(folder, { ...HOLDER, host: "127.0.0.1", addresses: [], ...holder }, { clock: systemClock });
      await using _server = startControlServer({
        path: join(folder, SOCKET_NAME),
        clock: systemClock,
        handlers: {
          status: () => ({}),
          stepAside(ms) {
            calls.push(`aside ${ms}`);
            return leaving();
          },
          comeBack() {
            calls.push("back");
            back.resolve();
          },
        },
      });
      await action(folder, calls, back.promise);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  Deno.test("diagnose() with --take-over has the bot step aside for its time, and calls it back at the end", async () => {
    await using node = await startSimulatedNode({ acceptPollMs: 0, nodes: 2 });
    await withBot({ port: node.port }, async (folder, calls, back) => {
      const lines: string[] = [];
      const { verdict } = await diagnose({
        ...defaults(systemClock, lines),
        target: { host: "localhost", port: node.port },
        durationMs: 300,
        botFolders: [folder],
        takeOver: true,
      });
      assert.equal(verdict.healthy, true, verdict.verdict);
      await back;
      assert.deepEqual(calls, ["aside 30300", "back"]);
      assert.equal(lines[0], "the bot (pid 4711) has stepped aside and comes back by itself afterwards");
      assert.equal(lines.at(-1), "the node is free: the bot takes it back");
    });
  });

  Deno.test("diagnose() with --take-over stops when it is told to, also while the bot does not answer", async () => {
    await using node = await startSimulatedNode({ acceptPollMs: 0, nodes: 2 });
    const stopping = new AbortController();
    const asked = Promise.withResolvers<void>();
    await withBot({ port: node.port }, async (folder) => {
      const running = diagnose({
        ...defaults(systemClock, []),
        target: { host: "127.0.0.1", port: node.port },
        durationMs: 300,
        botFolders: [folder],
        takeOver: true,
        signal: stopping.signal,
      });
      await asked.promise;
      stopping.abort();
      await assert.rejects(running, { name: "AbortError" });
    }, () => {
      asked.resolve();
      return new Promise<void>((resolve) => stopping.signal.addEventListener("abort", () => resolve(), { once: true }));
    });
  });

  Deno.test("diagnose() with --take-over asks also the bot that only the node's number shows, and then looks", async () => {
    await using node = await startSimulatedNode({ acceptPollMs: 0, nodes: 2 });
    await withBot({ port: 1, nodeNum: node.nodeNum }, async (folder, calls, back) => {
      const lines: string[] = [];
      const { verdict, summary } = await diagnose({
        ...defaults(systemClock, lines),
        target: { host: "localhost", port: node.port },
        durationMs: 300,
        botFolders: [folder],
        takeOver: true,
      });
      assert.deepEqual([verdict.healthy, summary.handshakes], [true, 1], verdict.verdict);
      await back;
      assert.deepEqual(calls, ["aside 30300", "back"]);
      assert.ok(lines.includes("this is the node of a bot that runs here, as its number has shown"), lines.join("\n"));
      assert.equal(lines.at(-1), "the node is free: the bot takes it back");
    });
  });

  Deno.test("diagnose() with --take-over calls the bot back when the node cannot be reached", async () => {
    const node = await startSimulatedNode();
    const { port } = node;
    await node.stop();
    await withBot({ port }, async (folder, calls, back) => {
      const { verdict } = await diagnose({
        ...defaults(systemClock, []),
        target: { host: "127.0.0.1", port },
        durationMs: 5_000_000,
        botFolders: [folder],
        takeOver: true,
      });
      assert.match(verdict.verdict, /refused/);
      await back;
      assert.deepEqual(calls, ["aside 3600000", "back"]);
    });
  });
});
