import assert from "node:assert/strict";
import { join } from "node:path";
import { faultOf, NewerSchemaError, Sqlite } from "../../src/store/sqlite.ts";
import { tempFolder } from "./support.ts";

/** What SQLite throws. */
function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

Deno.test("faultOf() goes by SQLite's result code, without its extended part", () => {
  const faults: [number, string][] = [
    [5, "locked"],
    [6, "locked"],
    [3, "readonly"],
    [8, "readonly"],
    [14, "readonly"],
    [11, "corrupt"],
    [26, "corrupt"],
    [13, "full"],
    [1, "other"],
    [19, "other"],
  ];
  for (const [errcode, fault] of faults) {
    for (const extended of [0, 1, 7]) {
      assert.equal(faultOf(Object.assign(new Error("?"), { errcode: errcode | extended << 8 })), fault, `${errcode} ${extended}`);
    }
  }
});

Deno.test("faultOf() goes by the words where there is no code", () => {
  const words: [string, string][] = [
    ["database disk image is malformed", "corrupt"],
    ["file is not a database", "corrupt"],
    ["no such table: texts", "corrupt"],
    ["no such column: x", "corrupt"],
    ["table texts has no column named x", "corrupt"],
    ["database or disk is full", "full"],
    ["No space left on device", "full"],
    ["Disk quota exceeded", "full"],
    ["database is locked", "locked"],
    ["database is busy", "locked"],
    ["attempt to write a readonly database", "readonly"],
    ["Read-only file system", "readonly"],
    ["unable to open database file", "readonly"],
    ["something else", "other"],
  ];
  for (const [text, fault] of words) assert.equal(faultOf(new Error(text)), fault, text);
  assert.equal(faultOf(new NewerSchemaError("malformed")), "newer");
  assert.equal(faultOf(new Deno.errors.PermissionDenied("?")), "readonly");
  assert.equal(faultOf(new Deno.errors.NotCapable("?")), "readonly");
  assert.deepEqual([faultOf(undefined), faultOf("is full")], ["other", "full"]);
});

Deno.test("faultOf() knows what SQLite itself throws", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "x.db");
  using db = new Sqlite(path, { busyMs: 0 });
  db.exec("CREATE TABLE t (a INTEGER PRIMARY KEY)");
  using reader = new Sqlite(path, { busyMs: 0, readOnly: true });
  assert.equal(faultOf(thrownBy(() => reader.run("INSERT INTO t VALUES (1)"))), "readonly");
  using other = new Sqlite(path, { busyMs: 0 });
  db.exec("BEGIN IMMEDIATE");
  assert.equal(faultOf(thrownBy(() => other.run("INSERT INTO t VALUES (1)"))), "locked");
  db.exec("ROLLBACK");
  db.exec("PRAGMA max_page_count = 2");
  assert.equal(faultOf(thrownBy(() => db.exec("CREATE TABLE u (a); CREATE TABLE v (a)"))), "full");
});

Deno.test("Sqlite.transaction() does all or nothing, and gives what the work gives", async () => {
  await using folder = await tempFolder();
  using db = new Sqlite(join(folder.path, "x.db"), { busyMs: 0 });
  db.exec("CREATE TABLE t (a INTEGER PRIMARY KEY)");
  assert.equal(db.transaction(() => db.run("INSERT INTO t VALUES (?), (?)", 1, 2)), 2);
  const failed = () =>
    db.transaction(() => {
      db.run("INSERT INTO t VALUES (3)");
      throw new RangeError("no");
    });
  assert.throws(failed, RangeError);
  assert.deepEqual(db.all<{ a: number }>("SELECT a FROM t").map(({ a }) => a), [1, 2]);
  assert.equal(db.transaction(() => db.get<{ a: number }>("SELECT max(a) AS a FROM t")?.a), 2);
  // The work may have ended the transaction itself: what it threw comes through.
  assert.throws(
    () =>
      db.transaction(() => {
        db.exec("ROLLBACK");
        throw new RangeError("mine");
      }),
    RangeError,
  );
});

Deno.test("Sqlite.migrate() makes each step once, all of a step or nothing of it, and takes no later version", async () => {
  await using folder = await tempFolder();
  using db = new Sqlite(join(folder.path, "x.db"), { busyMs: 0 });
  const steps = ["CREATE TABLE one (a)", "CREATE TABLE two (a)"];
  db.migrate(steps.slice(0, 1));
  assert.equal(db.pragma("user_version"), 1);
  db.migrate(steps);
  db.migrate(steps);
  assert.equal(db.pragma("user_version"), 2);
  assert.throws(() => db.migrate([...steps, "CREATE TABLE three (a); CREATE TABLE two (a)"]));
  assert.equal(db.pragma("user_version"), 2);
  assert.deepEqual(db.all<{ name: string }>("SELECT name FROM sqlite_schema ORDER BY name").map(({ name }) => name), ["one", "two"]);
  assert.throws(() => db.migrate(steps.slice(0, 1)), NewerSchemaError);
});

Deno.test("Sqlite.pragma() is the number of a pragma, 0 where there is none", async () => {
  await using folder = await tempFolder();
  using db = new Sqlite(join(folder.path, "x.db"), { busyMs: 1234 });
  assert.deepEqual([db.pragma("busy_timeout"), db.pragma("user_version"), db.pragma("no_such_thing")], [1234, 0, 0]);
});

Deno.test("Sqlite closes once, however often it is disposed of", async () => {
  await using folder = await tempFolder();
  const db = new Sqlite(join(folder.path, "x.db"), { busyMs: 0 });
  db.exec("CREATE TABLE t (a)");
  assert.equal(db.prepare("SELECT 1"), db.prepare("SELECT 1"));
  db[Symbol.dispose]();
  db[Symbol.dispose]();
  assert.throws(() => db.exec("SELECT 1"));
});
