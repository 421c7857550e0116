/** Forgets what is too old, and the oldest where there is too much; in small slices, so that whoever asks in between is answered. */
import { DAY_MS, HOUR_MS } from "./history_writer.ts";
import type { Sqlite } from "./sqlite.ts";

/** How much is kept. */
export interface Limits {
  readonly keepDays: number;
  readonly maxMb: number;
}

/** Rows deleted in one transaction. */
const SLICE_ROWS = 500;
/** Pages given back to the file system at once. */
const SLICE_PAGES = 64;
const MAX_NODES = 10_000;
// A few free pages are soon used again; giving them back would only wear the card.
const FREE_PAGES_KEPT = 1024;
const FREE_SHARE_KEPT = 0.25;
// Down to here when the file has grown too large, so that it is not the same again an hour later.
const TRIM_TO = 0.95;

const US = 0.001;

/** Tables and the column of their time, in milliseconds times `unitMs`. */
const AGED = [
  ["packets", "at_us", US],
  ["positions", "at_us", US],
  ["telemetry", "at_us", US],
  ["texts", "at_us", US],
  ["traceroutes", "at_us", US],
  ["neighbours", "at_us", US],
  ["link_events", "at_ms", 1],
  ["service_history", "at_ms", 1],
  ["hour_sums", "hour", HOUR_MS],
  ["hour_types", "hour", HOUR_MS],
  ["hour_hops", "hour", HOUR_MS],
  ["hour_links", "hour", HOUR_MS],
  ["day_sums", "day", DAY_MS],
] as const;

// Without a number of their own, rows are named by their key.
const KEYS: Readonly<Record<string, string>> = {
  traceroutes: "at_us, step",
  neighbours: "at_us, neighbour",
  service_history: "kind, at_ms",
  hour_sums: "hour, node, portnum",
  hour_types: "hour, portnum",
  hour_hops: "hour, hops",
  hour_links: "hour, heard_node, hearer_node",
  day_sums: "day, node",
};

/** Works one slice at each step and ends when nothing is left to do. Throws what SQLite throws. */
export function* forget(db: Sqlite, limits: Limits, nowWallMs: number): Generator<void, void> {
  yield* forgetBefore(db, nowWallMs - limits.keepDays * DAY_MS);
  // A node's key is worth more than its packets: nodes are not forgotten by age.
  db.run("DELETE FROM nodes WHERE node NOT IN (SELECT node FROM nodes ORDER BY kept_ms DESC LIMIT ?)", MAX_NODES);
  yield* forgetBeyond(db, limits);
  yield* giveBack(db, limits);
}

function* forgetBefore(db: Sqlite, beforeMs: number): Generator<void, void> {
  for (const [table, column, unitMs] of AGED) {
    const key = KEYS[table] ?? "rowid";
    const sql = `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${column} < ? LIMIT ${SLICE_ROWS})`;
    // The hour that is half too old stays whole: its packets go, its sum is not asked for any more.
    while (db.run(sql, Math.floor(beforeMs / unitMs)) >= SLICE_ROWS) yield;
  }
}

/** The oldest packets and what came with them, as long as the file is too full. */
function* forgetBeyond(db: Sqlite, { maxMb }: Limits): Generator<void, void> {
  const maxBytes = maxMb * 2 ** 20;
  if (usedBytes(db) <= maxBytes) return;
  while (usedBytes(db) > maxBytes * TRIM_TO) {
    const { us } = db.get<{ readonly us: number | null }>(
      `SELECT max(at_us) AS us FROM (SELECT at_us FROM packets ORDER BY at_us LIMIT ${SLICE_ROWS})`,
    ) ?? { us: null };
    if (us === null) return;
    yield* forgetBefore(db, us / 1000 + 1);
    yield;
  }
}

function* giveBack(db: Sqlite, { maxMb }: Limits): Generator<void, void> {
  const maxPages = maxMb * 2 ** 20 / db.pragma("page_size");
  const toGive = () => {
    const free = db.pragma("freelist_count");
    const pages = db.pragma("page_count");
    return pages > maxPages ? free > 0 : free > Math.max(FREE_PAGES_KEPT, pages * FREE_SHARE_KEPT);
  };
  while (toGive()) {
    // It gives a page back at each step, and exec() would take one step alone.
    db.all(`PRAGMA incremental_vacuum(${SLICE_PAGES})`);
    yield;
  }
}

/** Bytes that hold something. */
export function usedBytes(db: Sqlite): number {
  return (db.pragma("page_count") - db.pragma("freelist_count")) * db.pragma("page_size");
}
