import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { HISTORY_MIGRATIONS, JOURNAL_MIGRATIONS } from "../../src/store/schema.ts";
import { faultOf, NewerSchemaError, Sqlite } from "../../src/store/sqlite.ts";
import { tempFolder } from "./support.ts";

// What has been released stands in people's files: a change of a table is a new migration. A new one is one more line here.
const RELEASED = {
  history: [HISTORY_MIGRATIONS, ["3b2ca500455a9011"]],
  journal: [JOURNAL_MIGRATIONS, ["f9f217a304573df2"]],
} as const;

for (const [name, [migrations, digests]] of Object.entries(RELEASED)) {
  Deno.test(`Migrations of the ${name} are never changed, only followed by others`, () => {
    assert.deepEqual(migrations.map((sql) => createHash("sha256").update(sql).digest("hex").slice(0, 16)), digests);
  });

  Deno.test(`Sqlite.migrate() brings a ${name} of any version up to date, and leaves one that is`, async () => {
    await using folder = await tempFolder();
    for (let from = 0; from <= migrations.length; from += 1) {
      const path = `${folder.path}/${from}.db`;
      {
        using old = new Sqlite(path, { busyMs: 0 });
        old.migrate(migrations.slice(0, from));
      }
      using db = new Sqlite(path, { busyMs: 0 });
      assert.equal(db.pragma("user_version"), from);
      db.migrate(migrations);
      db.migrate(migrations);
      assert.equal(db.pragma("user_version"), migrations.length);
      using fresh = new Sqlite(":memory:", { busyMs: 0 });
      fresh.migrate(migrations);
      const tables = "SELECT type, name, sql FROM sqlite_schema ORDER BY name";
      assert.deepEqual(db.all(tables), fresh.all(tables));
    }
  });

  Deno.test(`Migrations of the ${name} make strict tables alone`, () => {
    using db = new Sqlite(":memory:", { busyMs: 0 });
    db.migrate(migrations);
    const loose = db.all<{ readonly name: string; readonly strict: number }>(
      "SELECT name, strict FROM pragma_table_list WHERE schema = 'main'",
    )
      .filter(({ name, strict }) => strict === 0 && !name.startsWith("sqlite_"));
    assert.deepEqual(loose, []);
  });
}

Deno.test("Sqlite.migrate() from version 1 keeps the rows, runs each step once, and takes back one that fails", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/journal.db`;
  const next = [...JOURNAL_MIGRATIONS, "ALTER TABLE inbox ADD COLUMN note TEXT; UPDATE inbox SET note = 'old'"];
  {
    using db = new Sqlite(path, { busyMs: 0 });
    db.migrate(JOURNAL_MIGRATIONS);
    db.run("INSERT INTO inbox VALUES (1, 2, 3, 4, 0, 5, 'boot', 6, 7, x'00', 'open')");
  }
  using db = new Sqlite(path, { busyMs: 0 });
  assert.throws(() => db.migrate([...next, "CREATE TABLE half (x) STRICT; SELECT nonsense"]));
  assert.equal(db.pragma("user_version"), 2, "the step before it holds");
  assert.equal(db.get<{ readonly note: string }>("SELECT note FROM inbox")?.note, "old");
  assert.deepEqual(db.all("SELECT name FROM sqlite_schema WHERE name = 'half'"), []);
});

Deno.test("Sqlite.migrate() refuses a file of a later version", () => {
  using db = new Sqlite(":memory:", { busyMs: 0 });
  db.exec("PRAGMA user_version = 7");
  assert.throws(() => db.migrate(JOURNAL_MIGRATIONS), NewerSchemaError);
});

Deno.test("faultOf() tells what is to be done about an error", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/a.db`;
  using one = new Sqlite(path, { busyMs: 0 });
  one.exec("CREATE TABLE t (x) STRICT".replace("x", "x INTEGER"));
  using two = new Sqlite(path, { busyMs: 0 });
  const fault = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return faultOf(error);
    }
    return undefined;
  };
  two.exec("BEGIN IMMEDIATE");
  assert.equal(fault(() => one.exec("BEGIN IMMEDIATE")), "locked");
  assert.equal(fault(() => one.run("INSERT INTO t VALUES (1)")), "locked");
  two.exec("COMMIT");
  one.exec("PRAGMA max_page_count = 3");
  assert.equal(fault(() => one.transaction(() => Array.from({ length: 5000 }, () => one.run("INSERT INTO t VALUES (1)")))), "full");
  assert.equal(fault(() => one.run("INSERT INTO t VALUES (1)")), undefined, "nothing of it is left");
  using reader = new Sqlite(path, { busyMs: 0, readOnly: true });
  assert.equal(fault(() => reader.run("INSERT INTO t VALUES (1)")), "readonly");
  assert.equal(fault(() => new Sqlite("/proc/self/nowhere/a.db", { busyMs: 0 })), "readonly");
  assert.equal(fault(() => one.run("INSERT INTO gone VALUES (1)")), "corrupt");
  await Deno.writeTextFile(`${folder.path}/b.db`, "x".repeat(5000));
  using broken = new Sqlite(`${folder.path}/b.db`, { busyMs: 0 });
  assert.equal(fault(() => broken.exec("SELECT * FROM sqlite_schema")), "corrupt");
  assert.equal(faultOf(new TypeError("x")), "other");
});

Deno.test("faultOf() goes by SQLite's code where there is one, with or without its extended part", () => {
  // sqlite.org/rescode.html: SQLITE_CORRUPT_INDEX, SQLITE_BUSY_SNAPSHOT, SQLITE_READONLY_DBMOVED, SQLITE_FULL, SQLITE_CONSTRAINT_UNIQUE.
  const table = [[779, "corrupt"], [11, "corrupt"], [517, "locked"], [6, "locked"], [1032, "readonly"], [13, "full"], [
    2067,
    "other",
  ]] as const;
  for (const [errcode, fault] of table) assert.equal(faultOf(Object.assign(new Error("words that tell nothing"), { errcode })), fault);
});
