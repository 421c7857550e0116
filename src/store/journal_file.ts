/** The file of the journal, written on the main thread: each change is in the log of the file when the call returns, and never synced here. */
import type { Clock } from "../clock.ts";
import { describeError } from "../errors.ts";
import { prepareFile, setAside } from "./file_places.ts";
import { JOURNAL_MIGRATIONS } from "./schema.ts";
import { faultOf, type SQLInputValue, Sqlite } from "./sqlite.ts";

/** One statement with its values. */
export type Change = readonly [sql: string, ...values: SQLInputValue[]];

/** What became of an opening or a writing. */
export interface JournalTrouble {
  readonly reason: string;
  /** Where the damaged file is now; undefined when the file is not damaged. */
  readonly aside?: string;
}

// At start a reader may be about; later nothing may hold up the thread that reads the socket.
const OPEN_BUSY_MS = 1000;
const BUSY_MS = 5;

/** An open journal file. */
export class JournalFile implements Disposable {
  readonly #db: Sqlite;

  /** Opens or makes the file; throws what SQLite throws, also when it is damaged. */
  constructor(path: string) {
    prepareFile(path);
    this.#db = new Sqlite(path, { busyMs: OPEN_BUSY_MS });
    try {
      // OFF: no sync here. The history's thread syncs the log and works it into the file, through a connection of its own.
      this.#db.exec("PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -500");
      const damage = Object.values(this.#db.get<Record<string, unknown>>("PRAGMA quick_check(1)") ?? {})[0];
      if (damage !== "ok") throw new Error(`database disk image is malformed: ${String(damage)}`);
      this.#db.migrate(JOURNAL_MIGRATIONS);
      this.#db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    } catch (error) {
      this.#db[Symbol.dispose]();
      throw error;
    }
  }

  all<Row>(sql: string): Row[] {
    return this.#db.all<Row>(sql);
  }

  /** All changes or none; throws what SQLite throws. */
  write(changes: readonly Change[]): void {
    const [only] = changes;
    if (only !== undefined && changes.length === 1) return void this.#db.run(...only);
    this.#db.transaction(() => {
      for (const change of changes) this.#db.run(...change);
    });
  }

  /** Works the log into the file without a sync: for when nobody else does, and the log must not grow for ever. */
  checkpoint(): void {
    this.#db.all("PRAGMA wal_checkpoint(PASSIVE)");
  }

  [Symbol.dispose](): void {
    try {
      // Whoever closes last works the log into the file; at the end of the program there is time to do that safely.
      this.#db.exec("PRAGMA synchronous = FULL");
    } finally {
      this.#db[Symbol.dispose]();
    }
  }
}

/** Opens the file; a damaged one is set aside first. Gives no file when none can be used. */
export function openJournalFile(
  path: string,
  clock: Pick<Clock, "wallMs">,
): { readonly file: JournalFile | undefined; readonly trouble: JournalTrouble | undefined } {
  try {
    return { file: new JournalFile(path), trouble: undefined };
  } catch (error) {
    if (faultOf(error) !== "corrupt") return { file: undefined, trouble: { reason: describeError(error) } };
    return replaceJournalFile(path, describeError(error), clock);
  }
}

/** Sets the damaged file aside and begins a new one. */
export function replaceJournalFile(path: string, reason: string, clock: Pick<Clock, "wallMs">): ReturnType<typeof openJournalFile> {
  try {
    const aside = setAside(path, clock);
    return { file: new JournalFile(path), trouble: { reason, aside } };
  } catch (error) {
    return { file: undefined, trouble: { reason: `${reason}; it cannot be replaced: ${describeError(error)}` } };
  }
}
