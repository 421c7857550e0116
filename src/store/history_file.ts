/** Opens the history: the file where that can be used, else memory, and says which and why. */
import type { Clock } from "../clock.ts";
import { describeError } from "../errors.ts";
import { prepareFile, setAside } from "./file_places.ts";
import { HISTORY_MIGRATIONS } from "./schema.ts";
import { faultOf, Sqlite } from "./sqlite.ts";

/** An open history. */
export interface OpenHistory {
  readonly db: Sqlite;
  readonly kind: "file" | "memory";
  /** What the operator must know, once. */
  readonly said: string | undefined;
}

/** How large the file may become, and how long a statement waits for another's lock. */
export interface FileLimits {
  readonly maxMb: number;
  readonly busyMs?: number;
}

/** Milliseconds: a shell of the operator's or a backup may hold the lock for a while, and the thread that waits has nothing else to do. */
export const BUSY_MS = 5000;
const PAGE_BYTES = 4096;

const ROOM_BEYOND_MAX = 1.25;

/** A history in memory is smaller: it must not crowd out the bot. In MiB. */
export const MEMORY_MAX_MB = 16;

/** How many pages the write-ahead log takes before it is worked into the file: about 4 MiB, an hour and more of a large mesh. */
const CHECKPOINT_PAGES = 1000;

/** Opens the file at `path`, or a history in memory when it is undefined or cannot be used. Never throws. */
export function openHistory(path: string | undefined, limits: FileLimits, clock: Pick<Clock, "wallMs">): OpenHistory {
  if (path === undefined) return { db: openAt(":memory:", { maxMb: MEMORY_MAX_MB }), kind: "memory", said: undefined };
  try {
    return { db: openChecked(path, limits), kind: "file", said: undefined };
  } catch (error) {
    const reason = describeError(error);
    if (faultOf(error) !== "corrupt") return inMemory(`${path} cannot be used (${reason})`);
    return afterDamage(path, limits, reason, clock);
  }
}

/** Sets the damaged file aside and begins a new one. Never throws. */
export function afterDamage(path: string, limits: FileLimits, reason: string, clock: Pick<Clock, "wallMs">): OpenHistory {
  try {
    const aside = setAside(path, clock);
    const said = `${path} is damaged (${reason}): it is kept as ${aside}, and a new one is begun`;
    return { db: openChecked(path, limits), kind: "file", said };
  } catch (error) {
    return inMemory(`${path} is damaged (${reason}) and cannot be replaced (${describeError(error)})`);
  }
}

function inMemory(what: string): OpenHistory {
  const said = `${what}: the bot goes on from memory, and what it hears is forgotten when it ends`;
  return { db: openAt(":memory:", { maxMb: MEMORY_MAX_MB }), kind: "memory", said };
}

function openChecked(path: string, limits: FileLimits): Sqlite {
  prepareFile(path);
  const db = openAt(path, limits);
  try {
    // What a crash or a bad card has torn shows here in most cases; the rest shows when it is read.
    const damage = Object.values(db.get<Record<string, unknown>>("PRAGMA quick_check(1)") ?? {})[0];
    if (damage !== "ok") throw new Error(`database disk image is malformed: ${String(damage)}`);
    return db;
  } catch (error) {
    db[Symbol.dispose]();
    throw error;
  }
}

function openAt(path: string, { maxMb, busyMs = BUSY_MS }: FileLimits): Sqlite {
  const db = new Sqlite(path, { busyMs });
  try {
    // Both hold for an empty file only, and must be said before its first table; of any other the second would be written anew.
    if (db.pragma("page_count") === 0) db.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL`);
    // NORMAL: the log is synced before it is worked into the file, so that a power cut may lose the newest, and damages nothing.
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    db.exec("PRAGMA cache_size = -2000; PRAGMA temp_store = MEMORY");
    // A flood must not fill the disk before the next look at the size.
    db.exec(`PRAGMA max_page_count = ${Math.ceil(maxMb * ROOM_BEYOND_MAX * 2 ** 20 / PAGE_BYTES)}`);
    db.migrate(HISTORY_MIGRATIONS);
    return db;
  } catch (error) {
    db[Symbol.dispose]();
    throw error;
  }
}
