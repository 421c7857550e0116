import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { elapsedMs } from "../../src/store/boot.ts";
import { FileJournal, type JournalOptions } from "../../src/store/journal.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { entry, request, tempFolder } from "./support.ts";

const DAY_MS = 24 * 3_600_000;

function open(folder: string | undefined, options: Partial<JournalOptions> = {}): FileJournal {
  const clock = options.clock ?? createFakeClock();
  const path = folder === undefined ? undefined : join(folder, "journal.db");
  return new FileJournal({ path, clock, boot: { id: "first", upMs: () => clock.nowMs() }, sync: () => true, ...options });
}

for (const where of ["file", "memory"] as const) {
  Deno.test(`received() knows a message that came before, by sender and id, in ${where}`, async () => {
    await using folder = await tempFolder();
    using journal = open(where === "file" ? folder.path : undefined);
    assert.equal(journal.kind, where);
    assert.equal(journal.received(request(1)), "new");
    assert.equal(journal.received(request(1)), "known");
    assert.equal(journal.received(request(2)), "new");
    assert.equal(journal.received(request(1, 0x3001)), "new");
    assert.equal(journal.knows({ from: 0x2001, id: 2 }), true);
    assert.equal(journal.knows({ from: 0x2001, id: 3 }), false);
  });

  Deno.test(`queued() to outcome(): an answer is open until its end is known, in ${where}`, async () => {
    await using folder = await tempFolder();
    using journal = open(where === "file" ? folder.path : undefined);
    journal.received(request(1));
    const [first = 0, second = 0] = journal.queued([entry(100), entry(101)], request(1));
    assert.deepEqual(journal.openAnswers({}).map(({ packetId, state, tries }) => [packetId, state, tries]), [
      [100, "queued", 0],
      [101, "queued", 0],
    ]);
    journal.sending(first);
    journal.renewed(first, 200);
    assert.deepEqual(journal.openAnswers({}).map(({ packetId, state, tries }) => [packetId, state, tries])[0], [200, "queued", 1]);
    journal.sending(first);
    journal.repeating(first);
    assert.deepEqual(journal.openAnswers({}).map(({ packetId, state, tries }) => [packetId, state, tries])[0], [200, "repeated", 3]);
    journal.outcome(first, "delivered");
    journal.outcome(second, "expired");
    assert.deepEqual(journal.openAnswers({}), []);
  });
}

Deno.test("received() has the row in the file when it returns, for any other process to read", async () => {
  await using folder = await tempFolder();
  using journal = open(folder.path);
  journal.received(request(1));
  const other = new DatabaseSync(join(folder.path, "journal.db"), { readOnly: true });
  assert.deepEqual({ ...other.prepare("SELECT packet_id, state FROM inbox").get() }, { packet_id: 1, state: "open" });
  journal.ended(request(1), "ignored");
  assert.deepEqual({ ...other.prepare("SELECT packet_id, state FROM inbox").get() }, { packet_id: 1, state: "ignored" });
  other.close();
});

Deno.test("FileJournal gives after a restart what was left: open requests, open answers with their bytes, keys", async () => {
  await using folder = await tempFolder();
  const clock = createFakeClock();
  {
    using journal = open(folder.path, { clock });
    journal.received({ ...request(1), rxTimeS: 1234 });
    journal.received(request(2));
    journal.received(request(3));
    journal.ended(request(2), "ignored");
    const [number = 0] = journal.queued([entry(100)], request(3));
    journal.sending(number);
  }
  await clock.tick(60_000);
  using journal = open(folder.path, { clock });
  assert.deepEqual(journal.openRequests({}), [{ ...request(1), rxTimeS: 1234, ageMs: 60_000 }]);
  const [answer] = journal.openAnswers({});
  assert.deepEqual(answer, {
    ...entry(100),
    number: 1,
    request: { from: 0x2001, id: 3 },
    state: "sent",
    tries: 1,
    ageMs: 60_000,
    sentAgeMs: 60_000,
  });
  for (const id of [2, 3]) assert.equal(journal.received(request(id)), "known");
  const [next = 0] = journal.queued([entry(101)], undefined);
  assert.equal(next, 2, "a number is never given twice");
});

Deno.test("openRequests() hands a request over once; one of unknown age is new again when the node delivers it again", async () => {
  await using folder = await tempFolder();
  const clock = createFakeClock();
  {
    using journal = open(folder.path, { clock });
    for (const id of [1, 2]) journal.received(request(id));
  }
  {
    using journal = open(folder.path, { clock });
    assert.deepEqual(journal.openRequests({}).map(({ id }) => id), [1, 2]);
    assert.deepEqual(journal.openRequests({}), []);
    assert.equal(journal.received(request(1)), "known", "it is run again already");
  }
  const setBack = createFakeClock(clock.wallMs() - 60_000);
  using journal = open(folder.path, { clock: setBack, boot: { id: "second", upMs: () => 5000 } });
  assert.deepEqual(journal.openRequests({}).map(({ id, ageMs }) => [id, ageMs]), [[1, undefined], [2, undefined]]);
  assert.equal(journal.received(request(2)), "new");
  assert.equal(journal.received(request(2)), "known");
  assert.deepEqual(journal.openRequests({}).map(({ id }) => id), [1]);
});

Deno.test("received() forgets a key after a day, over a restart too, and its row", async () => {
  await using folder = await tempFolder();
  const clock = createFakeClock();
  {
    using journal = open(folder.path, { clock });
    journal.received(request(1));
    journal.outcome(journal.queued([entry(100)], request(1))[0] ?? 0, "delivered");
    await clock.tick(DAY_MS - 1000);
    assert.equal(journal.received(request(1)), "known");
    journal.received(request(2));
    journal.ended(request(2), "ignored");
  }
  await clock.tick(2000);
  {
    using journal = open(folder.path, { clock });
    assert.equal(journal.received(request(1)), "new");
    assert.equal(journal.received(request(2)), "known");
  }
  const file = new DatabaseSync(join(folder.path, "journal.db"));
  assert.equal(file.prepare("SELECT count(*) AS rows FROM inbox").get()?.rows, 2);
  assert.equal(file.prepare("SELECT count(*) AS rows FROM outbox").get()?.rows, 0);
  file.close();
});

Deno.test("received() takes an open message that was forgotten after a day for new once", async () => {
  await using folder = await tempFolder();
  const clock = createFakeClock();
  {
    using journal = open(folder.path, { clock });
    journal.received(request(1));
  }
  await clock.tick(DAY_MS + 1000);
  using journal = open(folder.path, { clock });
  assert.deepEqual(journal.openRequests({}), []);
  assert.deepEqual([journal.received(request(1)), journal.received(request(1))], ["new", "known"]);
});

Deno.test("received() keeps no message without an id", () => {
  using journal = open(undefined);
  assert.equal(journal.received(request(0)), "new");
  assert.equal(journal.received(request(0)), "new");
  assert.equal(journal.knows(request(0)), false);
});

Deno.test("elapsedMs() trusts the machine's own time, and the wall clock only as far as the node's agrees", () => {
  const then = { wallMs: 1e12, boot: "a", upMs: 50_000, rxTimeS: 1e9 };
  const later = { wallMs: 0, boot: "a", upMs: 80_000, rxTimeS: 0 };
  assert.equal(elapsedMs(then, later), 30_000, "one start of the machine: the wall clock does not matter");
  const anew = { boot: "b", upMs: 10_000 };
  assert.equal(elapsedMs(then, { ...anew, wallMs: 1e12 + 90_000, rxTimeS: 1e9 + 95 }), 90_000);
  assert.equal(elapsedMs(then, { ...anew, wallMs: 1e12 + 90_000, rxTimeS: 0 }), 90_000, "nobody says otherwise");
  assert.equal(elapsedMs(then, { ...anew, wallMs: 1e12 - 1, rxTimeS: 0 }), undefined, "backwards");
  assert.equal(elapsedMs(then, { ...anew, wallMs: 1e12 + 90_000, rxTimeS: 1e9 + 800 }), undefined, "it stood still meanwhile");
  assert.equal(elapsedMs(then, { ...anew, wallMs: 1e12 + 900_000, rxTimeS: 1e9 + 90 }), undefined, "it was set ahead");
});

Deno.test("openRequests() gives no age when the clock jumped against the node's over a restart of the machine", async () => {
  await using folder = await tempFolder();
  const before = createFakeClock();
  {
    using journal = open(folder.path, { clock: before });
    journal.received({ ...request(1), rxTimeS: Math.floor(before.wallMs() / 1000) });
  }
  const after = createFakeClock(before.wallMs() + 60_000);
  using journal = open(folder.path, { clock: after, boot: { id: "second", upMs: () => 5000 } });
  const nowS = Math.floor(after.wallMs() / 1000);
  assert.equal(journal.openRequests({ rxTimeS: nowS + 3600 })[0]?.ageMs, undefined);
  assert.equal(journal.openRequests({ rxTimeS: nowS })[0]?.ageMs, 60_000);
});

Deno.test("FileJournal goes on in memory while another process holds the file, and catches up", async () => {
  await using folder = await tempFolder();
  const clock = createFakeClock();
  using journal = open(folder.path, { clock });
  journal.received(request(1));
  const other = new DatabaseSync(join(folder.path, "journal.db"));
  other.exec("BEGIN IMMEDIATE");
  assert.equal(journal.received(request(2)), "new");
  assert.equal(journal.received(request(2)), "known");
  const [number = 0] = journal.queued([entry(100)], request(2));
  journal.sending(number);
  other.exec("COMMIT");
  await clock.tick(2000);
  journal.outcome(number, "delivered");
  assert.deepEqual({ ...other.prepare("SELECT state, tries FROM outbox").get() }, { state: "delivered", tries: 1 });
  assert.equal(other.prepare("SELECT state FROM inbox WHERE packet_id = 2").get()?.state, "answered");
  other.close();
});

Deno.test("FileJournal sets a damaged file aside, with its log, and begins a new one", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "journal.db");
  await Deno.writeTextFile(path, "this is no database, and it is long enough to be looked at as one".repeat(50));
  await Deno.writeTextFile(`${path}-wal`, "nor is this a log");
  using journal = open(folder.path);
  assert.equal(journal.kind, "file");
  assert.equal(journal.received(request(1)), "new");
  const kept = [...Deno.readDirSync(folder.path)].map(({ name }) => name).filter((name) => name.includes(".corrupt-")).sort();
  assert.match(kept[0] ?? "", /^journal\.db\.corrupt-\d{8}T\d{6}Z$/);
  assert.match(kept[1] ?? "", /^journal\.db\.corrupt-\d{8}T\d{6}Z-wal$/);
  assert.match(await Deno.readTextFile(join(folder.path, kept[0] ?? "")), /^this is no database/);
});

Deno.test("FileJournal puts all that it holds into a new file when the old one turns out damaged while it runs", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "journal.db");
  const moved: boolean[] = [];
  using journal = open(folder.path, { sync: (isMoved) => (moved.push(isMoved), true) });
  journal.received(request(1));
  journal.queued([entry(100)], request(1));
  const other = new DatabaseSync(path);
  other.exec("DROP TABLE inbox; DROP TABLE outbox");
  other.close();
  assert.equal(journal.received(request(2)), "new");
  assert.deepEqual(moved, [true]);
  const fresh = new DatabaseSync(path, { readOnly: true });
  assert.deepEqual(fresh.prepare("SELECT packet_id, state FROM inbox").all().map((row) => ({ ...row })), [
    { packet_id: 1, state: "answered" },
    { packet_id: 2, state: "open" },
  ]);
  assert.equal(fresh.prepare("SELECT count(*) AS rows FROM outbox").get()?.rows, 1);
  fresh.close();
});

Deno.test("FileJournal stays in memory where there is no place for a file", () => {
  using journal = open("/proc/self/nowhere");
  assert.equal(journal.kind, "memory");
  assert.equal(journal.received(request(1)), "new");
  assert.equal(journal.received(request(1)), "known");
});

Deno.test("FileJournal asks for the disk about once a second, however much changes", async () => {
  await using folder = await tempFolder();
  const clock = createFakeClock();
  let syncs = 0;
  using journal = open(folder.path, { clock, sync: () => (syncs += 1, true) });
  for (let id = 1; id <= 20; id += 1) {
    journal.received(request(id));
    await clock.tick(100);
  }
  assert.equal(syncs, 2);
  await clock.tick(60_000);
  assert.equal(syncs, 2, "nothing has changed since");
});

Deno.test("FileJournal forgets what is a day old while it runs, looking every ten minutes", async () => {
  const clock = createFakeClock();
  using journal = open(undefined, { clock });
  journal.received(request(1));
  await clock.tick(DAY_MS - 600_000);
  // A look at this moment, and the next one ten minutes later.
  journal.received(request(2));
  await clock.tick(599_999);
  journal.received(request(3));
  assert.equal(journal.knows(request(1)), true);
  await clock.tick(1);
  journal.received(request(4));
  assert.deepEqual([1, 2, 3, 4].map((id) => journal.knows(request(id))), [false, true, true, true]);
});

Deno.test("FileJournal looks for old requests every ten minutes, and not at every message", async () => {
  const clock = createFakeClock();
  using journal = open(undefined, { clock });
  journal.received(request(1));
  await clock.tick(DAY_MS - 300_000);
  journal.received(request(2));
  await clock.tick(300_001);
  journal.received(request(3));
  assert.equal(journal.knows(request(1)), true);
  await clock.tick(299_999);
  journal.received(request(3));
  assert.equal(journal.knows(request(1)), false);
});

Deno.test("FileJournal keeps 20,000 requests, and forgets the oldest", async () => {
  const clock = createFakeClock();
  using journal = open(undefined, { clock });
  for (let id = 1; id <= 20_000; id += 1) journal.received(request(id));
  await clock.tick(600_000);
  journal.received(request(1));
  assert.equal(journal.knows(request(1)), true);
  for (let id = 20_001; id <= 20_005; id += 1) journal.received(request(id));
  await clock.tick(600_000);
  journal.received(request(20_005));
  assert.deepEqual([5, 6, 20_005].map((id) => journal.knows(request(id))), [false, true, true]);
});

Deno.test("FileJournal forgets the rows of answers a day after they were stored, open ones never, and at most one beyond 20,000", async () => {
  await using folder = await tempFolder();
  const clock = createFakeClock();
  const kept = () => {
    using file = new DatabaseSync(join(folder.path, "journal.db"), { readOnly: true });
    return file.prepare("SELECT number FROM outbox ORDER BY number").all().map(({ number }) => number);
  };
  using journal = open(folder.path, { clock });
  const [ended = 0, openOne = 0] = journal.queued([entry(100), entry(101)], undefined);
  assert.deepEqual([ended, openOne], [1, 2]);
  journal.outcome(ended, "delivered");
  await clock.tick(DAY_MS);
  journal.received(request(1));
  assert.deepEqual(kept(), [1, 2], "at the very end of the day");
  await clock.tick(600_000);
  journal.received(request(2));
  assert.deepEqual(kept(), [2]);
});

Deno.test("FileJournal writes what a single request's end leaves to forget", async () => {
  await using folder = await tempFolder();
  const clock = createFakeClock();
  using journal = open(folder.path, { clock });
  journal.received(request(1));
  await clock.tick(DAY_MS);
  journal.received(request(2));
  using file = new DatabaseSync(join(folder.path, "journal.db"), { readOnly: true });
  assert.deepEqual(file.prepare("SELECT packet_id FROM inbox").all().map(({ packet_id }) => packet_id), [2]);
});

Deno.test("FileJournal numbers what comes from 1 on, also over a restart, and keeps the node's own time", async () => {
  await using folder = await tempFolder();
  const rows = () => {
    using file = new DatabaseSync(join(folder.path, "journal.db"), { readOnly: true });
    return file.prepare("SELECT number, packet_id, rx_time_s FROM inbox ORDER BY number").all().map((row) => Object.values(row));
  };
  {
    using journal = open(folder.path);
    journal.received(request(5));
    journal.received({ ...request(6), rxTimeS: 777 });
    assert.deepEqual(journal.queued([entry(1)], undefined), [1]);
  }
  using journal = open(folder.path);
  journal.received(request(7));
  assert.deepEqual(rows(), [[1, 5, 0], [2, 6, 777], [3, 7, 0]]);
  assert.deepEqual(journal.queued([entry(1)], undefined), [2]);
});

Deno.test("knows() knows a message with the smallest id, and none without one", () => {
  using journal = open(undefined);
  journal.received(request(1));
  journal.received(request(0));
  assert.deepEqual([journal.knows(request(1)), journal.knows(request(0))], [true, false]);
});
