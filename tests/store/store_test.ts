import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { type Clock, systemClock } from "../../src/clock.ts";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { HistoryError } from "../../src/store/history_error.ts";
import { HOUR_MS } from "../../src/store/history_writer.ts";
import type { Store } from "../../src/store/store.ts";
import { startWorker, workerUrl } from "../../src/store/start_worker.ts";
import { addNode } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { debianProgram } from "../support/debian.ts";
import { heardPacket, OWN, realStore, request, tempFolder } from "./support.ts";

function span(): { readonly fromMs: number; readonly toMs: number } {
  return { fromMs: systemClock.wallMs() - HOUR_MS, toMs: systemClock.wallMs() };
}

function hear(store: Store, count: number, from = 0x1001): void {
  for (let id = 1; id <= count; id += 1) {
    const packet = heardPacket({ from, id });
    store.history.packet(packet, readPacket(packet));
  }
}

Deno.test("openStore() counts what came a moment ago, and has it after a restart", async () => {
  await using folder = await tempFolder();
  {
    await using store = realStore(folder.path);
    hear(store, 1203);
    assert.equal((await store.history.ask("types", span())).packets, 1203);
    assert.deepEqual(store.state, { journal: "file", history: "file", lostPackets: 0 });
  }
  await using store = realStore(folder.path);
  assert.equal((await store.history.ask("overview", span())).packets, 1203);
});

Deno.test("openStore() keeps nothing on disk without a folder, and answers all the same", async () => {
  await using store = realStore(undefined);
  hear(store, 7);
  store.history.reading("esphome battery_voltage", 13.1);
  store.history.reading("esphome battery_voltage", NaN);
  store.history.linkEvent("ready", "after 3 s");
  assert.equal((await store.history.ask("top", { ...span(), count: 1 })).top[0]?.packets, 7);
  assert.deepEqual((await store.history.ask("readings", { ...span(), kind: "esphome battery_voltage" })).map(({ value }) => value), [13.1]);
  assert.deepEqual((await store.history.ask("linkEvents", { ...span(), count: 5 })).map(({ kind, detail }) => [kind, detail]), [[
    "ready",
    "after 3 s",
  ]]);
  assert.equal(store.journal.received(request(1)), "new");
  assert.equal(store.state.journal, "memory");
});

Deno.test("Store.loadNodes() gives every node as it was, whatever became of the process's clock", async () => {
  await using folder = await tempFolder();
  const nodes = createNodeDb({ clock: systemClock });
  nodes.ownNum = OWN;
  {
    await using store = realStore(folder.path, { nodes });
    addNode(nodes, { num: 0x1001, longName: "Paris Nord 🗼", shortName: "PN", publicKey: new Uint8Array(32).fill(7), batteryPercent: 80 });
    addNode(nodes, { num: 0x1002, place: { latitude: 48.8252, longitude: 2.3622, altitude: 40 }, heard: { hopsUsed: 3 } });
    for (const { num } of nodes.all()) store.history.nodeChanged(num);
  }
  await using store = realStore(folder.path);
  const kept = await store.loadNodes();
  assert.equal(kept.ownNum, OWN);
  const before = [...nodes.all()].map((record) => ({ ...record, metricsAtMs: undefined }));
  const rounded = (wallMs: number | undefined) => wallMs === undefined ? undefined : Math.round(wallMs);
  for (const record of before) {
    record.lastHeardWallMs = rounded(record.lastHeardWallMs);
    record.radioHeardWallMs = rounded(record.radioHeardWallMs);
    record.placeAtWallMs = rounded(record.placeAtWallMs);
    if (record.direct !== undefined) record.direct = { ...record.direct, atWallMs: Math.round(record.direct.atWallMs) };
  }
  assert.deepEqual([...kept.nodes].sort((a, b) => a.num - b.num), before);
  store.history.forgetNodes();
  assert.deepEqual((await store.loadNodes()).nodes, []);
});

Deno.test("History.ask() rejects with the signal's reason at once, and with a HistoryError when its thread cannot answer", async () => {
  await using store = realStore(undefined);
  const controller = new AbortController();
  const waiting = store.history.ask("overview", span(), controller.signal);
  controller.abort(new Error("late"));
  await assert.rejects(waiting, /late/);
  await assert.rejects(store.history.ask("overview", span(), controller.signal), /late/);
  await assert.rejects(store.history.ask("nonsense" as "overview", span()), HistoryError);
  assert.equal((await store.history.ask("overview", span())).packets, 0);
});

Deno.test("openStore() goes on without a history when its thread dies again and again, and keeps the journal", async () => {
  await using folder = await tempFolder();
  const clock = createFakeClock();
  const startDying = () => new Worker("data:text/javascript,throw new Error('no thread here')", { type: "module" });
  await using store = realStore(folder.path, { clock, startWorker: startDying });
  for (let death = 0; death < 3; death += 1) {
    await assert.rejects(store.history.ask("overview", span()), HistoryError);
    await clock.tick(1000);
  }
  assert.equal(store.state.history, "down");
  hear(store, 5);
  assert.equal(store.state.lostPackets, 5);
  assert.deepEqual(await store.loadNodes(), { ownNum: undefined, nodes: [] });
  assert.equal(store.journal.received(request(1)), "new");
  assert.equal(store.journal.received(request(1)), "known");
});

Deno.test("openStore() starts a thread that died once more, and goes on", async () => {
  await using folder = await tempFolder();
  let starts = 0;
  const clock = createFakeClock();
  const startWorkerAtLast = () => {
    starts += 1;
    return starts === 1 ? new Worker("data:text/javascript,throw new Error('not yet')", { type: "module" }) : startWorker();
  };
  await using store = realStore(folder.path, { clock, startWorker: startWorkerAtLast });
  await assert.rejects(store.history.ask("overview", span()), HistoryError);
  await clock.tick(1000);
  assert.equal((await store.history.ask("overview", span())).packets, 0);
});

Deno.test("History.packet() leaves packets out and counts them when the disk is too slow, and never holds up its caller", async () => {
  await using folder = await tempFolder();
  await using store = realStore(folder.path);
  await store.history.flush();
  const other = new DatabaseSync(join(folder.path, "meshbot.db"));
  other.exec("BEGIN IMMEDIATE");
  // Each of these packets is a text, which is a packet and a row.
  hear(store, 16_000 + 250);
  assert.equal(store.state.lostPackets, 250);
  other.exec("COMMIT");
  other.close();
  assert.equal((await store.history.ask("types", span())).packets, 16_000);
  hear(store, 1);
  assert.equal((await store.history.ask("types", span())).packets, 16_001);
});

Deno.test("History takes nothing and starts nothing when it is closed, and may be closed twice", async () => {
  let waiting = 0;
  const clock: Clock = {
    ...systemClock,
    after(delayMs, callback) {
      let over = false;
      const end = () => {
        if (!over) waiting -= 1;
        over = true;
      };
      waiting += 1;
      const timer = systemClock.after(delayMs, () => (end(), callback()));
      return { cancel: () => (end(), timer.cancel()) };
    },
  };
  const store = realStore(undefined, { clock });
  hear(store, 1);
  await store[Symbol.asyncDispose]();
  hear(store, 1);
  store.history.reading("esphome x", 1);
  assert.equal(waiting, 0);
  await store[Symbol.asyncDispose]();
  assert.equal(waiting, 0);
});

Deno.test("Journal's changes are worked into its file by the history's thread", async () => {
  await using folder = await tempFolder();
  const clock = createFakeClock();
  await using store = realStore(folder.path, { clock });
  for (let id = 1; id <= 50; id += 1) store.journal.received(request(id));
  const rowsWithoutLog = async () => {
    await Deno.copyFile(join(folder.path, "journal.db"), join(folder.path, "alone.db"));
    const alone = new DatabaseSync(join(folder.path, "alone.db"));
    try {
      return alone.prepare("SELECT count(*) AS rows FROM sqlite_schema WHERE name = 'inbox'").get()?.rows === 0
        ? 0
        : alone.prepare("SELECT count(*) AS rows FROM inbox").get()?.rows;
    } finally {
      alone.close();
    }
  };
  assert.equal(await rowsWithoutLog(), 0, "the main thread works nothing in");
  await clock.tick(1000);
  await store.history.flush();
  assert.equal(await rowsWithoutLog(), 50);
});

Deno.test("workerUrl() names the thread's own file in source form, and the program itself where it is one file", () => {
  assert.equal(workerUrl("file:///opt/meshbot/src/store/start_worker.ts"), "file:///opt/meshbot/src/store/worker_main.ts");
  assert.equal(workerUrl("file:///opt/meshbot.js"), "file:///opt/meshbot.js");
});

Deno.test("openStore() replaces a journal whose tables are gone while it is opened", async () => {
  await using folder = await tempFolder();
  {
    await using store = realStore(folder.path);
    store.journal.received(request(1));
  }
  const file = new DatabaseSync(join(folder.path, "journal.db"));
  file.exec("DROP TABLE outbox");
  file.close();
  await using store = realStore(folder.path);
  assert.equal(store.state.journal, "file");
  assert.equal(store.journal.received(request(1)), "new", "it is handed to nobody yet, and was read before the damage showed");
  assert.equal(store.journal.received(request(1)), "known");
  assert.equal([...Deno.readDirSync(folder.path)].some(({ name }) => name.startsWith("journal.db.corrupt-")), true);
});

debianProgram("strace").test("Store never syncs on the main thread, whatever is journalled and kept", async () => {
  await using folder = await tempFolder();
  const log = join(folder.path, "strace.log");
  const child = fileURLToPath(new URL("./busy_child.ts", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command("strace", {
    args: [
      "-f",
      "-y",
      "-o",
      log,
      "-e",
      "trace=fsync,fdatasync,sync_file_range,msync,syncfs",
      Deno.execPath(),
      "run",
      "-A",
      child,
      join(folder.path, "data"),
    ],
    env: { NO_COLOR: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const lines = (await Deno.readTextFile(log)).split("\n");
  const main = new TextDecoder().decode(stdout).trim();
  assert.ok(lines.some((line) => line.startsWith(main)), "the main thread is traced");
  const syncing = new Set(lines.filter((line) => /sync\(/.test(line) && line.includes(folder.path)).map((line) => /^\d+/.exec(line)?.[0]));
  assert.ok(syncing.size > 0, "somebody syncs");
  assert.equal(syncing.has(main), false, lines.join("\n"));
});

Deno.test("Store keeps nothing that comes after its end, leaves no timer behind, and ends once", async () => {
  const clock = createFakeClock();
  const store = realStore(undefined, { clock });
  hear(store, 3);
  await store[Symbol.asyncDispose]();
  const timers = clock.pendingTimers();
  hear(store, 3);
  store.history.reading("volts", 12);
  store.history.nodeChanged(5);
  assert.deepEqual([timers, clock.pendingTimers(), store.state.lostPackets], [0, 0, 0]);
  await store[Symbol.asyncDispose]();
});
