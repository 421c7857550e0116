import assert from "node:assert/strict";
import { join } from "node:path";
import { prepareFile, setAside } from "../../src/store/file_places.ts";
import { Sqlite } from "../../src/store/sqlite.ts";
import { tempFolder } from "./support.ts";

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("setAside() renames a database with its log, under the time, and never over another", async () => {
  await using folder = await tempFolder();
  const clock = { wallMs: () => Date.UTC(2026, 5, 15, 12, 34, 56, 789) };
  const path = join(folder.path, "x.db");
  const make = (...suffixes: string[]) => {
    for (const suffix of suffixes) Deno.writeTextFileSync(path + suffix, suffix);
  };
  make("", "-wal", "-shm");
  assert.equal(setAside(path, clock), `${path}.corrupt-20260615T123456Z`);
  assert.deepEqual(names(folder.path), ["", "-shm", "-wal"].map((suffix) => `x.db.corrupt-20260615T123456Z${suffix}`));
  make("");
  assert.equal(setAside(path, clock), `${path}.corrupt-20260615T123456Z-2`);
  make("");
  assert.equal(setAside(path, clock), `${path}.corrupt-20260615T123456Z-3`);
  assert.equal(names(folder.path).length, 5);
  assert.equal(Deno.readTextFileSync(`${path}.corrupt-20260615T123456Z-wal`), "-wal");
});

Deno.test("prepareFile() makes a file for nobody else to read, and takes an empty one or a database", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "x.db");
  prepareFile(path);
  const { mode, size } = Deno.statSync(path);
  assert.deepEqual([(mode ?? 0) & 0o777, size], [0o600, 0]);
  prepareFile(path);
  {
    using db = new Sqlite(path, { busyMs: 0 });
    db.exec("CREATE TABLE t (a)");
  }
  prepareFile(path);
  for (const text of ["x", "SQLite format 3", "SQLite format 4\\0 and more"]) {
    Deno.writeTextFileSync(path, text);
    assert.throws(() => prepareFile(path), /file is not a database/, text);
  }
  assert.throws(() => prepareFile(join(folder.path, "missing", "x.db")), Deno.errors.NotFound);
});
