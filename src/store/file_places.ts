/** The files of the store: made for their owner alone, and when damaged renamed with everything that belongs to them, never deleted. */
import type { Clock } from "../clock.ts";

/** The history and the journal in the data folder. */
export const HISTORY_FILE = "meshbot.db";
export const JOURNAL_FILE = "journal.db";

// sqlite.org/fileformat.html, 1.3
const MAGIC = "SQLite format 3\0";

// SQLite finds these by the database's name: left behind, they would be taken for part of the new one.
const SUFFIXES = ["-wal", "-shm", ""] as const;

/** Renames the database at `path` and gives its new name; throws when that cannot be done. */
export function setAside(path: string, clock: Pick<Clock, "wallMs">): string {
  const stamp = new Date(clock.wallMs()).toISOString().replace(/[-:]|\.\d+/g, "");
  let aside = `${path}.corrupt-${stamp}`;
  for (let next = 2; exists(aside); next += 1) aside = `${path}.corrupt-${stamp}-${next}`;
  for (const suffix of SUFFIXES) if (exists(path + suffix)) Deno.renameSync(path + suffix, aside + suffix);
  return aside;
}

/**
 * Makes the file when it is missing, for nobody else to read: it holds what people wrote to the bot. Throws what the system throws, and
 * for a file that is none of SQLite's: opened as a database, it would lose its log.
 */
export function prepareFile(path: string): void {
  try {
    Deno.openSync(path, { createNew: true, write: true, mode: 0o600 }).close();
    return;
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(MAGIC.length);
  const count = file.readSync(bytes) ?? 0;
  if (count > 0 && new TextDecoder().decode(bytes.subarray(0, count)) !== MAGIC) throw new Error("file is not a database");
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
