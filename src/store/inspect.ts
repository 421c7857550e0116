/** Looks at the files of a store from outside, while the bot may be running on them: nothing is written to them. */
import { join } from "node:path";
import { HISTORY_FILE, JOURNAL_FILE } from "./file_places.ts";
import { info } from "./queries/info.ts";
import type { Answers } from "./questions.ts";
import { HISTORY_MIGRATIONS, JOURNAL_MIGRATIONS, type Migrations } from "./schema.ts";
import { NewerSchemaError, Sqlite } from "./sqlite.ts";

// The bot's own writes are short; whoever looks can wait for them.
const BUSY_MS = 5000;

/** What the journal holds. */
export interface JournalInfo {
  readonly requests: number;
  readonly openRequests: number;
  readonly openAnswers: number;
  readonly schemaVersion: number;
}

/** The files of a store, read only. */
export interface StoreFiles extends Disposable {
  readonly history: Sqlite;
  readonly journal: Sqlite;
}

/** The paths of both files in the bot's folder. */
export function storePaths(folder: string): { readonly history: string; readonly journal: string } {
  return { history: join(folder, HISTORY_FILE), journal: join(folder, JOURNAL_FILE) };
}

/** Opens a file of the store to be read; throws what SQLite throws, and NotFound when there is none. */
export function openToRead(path: string, migrations: Migrations): Sqlite {
  Deno.statSync(path);
  const db = new Sqlite(path, { busyMs: BUSY_MS, readOnly: true });
  try {
    const version = db.pragma("user_version");
    if (version !== migrations.length) {
      const cure = version > migrations.length ? "use a newer MeshBot" : "start the bot once, which brings it up to date";
      throw new NewerSchemaError(`${path} has version ${version}, this program reads ${migrations.length}: ${cure}`);
    }
    return db;
  } catch (error) {
    db[Symbol.dispose]();
    throw error;
  }
}

/** What the history holds. */
export function historyInfo(folder: string): Answers["info"] {
  using db = openToRead(storePaths(folder).history, HISTORY_MIGRATIONS);
  return info(db);
}

/** What the journal holds. */
export function journalInfo(folder: string): JournalInfo {
  using db = openToRead(storePaths(folder).journal, JOURNAL_MIGRATIONS);
  const count = (sql: string) => db.get<{ readonly rows: number }>(`SELECT count(*) AS rows FROM ${sql}`)?.rows ?? 0;
  return {
    requests: count("inbox"),
    openRequests: count("inbox WHERE state = 'open'"),
    openAnswers: count("outbox WHERE state IN ('queued', 'sent', 'repeated')"),
    schemaVersion: db.pragma("user_version"),
  };
}

/** What `PRAGMA integrity_check` finds in a file; empty when it is sound. Throws when there is no file, or none that can be read. */
export function damagesOf(path: string): string[] {
  Deno.statSync(path);
  using db = new Sqlite(path, { busyMs: BUSY_MS, readOnly: true });
  const found = db.all<Record<string, unknown>>("PRAGMA integrity_check").map((row) => String(Object.values(row)[0]));
  return found.filter((line) => line !== "ok");
}

/**
 * A copy of the history as it is now, in a new file, while the bot goes on. Throws when the file exists. The files are copied as they
 * are: SQLite's own ways need a second database beside the first, which Deno allows only with all permissions.
 */
export function backUp(folder: string, target: string): void {
  const { history } = storePaths(folder);
  // It holds what people wrote: for nobody else to read.
  Deno.openSync(target, { createNew: true, write: true, mode: 0o600 }).close();
  try {
    {
      using db = openToRead(history, HISTORY_MIGRATIONS);
      // While somebody reads, SQLite overwrites nothing in the log that the file lacks (sqlite.org/wal.html, 2.2): first the file, then the log.
      db.exec("BEGIN");
      db.get("SELECT count(*) FROM sqlite_schema");
      Deno.copyFileSync(history, target);
      copyIfThere(`${history}-wal`, `${target}-wal`);
      db.exec("ROLLBACK");
    }
    // Works the log into the copy and removes it.
    using copy = new Sqlite(target, { busyMs: 0 });
    copy.exec("PRAGMA journal_mode = DELETE");
    Deno.chmodSync(target, 0o600);
  } catch (error) {
    for (const path of [target, `${target}-wal`, `${target}-shm`]) removeIfThere(path);
    throw error;
  }
}

function copyIfThere(from: string, to: string): void {
  try {
    Deno.copyFileSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
