import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { PortNum } from "../../src/link/enums.ts";
import { HistoryKeeper, type HistoryKeeperOptions } from "../../src/store/history_keeper.ts";
import { DAY_MS, HOUR_MS } from "../../src/store/history_writer.ts";
import type { FromHistory } from "../../src/store/protocol.ts";
import type { Answers } from "../../src/store/questions.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { batchOf, heardPacket, tempFolder } from "./support.ts";

interface Opened extends Disposable {
  readonly keeper: HistoryKeeper;
  readonly said: string[];
  readonly told: FromHistory[];
  readonly clock: FakeClock;
  write(count: number, atMs?: number): void;
  packets(hours?: number): number;
}

let nextId = 1;

function open(path: string | undefined, options: Partial<HistoryKeeperOptions> & { readonly clock?: FakeClock } = {}): Opened {
  const clock = options.clock ?? createFakeClock();
  const told: FromHistory[] = [];
  const said: string[] = [];
  const tell = (message: FromHistory) => {
    told.push(message);
    if (message.type === "said") said.push(message.text);
  };
  const keeper = new HistoryKeeper({ path, journalPath: undefined, keepDays: 30, maxMb: 512, ...options, clock, tell });
  return {
    keeper,
    said,
    told,
    clock,
    write(count, atMs = clock.wallMs()) {
      keeper.write(batchOf(Array.from({ length: count }, () => [heardPacket({ id: nextId++ }), atMs] as const)));
    },
    packets(hours = 24 * 100) {
      const span = { fromMs: clock.wallMs() - hours * HOUR_MS, toMs: clock.wallMs() };
      return (keeper.ask({ name: "types", question: span }) as Answers["types"]).packets;
    },
    [Symbol.dispose]: () => keeper.close(),
  };
}

function rowsIn(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(db.prepare("SELECT count(*) AS rows FROM packets").get()?.rows);
  } finally {
    db.close();
  }
}

Deno.test("HistoryKeeper keeps packets over a restart", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "meshbot.db");
  {
    using history = open(path);
    history.write(3);
  }
  using history = open(path);
  assert.deepEqual(history.said, []);
  assert.equal(history.packets(), 3);
  assert.equal(Deno.statSync(path).mode! & 0o077, 0, "nobody else may read what people wrote");
});

for (
  const [damage, harm] of [
    ["is cut off", (path: string) => Deno.truncateSync(path, 5000)],
    ["is no database at all", (path: string) => Deno.writeTextFileSync(path, "x".repeat(10_000))],
    ["has garbage in the middle", (path: string) => garbage(path, 8192)],
  ] as const
) {
  Deno.test(`HistoryKeeper keeps a file that ${damage} beside, says so once, and begins a new one`, async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, "meshbot.db");
    {
      using history = open(path);
      for (let batch = 0; batch < 20; batch += 1) history.write(20);
    }
    harm(path);
    const before = await Deno.readFile(path);
    using history = open(path);
    history.write(2);
    assert.equal(history.packets(), 2);
    assert.equal(history.said.length, 1, history.said.join("\n"));
    const aside = /kept as (\S+),/.exec(history.said[0] ?? "")?.[1] ?? "";
    assert.deepEqual(await Deno.readFile(aside), before);
  });
}

function garbage(path: string, at: number): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(at, Deno.SeekMode.Start);
  for (let rest = 6; rest > 0; rest -= 1) file.writeSync(new Uint8Array(4096).fill(0xa5));
}

Deno.test("HistoryKeeper replaces a file that turns out damaged while it writes, and loses nothing of the batch", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "meshbot.db");
  using history = open(path);
  history.write(1);
  const other = new DatabaseSync(path);
  other.exec("DROP TABLE hour_sums");
  other.close();
  history.write(4);
  assert.equal(history.packets(), 4);
  assert.match(history.said.join("\n"), /is damaged .*kept as .*a new one is begun$/);
});

Deno.test("HistoryKeeper gives up on a disk that damages every file, and goes on in memory", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "meshbot.db");
  using history = open(path);
  for (let damage = 0; damage < 3; damage += 1) {
    const other = new DatabaseSync(path);
    other.exec("DROP TABLE hour_sums");
    other.close();
    history.write(1);
  }
  history.write(1);
  assert.equal(history.packets(), 2);
  assert.deepEqual(history.told.findLast(({ type }) => type === "state"), { type: "state", kind: "memory", lostPackets: 0 });
});

Deno.test("HistoryKeeper goes on in memory where no file can be", () => {
  using history = open("/proc/self/nowhere/meshbot.db");
  history.write(2);
  assert.equal(history.packets(), 2);
  assert.equal(history.said.length, 1);
  assert.match(history.said[0] ?? "", /cannot be used .* goes on from memory/);
});

Deno.test("HistoryKeeper refuses a file of a later version and leaves it as it is", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "meshbot.db");
  const later = new DatabaseSync(path);
  later.exec("PRAGMA user_version = 99; CREATE TABLE future (x)");
  later.close();
  const before = await Deno.readFile(path);
  {
    using history = open(path);
    history.write(1);
    assert.equal(history.packets(), 1);
    assert.match(history.said[0] ?? "", /version 99.*use a newer MeshBot.*goes on from memory/);
  }
  const after = new DatabaseSync(path, { readOnly: true });
  assert.equal(after.prepare("PRAGMA user_version").get()?.user_version, 99);
  assert.equal(after.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.n, 1);
  after.close();
  assert.ok(before.length > 0);
});

Deno.test("HistoryKeeper keeps what a locked file does not take, says so once, and writes it later", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "meshbot.db");
  // A wait of 5 seconds is what the real thread does; here the statement is to fail at once.
  using history = open(path, { busyMs: 0 });
  history.write(1);
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  for (let batch = 0; batch < 3; batch += 1) history.write(2);
  assert.equal(history.said.length, 1);
  assert.match(history.said[0] ?? "", /locked.*another program holds its lock/);
  assert.equal(history.packets(), 1, "questions are answered from what there is");
  other.exec("COMMIT");
  other.close();
  await history.clock.tick(30_000);
  assert.equal(history.packets(), 7);
  assert.match(history.said[1] ?? "", /can be written again; 0 packets were lost/);
});

Deno.test("HistoryKeeper drops the oldest and counts them when a file takes nothing for long", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "meshbot.db");
  using history = open(path, { busyMs: 0 });
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  for (let batch = 0; batch < 64; batch += 1) history.write(500);
  const state = () => history.told.findLast(({ type }) => type === "state");
  assert.notDeepEqual(state(), { type: "state", kind: "file", lostPackets: 500 });
  history.write(1);
  assert.deepEqual(state(), { type: "state", kind: "file", lostPackets: 500 });
  for (let batch = 0; batch < 5; batch += 1) history.write(500);
  history.write(499);
  assert.deepEqual(state(), { type: "state", kind: "file", lostPackets: 3000 });
  other.exec("COMMIT");
  other.close();
  await history.clock.tick(29_999);
  assert.equal(history.packets(), 0);
  await history.clock.tick(1);
  assert.equal(history.packets(), 32_000);
});

Deno.test("HistoryKeeper never lets the file grow far beyond its limit, however fast packets come", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "meshbot.db");
  const clock = createFakeClock();
  using history = open(path, { clock, maxMb: 1 });
  const startMs = clock.wallMs();
  for (let batch = 0; batch < 60; batch += 1) {
    history.write(500, startMs - (60 - batch) * 1000);
    await clock.tick(2000);
  }
  assert.ok(Deno.statSync(path).size <= 1.25 * 2 ** 20, `${Deno.statSync(path).size} bytes`);
  history.write(1, clock.wallMs());
  await clock.tick(5000);
  const { newestMs } = history.keeper.ask({ name: "info", question: {} }) as Answers["info"];
  assert.ok((newestMs ?? 0) > startMs, "the newest is kept");
  assert.deepEqual(history.said, []);
});

Deno.test("HistoryKeeper forgets what is older than it should keep, an hour later at the latest, with its sums", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "meshbot.db");
  using history = open(path, { keepDays: 2 });
  const nowMs = history.clock.wallMs();
  for (const days of [10, 4, 3]) history.write(700, nowMs - days * DAY_MS);
  history.write(5, nowMs - DAY_MS);
  assert.equal(history.packets(), 2105);
  await history.clock.tick(120_000);
  const { tables } = history.keeper.ask({ name: "info", question: {} }) as Answers["info"];
  assert.equal(tables.packets, 5);
  assert.equal(tables.texts, 5);
  assert.equal(tables.hour_sums, 1);
  assert.equal(history.packets(), 5);
  assert.equal(rowsIn(path), 5);
});

Deno.test("HistoryKeeper forgets in slices of 500 rows with 20 ms between them, so that questions have their turn", async () => {
  using history = open(undefined, { keepDays: 2 });
  history.write(1200, history.clock.wallMs() - 3 * DAY_MS);
  const packets = () => (history.keeper.ask({ name: "info", question: {} }) as Answers["info"]).tables.packets;
  await history.clock.tick(59_999);
  assert.equal(packets(), 1200);
  const left: number[] = [];
  for (let ms = 0; ms < 100; ms += 1) {
    await history.clock.tick(1);
    const now = packets() ?? -1;
    if (now !== left.at(-1)) left.push(ms, now);
  }
  assert.deepEqual(left, [0, 700, 20, 200, 40, 0]);
});

Deno.test("HistoryKeeper.loadNodes() brings the nodes up to date by the packets that came after they were kept", () => {
  using history = open(undefined);
  const nowMs = history.clock.wallMs();
  const cells = (
    num: number,
  ) => [
    num,
    nowMs - 500_000,
    "Long",
    "Shrt",
    0,
    43,
    new Uint8Array(32),
    0,
    0,
    0,
    0,
    48.5,
    2.5,
    null,
    15,
    nowMs,
    80,
    3.9,
    null,
    null,
    null,
    nowMs - 600_000,
    4,
    0,
    null,
    null,
    null,
    null,
  ];
  const batch = batchOf([
    [heardPacket({ from: 0x1001, rxSnr: -3, rxRssi: -99 }), nowMs - 400_000],
    [heardPacket({ from: 0x1001, hopLimit: 1, id: 2 }), nowMs - 300_000],
    [heardPacket({ from: 0x1001, rxRssi: 0, hopLimit: 0, id: 3 }), nowMs - 200_000],
  ]);
  history.keeper.write({ ...batch, rows: { nodes: [cells(0x1001), cells(0x1002)] } });
  const { rows, ownNum } = history.keeper.loadNodes();
  const [first, second] = rows;
  assert.equal(ownNum, 0x16fad3dc);
  assert.deepEqual(
    [first?.long_name, first?.last_heard_ms, first?.radio_heard_ms, first?.hops, first?.direct_snr, first?.direct_ms],
    ["Long", nowMs - 300_000, nowMs - 300_000, 2, -3, nowMs - 400_000],
  );
  assert.equal(second?.last_heard_ms, nowMs - 600_000);
  history.keeper.forgetNodes();
  assert.deepEqual(history.keeper.loadNodes().rows, []);
});

Deno.test("HistoryKeeper.write() tells neither a node from MQTT nor a telemetry packet of it in the channel's use", () => {
  using history = open(undefined);
  const payload = new Uint8Array([0x12, 0x05, 0x1d, 0x00, 0x00, 0x48, 0x42]);
  const nowMs = history.clock.wallMs();
  const telemetry = (from: number, viaMqtt: boolean) => heardPacket({ from, viaMqtt, data: { portnum: PortNum.TELEMETRY_APP, payload } });
  history.keeper.write(batchOf([[telemetry(1, false), nowMs], [telemetry(2, true), nowMs], [telemetry(1, true), nowMs]]));
  const use = history.keeper.ask({ name: "channel", question: { fromMs: nowMs - DAY_MS, toMs: nowMs, count: 5 } }) as Answers["channel"];
  assert.deepEqual(use, { meanPercent: 50, nodes: 1, busiest: [{ node: 1, percent: 50 }] });
});

Deno.test("HistoryKeeper looks for what is too old a minute after its start and every hour from then on", async () => {
  using history = open(undefined, { keepDays: 2 });
  const packets = () => (history.keeper.ask({ name: "info", question: {} }) as Answers["info"]).tables.packets;
  await history.clock.tick(60_000);
  for (let hour = 1; hour <= 2; hour += 1) {
    // The look before ended a moment after it began: with nothing to do, with one slice.
    await history.clock.tick(100);
    history.write(10, history.clock.wallMs() - 3 * DAY_MS);
    await history.clock.tick(3_600_000 - 100 - (hour === 1 ? 1 : 0));
    if (hour === 1) {
      assert.equal(packets(), 10);
      await history.clock.tick(1);
    }
    assert.equal(packets(), 0, `hour ${hour}`);
  }
});

Deno.test("HistoryKeeper tells at its start where the history is kept", async () => {
  await using folder = await tempFolder();
  using file = open(join(folder.path, "meshbot.db"));
  assert.deepEqual(file.told, [{ type: "state", kind: "file", lostPackets: 0 }]);
  using memory = open(undefined);
  assert.deepEqual(memory.told, [{ type: "state", kind: "memory", lostPackets: 0 }]);
});

for (
  const [what, table, read] of [
    ["it is asked", "hour_types", (keeper: HistoryKeeper) => keeper.ask({ name: "types", question: { fromMs: 0, toMs: 1e13 } })],
    ["it reads the nodes", "nodes", (keeper: HistoryKeeper) => keeper.loadNodes()],
    ["it forgets the nodes", "nodes", (keeper: HistoryKeeper) => keeper.forgetNodes()],
  ] as const
) {
  Deno.test(`HistoryKeeper replaces a file that turns out damaged while ${what}`, async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, "meshbot.db");
    using history = open(path);
    history.write(1);
    const other = new DatabaseSync(path);
    other.exec(`DROP TABLE ${table}`);
    other.close();
    try {
      read(history.keeper);
    } catch {
      // Whoever asked is told that there is no answer.
    }
    assert.match(history.said.join("\n"), /is damaged .*kept as .*a new one is begun$/);
    history.write(4);
    assert.equal(history.packets(), 4);
  });
}

Deno.test("HistoryKeeper says that the journal cannot be brought to the disk", async () => {
  await using folder = await tempFolder();
  using history = open(undefined, { journalPath: join(folder.path, "nowhere", "journal.db") });
  history.keeper.syncJournal(false);
  assert.match(history.said.join("\n"), /^the journal cannot be brought to the disk \(.*\): a power cut may lose answers$/);
});

Deno.test("HistoryKeeper.close() writes what waits, and leaves no timer behind", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "meshbot.db");
  const history = open(path, { busyMs: 0 });
  history.write(1);
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  history.write(2);
  other.exec("COMMIT");
  other.close();
  // When to try again, and when to look for what is too old.
  assert.equal(history.clock.pendingTimers(), 2);
  history.keeper.close();
  assert.deepEqual([history.clock.pendingTimers(), rowsIn(path)], [0, 3]);
  const locked = open(path, { busyMs: 0 });
  const holder = new DatabaseSync(path);
  holder.exec("BEGIN IMMEDIATE");
  locked.write(2);
  locked.keeper.close();
  assert.equal(locked.clock.pendingTimers(), 0);
  holder.close();
});
