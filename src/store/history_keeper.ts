/** The history on its own thread: writes what comes, answers what is asked, forgets what is old, and goes on whatever the disk does. */
import type { Clock, Timer } from "../clock.ts";
import { describeError } from "../errors.ts";
import type { Batch } from "./batch.ts";
import { afterDamage, MEMORY_MAX_MB, type OpenHistory, openHistory } from "./history_file.ts";
import { writeBatch } from "./history_writer.ts";
import { JournalSync } from "./journal_sync.ts";
import { loadNodes } from "./load_nodes.ts";
import type { Asked, FromHistory, HistoryAnswer, LoadedNodes, OpenHistoryOptions } from "./protocol.ts";
import { QUERIES } from "./queries/mod.ts";
import { forget, type Limits, usedBytes } from "./retention.ts";
import { faultOf, type Sqlite, type SqliteFault } from "./sqlite.ts";

// Packets that the disk does not take wait here: most of a day of a large mesh, in a few megabytes.
const MAX_WAITING = 32_000;
const RETRY_MS = 30_000;
const FIRST_TIDY_MS = 60_000;
const TIDY_EVERY_MS = 3_600_000;
const ROOM_RETRY_MS = 1000;
const SLICE_PAUSE_MS = 20;
// A file that breaks again and again lies on a card that does: then no more files are left behind.
const MAX_DAMAGES = 3;

const CURES: Partial<Record<SqliteFault, string>> = {
  full: "make room on the disk",
  locked: "another program holds its lock",
  readonly: "it must be writable by the bot's user",
};

/** What the keeper needs. */
export interface HistoryKeeperOptions extends OpenHistoryOptions {
  readonly clock: Clock;
  readonly tell: (message: FromHistory) => void;
  /** How long a statement waits for another's lock, in milliseconds. */
  readonly busyMs?: number;
}

/** One open history. No method throws but `ask` and `loadNodes`. */
export class HistoryKeeper {
  readonly #options: HistoryKeeperOptions;
  readonly #journal: JournalSync;
  #open: OpenHistory;
  #damages = 0;
  #lostPackets = 0;
  #failing: SqliteFault | undefined;
  #waiting: Batch[] = [];
  #retryTimer: Timer | undefined;
  #tidyTimer: Timer | undefined;

  constructor(options: HistoryKeeperOptions) {
    this.#options = options;
    this.#journal = new JournalSync(options.journalPath);
    this.#open = openHistory(options.path, options, options.clock);
    if (this.#open.said !== undefined) this.#say("error", this.#open.said);
    this.#tellState();
    this.#tidyLater(FIRST_TIDY_MS);
  }

  /** Writes a batch, or keeps it until the disk takes it. */
  write(batch: Batch): void {
    this.#waiting.push(batch);
    this.#writeWaiting();
    let waiting = this.#waiting.reduce((sum, { packets }) => sum + packets, 0);
    while (waiting > MAX_WAITING || this.#waiting.length > MAX_WAITING) {
      const lost = this.#waiting.shift()?.packets ?? 0;
      waiting -= lost;
      this.#lostPackets += lost;
      this.#tellState();
    }
  }

  /** Throws what it cannot answer for. */
  ask(asked: Asked): HistoryAnswer {
    try {
      return answer(this.#open.db, asked);
    } catch (error) {
      this.#repaired(error);
      throw error;
    }
  }

  /** Throws when they cannot be read. */
  loadNodes(): LoadedNodes {
    try {
      return loadNodes(this.#open.db);
    } catch (error) {
      this.#repaired(error);
      throw error;
    }
  }

  forgetNodes(): void {
    try {
      this.#open.db.exec("DELETE FROM nodes");
    } catch (error) {
      this.#repaired(error);
    }
  }

  syncJournal(moved: boolean): void {
    const failure = this.#journal.sync(moved);
    if (failure !== undefined) this.#say("warn", `the journal cannot be brought to the disk (${failure}): a power cut may lose answers`);
  }

  close(): void {
    this.#tidyTimer?.cancel();
    this.#writeWaiting();
    // What is refused even now is not tried again.
    this.#retryTimer?.cancel();
    try {
      this.#open.db[Symbol.dispose]();
    } catch {
      // What could not be worked into the file stands in its log, and is read from there the next time.
    }
    this.#journal[Symbol.dispose]();
  }

  #writeWaiting(): void {
    this.#retryTimer?.cancel();
    while (this.#waiting.length > 0) {
      try {
        writeBatch(this.#open.db, this.#waiting[0] as Batch);
      } catch (error) {
        if (this.#repaired(error)) continue;
        return this.#writeLater(error);
      }
      this.#waiting.shift();
    }
    if (this.#failing === undefined) return;
    this.#failing = undefined;
    this.#say("info", `the history can be written again; ${this.#lostPackets} packets were lost meanwhile`);
  }

  #writeLater(error: unknown): void {
    const fault = faultOf(error);
    if (fault === "full" && usedBytes(this.#open.db) > this.#limits().maxMb * 2 ** 20) return this.#makeRoom();
    if (fault === "other") {
      // A fault of ours that would meet the same batch again and again.
      const lost = this.#waiting.shift();
      this.#lostPackets += lost?.packets ?? 0;
      this.#tellState();
    }
    if (this.#failing !== fault) {
      const cure = CURES[fault];
      this.#say(
        "error",
        `the history cannot be written (${describeError(error)}${
          cure === undefined ? "" : `: ${cure}`
        }): the bot goes on and keeps the newest in memory`,
      );
    }
    this.#failing = fault;
    this.#retryTimer = this.#options.clock.after(RETRY_MS, () => this.#writeWaiting());
  }

  /** The history itself has reached its size: the oldest goes, at once. */
  #makeRoom(): void {
    this.#tidyTimer?.cancel();
    this.#tidy(forget(this.#open.db, this.#limits(), this.#options.clock.wallMs()));
    this.#retryTimer = this.#options.clock.after(ROOM_RETRY_MS, () => this.#writeWaiting());
  }

  /** Replaces a damaged file; false when the error is about something else. */
  #repaired(error: unknown): boolean {
    const { path, clock } = this.#options;
    if (path === undefined || this.#open.kind === "memory" || faultOf(error) !== "corrupt") return false;
    try {
      this.#open.db[Symbol.dispose]();
    } catch {
      // It is damaged.
    }
    this.#damages += 1;
    this.#open = afterDamage(path, this.#options, describeError(error), clock);
    if (this.#damages >= MAX_DAMAGES && this.#open.kind === "file") {
      this.#open.db[Symbol.dispose]();
      const memory = openHistory(undefined, this.#options, clock);
      this.#open = { ...memory, said: `${path} was damaged ${MAX_DAMAGES} times: the bot goes on from memory; look after the disk` };
    }
    if (this.#open.said !== undefined) this.#say("error", this.#open.said);
    this.#tellState();
    return true;
  }

  #tidyLater(afterMs: number): void {
    this.#tidyTimer = this.#options.clock.after(
      afterMs,
      () => this.#tidy(forget(this.#open.db, this.#limits(), this.#options.clock.wallMs())),
    );
  }

  /** One slice now, the next after a pause, in which questions are answered. */
  #tidy(work: Iterator<void>): void {
    try {
      if (work.next().done !== true) {
        this.#tidyTimer = this.#options.clock.after(SLICE_PAUSE_MS, () => this.#tidy(work));
        return;
      }
    } catch (error) {
      // Whatever keeps it from deleting will be said when it keeps it from writing.
      this.#repaired(error);
    }
    this.#tidyLater(TIDY_EVERY_MS);
  }

  #limits(): Limits {
    const { keepDays, maxMb } = this.#options;
    return { keepDays, maxMb: this.#open.kind === "memory" ? Math.min(maxMb, MEMORY_MAX_MB) : maxMb };
  }

  #say(level: "info" | "warn" | "error", text: string): void {
    this.#options.tell({ type: "said", level, text });
  }

  #tellState(): void {
    this.#options.tell({ type: "state", kind: this.#open.kind, lostPackets: this.#lostPackets });
  }
}

function answer(db: Sqlite, { name, question }: Asked): HistoryAnswer {
  // The compiler cannot see that a name and its question come from one entry.
  return (QUERIES[name] as (db: Sqlite, question: unknown) => HistoryAnswer)(db, question);
}
