import assert from "node:assert/strict";
import { join } from "node:path";
import { forget } from "../../src/store/retention.ts";
import { HISTORY_MIGRATIONS } from "../../src/store/schema.ts";
import { Sqlite } from "../../src/store/sqlite.ts";
import { tempFolder } from "./support.ts";

const NOW_MS = Date.UTC(2026, 5, 15);
const PAGE_BYTES = 4096;

/** A history with so many pages that hold nothing, and as many readings of today as fill the others. */
async function withFreePages({ used, free }: { readonly used: number; readonly free: number }, test: (db: Sqlite) => void): Promise<void> {
  await using folder = await tempFolder();
  using db = new Sqlite(join(folder.path, "history.db"), { busyMs: 0 });
  // Whether the disk has it is no matter here.
  db.exec(`PRAGMA synchronous = OFF; PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL`);
  db.migrate(HISTORY_MIGRATIONS);
  db.exec("CREATE TABLE filler (x BLOB); CREATE TABLE kept (x BLOB)");
  const fill = (table: string, pages: number) =>
    db.transaction(() => {
      for (let page = 0; page < pages; page += 1) db.run(`INSERT INTO ${table} VALUES (zeroblob(${PAGE_BYTES - 100}))`);
    });
  fill("kept", used);
  fill("filler", free);
  db.exec("DELETE FROM filler");
  test(db);
}

function forgetAll(db: Sqlite, maxMb: number): void {
  for (const _ of forget(db, { keepDays: 30, maxMb }, NOW_MS)) { /* one slice after the other */ }
}

Deno.test("forget() leaves a few free pages for what comes next", async () => {
  await withFreePages({ used: 100, free: 900 }, (db) => {
    const before = db.pragma("freelist_count");
    assert.ok(before >= 900);
    forgetAll(db, 512);
    assert.equal(db.pragma("freelist_count"), before);
  });
});

Deno.test("forget() gives free pages back when they are many and a large part of the file", async () => {
  await withFreePages({ used: 100, free: 3000 }, (db) => {
    forgetAll(db, 512);
    const free = db.pragma("freelist_count");
    assert.ok(free <= 1024 && free > 900, `${free} free pages`);
  });
});

Deno.test("forget() gives every free page back when the file is larger than it may be", async () => {
  await withFreePages({ used: 100, free: 900 }, (db) => {
    forgetAll(db, 3);
    // Down to where the file is within its limit, a slice of 64 pages at a time.
    assert.ok(db.pragma("page_count") * PAGE_BYTES <= 3 * 2 ** 20, `${db.pragma("page_count")} pages`);
    assert.ok(db.pragma("page_count") > 600);
  });
});
