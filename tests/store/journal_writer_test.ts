import assert from "node:assert/strict";
import { join } from "node:path";
import type { Change } from "../../src/store/journal_file.ts";
import { JournalWriter } from "../../src/store/journal_writer.ts";
import { Sqlite } from "../../src/store/sqlite.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { logged } from "../support/logged.ts";
import { tempFolder } from "./support.ts";

const CHANGE: Change = ["INSERT INTO t VALUES (?)", 1];

interface Rig extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly path: string;
  readonly writer: JournalWriter;
  /** What `moved` was, each time that somebody was asked to bring the file to the disk. */
  readonly syncs: boolean[];
  /** Whether somebody will. */
  willSync: boolean;
  /** Rows in the file. */
  rows(): number;
}

async function rig(everything: readonly Change[] = []): Promise<Rig> {
  const folder = await tempFolder();
  const clock = createFakeClock();
  const path = join(folder.path, "journal.db");
  const syncs: boolean[] = [];
  const state = { willSync: true };
  const writer = new JournalWriter({
    path,
    clock,
    sync(moved) {
      syncs.push(moved);
      return state.willSync;
    },
    everything: () => everything,
  });
  writer.write([["CREATE TABLE t (x)"]]);
  await clock.tick(1000);
  syncs.length = 0;
  return Object.assign(state, {
    clock,
    path,
    writer,
    syncs,
    rows() {
      using db = new Sqlite(path, { busyMs: 0, readOnly: true });
      return Number(db.get<{ rows: number }>("SELECT count(*) AS rows FROM t")?.rows);
    },
    async [Symbol.asyncDispose]() {
      writer[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  });
}

Deno.test("JournalWriter.write() has changes in the file when it returns, and asks for the disk a second after the first of them", async () => {
  await using state = await rig();
  state.writer.write([CHANGE, CHANGE]);
  assert.equal(state.rows(), 2);
  await state.clock.tick(600);
  state.writer.write([CHANGE]);
  await state.clock.tick(399);
  assert.deepEqual(state.syncs, []);
  await state.clock.tick(1);
  assert.deepEqual(state.syncs, [false]);
  await state.clock.tick(10_000);
  assert.deepEqual([state.syncs, state.clock.pendingTimers()], [[false], 0]);
  state.writer.write([CHANGE]);
  await state.clock.tick(1000);
  assert.deepEqual([state.syncs, state.rows()], [[false, false], 4]);
});

Deno.test("JournalWriter works the log into the file itself after 2000 changes for which nobody does", async () => {
  await using state = await rig();
  const bytesInFile = () => Deno.statSync(state.path).size;
  state.willSync = false;
  for (let count = 0; count < 1999; count += 1) state.writer.write([CHANGE]);
  await state.clock.tick(1000);
  const before = bytesInFile();
  state.writer.write([CHANGE]);
  await state.clock.tick(1000);
  assert.ok(bytesInFile() > before, `${before} bytes before, ${bytesInFile()} after`);
  assert.deepEqual(state.syncs, [false, false]);
});

Deno.test("JournalWriter keeps what the file refuses, tries again after a second, and says both once", async () => {
  const lines = await logged(async () => {
    await using state = await rig();
    {
      using lock = new Sqlite(state.path, { busyMs: 0 });
      lock.exec("BEGIN IMMEDIATE");
      state.writer.write([CHANGE]);
      state.writer.write([CHANGE]);
      await state.clock.tick(999);
      lock.exec("ROLLBACK");
    }
    state.writer.write([CHANGE]);
    assert.equal(state.rows(), 0);
    await state.clock.tick(1);
    state.writer.write([CHANGE]);
    assert.equal(state.rows(), 4);
  });
  assert.equal(lines.filter((line) => line.includes("the journal cannot be written")).length, 1);
  assert.equal(lines.filter((line) => line.includes("the journal can be written again")).length, 1);
});

Deno.test("JournalWriter begins a new file with everything when the old one is damaged, and says that it is another", async () => {
  const lines = await logged(async () => {
    await using state = await rig([["CREATE TABLE t (x)"], CHANGE, CHANGE]);
    state.writer.read(() => {
      throw new Error("database disk image is malformed");
    });
    assert.deepEqual([state.syncs, state.rows(), state.writer.isOnFile], [[true], 2, true]);
    for (let times = 0; times < 2; times += 1) state.writer.read(() => assert.fail("malformed"));
    assert.equal(state.writer.isOnFile, true);
    state.writer.read(() => assert.fail("malformed"));
    assert.equal(state.writer.isOnFile, false);
    state.writer.write([CHANGE]);
  });
  assert.equal(lines.filter((line) => line.includes("the journal was damaged 4 times")).length, 1);
  assert.equal(lines.filter((line) => line.includes("it is kept as")).length, 3);
});

Deno.test("JournalWriter keeps the newest 2000 changes of those that the file refuses", async () => {
  await logged(async () => {
    await using state = await rig();
    {
      using lock = new Sqlite(state.path, { busyMs: 0 });
      lock.exec("BEGIN IMMEDIATE");
      for (let number = 1; number <= 2010; number += 1) state.writer.write([["INSERT INTO t VALUES (?)", number]]);
      lock.exec("ROLLBACK");
    }
    await state.clock.tick(1000);
    state.writer.write([]);
    using db = new Sqlite(state.path, { busyMs: 0, readOnly: true });
    assert.deepEqual({ ...db.get<object>("SELECT count(*) AS rows, min(x) AS oldest, max(x) AS newest FROM t") }, {
      rows: 2000,
      oldest: 11,
      newest: 2010,
    });
  });
});
