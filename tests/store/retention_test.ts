import assert from "node:assert/strict";
import { join } from "node:path";
import { forget, usedBytes } from "../../src/store/retention.ts";
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

/** A history with packets of these ages in days, one row of each other kind for each, and 10,001 nodes when wanted. */
async function withRows(agesDays: readonly number[], test: (db: Sqlite) => void): Promise<void> {
  await using folder = await tempFolder();
  using db = new Sqlite(join(folder.path, "history.db"), { busyMs: 0 });
  db.exec("PRAGMA synchronous = OFF; PRAGMA auto_vacuum = INCREMENTAL");
  db.migrate(HISTORY_MIGRATIONS);
  db.transaction(() => {
    for (const days of agesDays) {
      const ms = Math.round(NOW_MS - days * DAY_MS);
      const us = ms * 1000;
      db.run("INSERT INTO packets VALUES (?, 1, 2, 3, 1, 0, 3, 3, 0, -90, 6.25, 1, 0, 1, 0, 0, 1, 60, x'01')", us);
      db.run("INSERT INTO positions VALUES (?, 1, 0, 0, NULL, 32)", us);
      db.run("INSERT INTO telemetry VALUES (?, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)", us);
      db.run("INSERT INTO texts VALUES (?, 1, 2, 3, 0, 0, 1, 1, 0, 'hello')", us);
      db.run("INSERT INTO traceroutes VALUES (?, 0, 1, 2, 1, 1, 2, 3)", us);
      db.run("INSERT INTO neighbours VALUES (?, 1, 2, 3, 1)", us);
      db.run("INSERT INTO link_events VALUES (?, 'ready', '')", ms);
      db.run("INSERT INTO service_history VALUES ('volts', ?, 12)", ms);
      const hour = Math.floor(ms / 3_600_000);
      db.run("INSERT OR IGNORE INTO hour_sums VALUES (?, 1, 1, 1, 1, 3, NULL, NULL)", hour);
      db.run("INSERT OR IGNORE INTO hour_types VALUES (?, 1, 1, 1)", hour);
      db.run("INSERT OR IGNORE INTO hour_hops VALUES (?, 1, 1)", hour);
      db.run("INSERT OR IGNORE INTO hour_links VALUES (?, 1, 2, 1, 3, 3, -90)", hour);
      db.run("INSERT OR IGNORE INTO day_sums VALUES (?, 1, 1, 1, 3, NULL, NULL, 0)", Math.floor(ms / DAY_MS));
    }
  });
  test(db);
}

const DAY_MS = 24 * 3_600_000;
const OF_THE_MOMENT = ["packets", "positions", "telemetry", "texts", "traceroutes", "neighbours", "link_events", "service_history"];
const SUMS = ["hour_sums", "hour_types", "hour_hops", "hour_links", "day_sums"];

function rowsOf(db: Sqlite, table: string): number {
  return db.get<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)?.rows ?? 0;
}

Deno.test("forget() forgets everything that is older than it is to be kept, in every table, to the millisecond", async () => {
  const oneMs = 1 / DAY_MS;
  await withRows([0, 29, 30, 30 + oneMs, 31, 40], (db) => {
    forgetAll(db, 512);
    for (const table of OF_THE_MOMENT) assert.equal(rowsOf(db, table), 3, table);
    // An hour, or a day, that is half too old stays whole.
    for (const table of SUMS) assert.ok(rowsOf(db, table) === 3 || rowsOf(db, table) === 4, table);
    assert.equal(db.get<{ least: number }>("SELECT min(at_ms) AS least FROM link_events")?.least, NOW_MS - 30 * DAY_MS);
  });
});

Deno.test("forget() works in slices, so that others have their turn", async () => {
  await withRows(Array.from({ length: 1200 }, (_, index) => 40 + index / 1440), (db) => {
    const steps = [...forget(db, { keepDays: 30, maxMb: 512 }, NOW_MS)].length;
    // 500 rows each: twice for each of the eight tables of the moment.
    assert.equal(steps, 16);
    for (const table of [...OF_THE_MOMENT, ...SUMS]) assert.equal(rowsOf(db, table), 0, table);
  });
});

Deno.test("forget() keeps the 10,000 nodes that were kept last, however old", async () => {
  await withRows([], (db) => {
    db.transaction(() => {
      for (let node = 1; node <= 10_001; node += 1) {
        db.run(
          `INSERT INTO nodes (node, kept_ms, long_name, short_name, role, hw_model, public_key, key_conflict, is_licensed, is_unmessagable,
            is_favorite, via_mqtt) VALUES (?, ?, '', '', 0, 0, x'', 0, 0, 0, 0, 0)`,
          node,
          node,
        );
      }
    });
    forgetAll(db, 512);
    assert.deepEqual([rowsOf(db, "nodes"), db.get<{ least: number }>("SELECT min(node) AS least FROM nodes")?.least], [10_000, 2]);
  });
});

Deno.test("usedBytes() counts the pages that hold something", async () => {
  await withFreePages({ used: 100, free: 900 }, (db) => {
    assert.equal(usedBytes(db), (db.pragma("page_count") - db.pragma("freelist_count")) * PAGE_BYTES);
    assert.ok(usedBytes(db) >= 100 * PAGE_BYTES && usedBytes(db) < 300 * PAGE_BYTES, String(usedBytes(db)));
  });
});

Deno.test("forget() forgets the oldest packets and what came with them when the file is fuller than it may be, and no more than it must", async () => {
  await withRows(Array.from({ length: 5000 }, (_, index) => index / 1440), (db) => {
    const before = usedBytes(db);
    assert.ok(before > 2 ** 20, String(before));
    forgetAll(db, 1);
    assert.ok(usedBytes(db) <= 0.95 * 2 ** 20, String(usedBytes(db)));
    const left = rowsOf(db, "packets");
    assert.ok(left > 0 && left % 500 === 0, String(left));
    assert.equal(rowsOf(db, "texts"), left);
    // The newest are there still.
    assert.equal(db.get<{ last: number }>("SELECT max(at_us) AS last FROM packets")?.last, NOW_MS * 1000);
  });
});

Deno.test("forget() gives the last free page back when the file is larger than it may be", async () => {
  await withFreePages({ used: 100, free: 10 }, (db) => {
    db.all(`PRAGMA incremental_vacuum(${db.pragma("freelist_count") - 1})`);
    const pages = db.pragma("page_count");
    assert.equal(db.pragma("freelist_count"), 1);
    forgetAll(db, pages * PAGE_BYTES / 2 ** 20);
    assert.deepEqual([db.pragma("freelist_count"), db.pragma("page_count")], [1, pages]);
    // Full to the last page: nothing is forgotten for one page's sake.
    forgetAll(db, (pages - 1) * PAGE_BYTES / 2 ** 20);
    assert.deepEqual([db.pragma("freelist_count"), db.pragma("page_count")], [0, pages - 1]);
  });
});

Deno.test("forget() gives 64 pages back in a slice", async () => {
  await withFreePages({ used: 10, free: 640 }, (db) => {
    const free: number[] = [];
    for (const _ of forget(db, { keepDays: 30, maxMb: 0.01 }, NOW_MS)) free.push(db.pragma("freelist_count"));
    const given = free.slice(1).map((left, index) => (free[index] as number) - left).filter((pages) => pages > 0);
    assert.ok(given.length <= 12 && given.slice(0, -1).every((pages) => pages === 64), String(given));
    assert.equal(free.at(-1), 0);
  });
});

Deno.test("forget() keeps 1024 free pages, or a quarter of the file where that is more, for what comes next", async () => {
  const leaves = async (free: number, used: number) => {
    let left = 0;
    await withFreePages({ used, free: free + 200 }, (db) => {
      db.all(`PRAGMA incremental_vacuum(${db.pragma("freelist_count") - free})`);
      forgetAll(db, 512);
      left = db.pragma("freelist_count");
    });
    return left;
  };
  assert.deepEqual([await leaves(1024, 100), await leaves(1025, 100), await leaves(1024 + 64, 100)], [1024, 961, 1024]);
  // Of 5,000 pages in use a quarter of the file is more.
  assert.deepEqual([await leaves(1500, 5000), await leaves(1024, 5000)], [1500, 1024]);
});
