import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { openHistory } from "../../src/store/history_file.ts";
import { Sqlite } from "../../src/store/sqlite.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { tempFolder } from "./support.ts";

const LIMITS = { maxMb: 10, busyMs: 0 };

/** The files in a folder; a log beside a database tells that it is open still, or was never closed. */
function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("openHistory() lets go of a file of a later version, and leaves it as it is", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "meshbot.db");
  {
    using db = new Sqlite(path, { busyMs: 0 });
    db.exec("CREATE TABLE later (x); PRAGMA user_version = 9999");
  }
  const before = await Deno.readFile(path);
  const { db, kind, said } = openHistory(path, LIMITS, createFakeClock());
  using _open = db;
  assert.equal(kind, "memory");
  assert.match(said ?? "", /meshbot\.db cannot be used \(.*\): the bot goes on from memory/);
  assert.deepEqual(filesIn(folder.path), ["meshbot.db"]);
  assert.deepEqual((await Deno.readFile(path)).subarray(100), before.subarray(100));
});

Deno.test("openHistory() lets go of a damaged file, keeps it beside a new one, and says where", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "meshbot.db");
  {
    const { db, kind } = openHistory(path, LIMITS, createFakeClock());
    using open = db;
    assert.equal(kind, "file");
    open.exec("CREATE TABLE more (x); CREATE INDEX by_x ON more (x)");
    open.exec("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO more SELECT i FROM n");
  }
  const bytes = await Deno.readFile(path);
  // A page of the index, somewhere behind the schema.
  bytes.fill(0xaa, bytes.length - 4096 * 3, bytes.length - 4096);
  await Deno.writeFile(path, bytes);
  const { db, kind, said } = openHistory(path, LIMITS, createFakeClock());
  using _open = db;
  assert.equal(kind, "file");
  const aside = /it is kept as (\S+), and a new one is begun/.exec(said ?? "")?.[1] ?? assert.fail(said);
  assert.deepEqual(await Deno.readFile(aside), bytes);
  assert.deepEqual(filesIn(folder.path), ["meshbot.db", "meshbot.db-shm", "meshbot.db-wal", basename(aside)].sort());
});

Deno.test("openHistory() gives the file and the memory their bounds", async () => {
  await using folder = await tempFolder();
  const clock = createFakeClock();
  using file = openHistory(join(folder.path, "meshbot.db"), { maxMb: 10 }, clock).db;
  using memory = openHistory(undefined, { maxMb: 10 }, clock).db;
  const of = (db: Sqlite) =>
    ["page_size", "max_page_count", "wal_autocheckpoint", "busy_timeout", "auto_vacuum"].map((name) => db.pragma(name));
  // A quarter beyond the limit before the next look at the size.
  assert.deepEqual(of(file), [4096, 3200, 1000, 5000, 2]);
  assert.deepEqual(of(memory), [4096, 5120, 1000, 5000, 2]);
});
