/** Brings the journal to the disk from the history's thread: the one that reads the socket never waits for a disk. */
import { describeError } from "../errors.ts";
import { Sqlite } from "./sqlite.ts";

/** A connection to the journal that only ever syncs and checkpoints. */
export class JournalSync implements Disposable {
  readonly #path: string | undefined;
  #db: Sqlite | undefined;
  #failed = false;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /**
   * Syncs what was committed and works it into the file; `moved`: the path names another file now. PASSIVE takes no lock that a writer
   * waits for. Gives the reason when it fails, the first time only.
   */
  sync(moved: boolean): string | undefined {
    if (this.#path === undefined) return undefined;
    try {
      if (moved) this[Symbol.dispose]();
      this.#db ??= openExisting(this.#path);
      this.#db.all("PRAGMA wal_checkpoint(PASSIVE)");
      this.#failed = false;
      return undefined;
    } catch (error) {
      this[Symbol.dispose]();
      const first = !this.#failed;
      this.#failed = true;
      return first ? describeError(error) : undefined;
    }
  }

  [Symbol.dispose](): void {
    try {
      this.#db?.[Symbol.dispose]();
    } catch {
      // Its log is worked in the next time.
    }
    this.#db = undefined;
  }
}

function openExisting(path: string): Sqlite {
  // Opening makes a file where there is none, and this is not the place to.
  Deno.statSync(path);
  const db = new Sqlite(path, { busyMs: 0 });
  db.exec("PRAGMA synchronous = FULL");
  return db;
}
