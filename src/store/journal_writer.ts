/** Keeps the journal's file abreast of the memory: in the same turn, or as soon as the file takes it again. */
import type { Clock, Timer } from "../clock.ts";
import { describeError } from "../errors.ts";
import { logger } from "../log.ts";
import { type Change, type JournalFile, type JournalTrouble, openJournalFile, replaceJournalFile } from "./journal_file.ts";
import { faultOf } from "./sqlite.ts";

const log = logger("app");

const SYNC_AFTER_MS = 1000;
// A disk that refused is asked again this much later, with everything that it has missed.
const RETRY_MS = 1000;
const MAX_MISSED = 2000;
const MAX_DAMAGES = 3;
// Some megabytes of log; only reached when the thread that works it into the file is dead.
const CHECKPOINT_AFTER_CHANGES = 2000;

/** What the writer needs. */
export interface JournalWriterOptions {
  /** Undefined writes nothing. */
  readonly path: string | undefined;
  readonly clock: Clock;
  /** The file has changed, and is to be brought to the disk; false when nobody will. `moved`: it is another file now. */
  readonly sync: (moved: boolean) => boolean;
  /** Everything that a new file must hold when the old one is damaged. */
  readonly everything: () => readonly Change[];
}

/** The writer of one journal; no method throws. */
export class JournalWriter implements Disposable {
  readonly #options: JournalWriterOptions;
  readonly #clock: Clock;
  #file: JournalFile | undefined;
  #missed: Change[] = [];
  #retryAtMs = 0;
  #failing = false;
  #damages = 0;
  #syncTimer: Timer | undefined;
  #changesUnsynced = 0;

  constructor(options: JournalWriterOptions) {
    this.#options = options;
    this.#clock = options.clock;
    if (options.path === undefined) return;
    const { file, trouble } = openJournalFile(options.path, this.#clock);
    this.#file = file;
    if (trouble !== undefined) sayTrouble(options.path, trouble);
  }

  get isOnFile(): boolean {
    return this.#file !== undefined;
  }

  /** Reads what an earlier process left, by `load`; a file that cannot be read is replaced. */
  read(load: (file: JournalFile) => void): void {
    if (this.#file === undefined) return;
    try {
      load(this.#file);
    } catch (error) {
      this.#replace(describeError(error));
    }
  }

  /** On file when it returns, or among what the file has missed. */
  write(changes: readonly Change[]): void {
    if (this.#file === undefined) return;
    if (this.#missed.length > 0) {
      this.#missed.push(...changes);
      // What the file does not take for long is not worth more than the memory that it needs.
      if (this.#missed.length > MAX_MISSED) this.#missed.splice(0, this.#missed.length - MAX_MISSED);
      if (this.#clock.nowMs() < this.#retryAtMs) return;
    }
    const all = this.#missed.length > 0 ? this.#missed : changes;
    try {
      this.#file.write(all);
    } catch (error) {
      return this.#refused(all, error);
    }
    this.#missed = [];
    if (this.#failing) log.info`the journal can be written again`;
    this.#failing = false;
    this.#changed();
  }

  [Symbol.dispose](): void {
    this.#syncTimer?.cancel();
    this.#retryAtMs = 0;
    if (this.#missed.length > 0) this.write([]);
    this.#syncTimer?.cancel();
    try {
      this.#file?.[Symbol.dispose]();
    } catch (error) {
      log.warn`the journal was not closed well (${describeError(error)}); it is read all the same the next time`;
    }
    this.#file = undefined;
  }

  #refused(changes: readonly Change[], error: unknown): void {
    if (faultOf(error) === "corrupt") return this.#replace(describeError(error));
    if (!this.#failing) {
      log.error`the journal cannot be written (${
        describeError(error)
      }): the bot goes on from memory, and a crash may lose or double answers`;
    }
    this.#failing = true;
    this.#missed = [...changes];
    this.#retryAtMs = this.#clock.nowMs() + RETRY_MS;
  }

  /** Begins a new file with everything that the memory holds. */
  #replace(reason: string): void {
    const { path, sync, everything } = this.#options;
    if (path === undefined) return;
    try {
      this.#file?.[Symbol.dispose]();
    } catch {
      // It is damaged.
    }
    this.#file = undefined;
    this.#missed = [];
    this.#damages += 1;
    if (this.#damages > MAX_DAMAGES) {
      log.error`the journal was damaged ${this.#damages} times: the bot goes on from memory; look after the disk`;
      return;
    }
    const { file, trouble } = replaceJournalFile(path, reason, this.#clock);
    this.#file = file;
    if (trouble !== undefined) sayTrouble(path, trouble);
    if (file === undefined) return;
    this.write(everything());
    sync(true);
  }

  #changed(): void {
    this.#changesUnsynced += 1;
    this.#syncTimer ??= this.#clock.after(SYNC_AFTER_MS, () => {
      this.#syncTimer = undefined;
      if (this.#options.sync(false)) this.#changesUnsynced = 0;
      else if (this.#changesUnsynced >= CHECKPOINT_AFTER_CHANGES) this.#checkpoint();
    });
  }

  #checkpoint(): void {
    try {
      this.#file?.checkpoint();
      this.#changesUnsynced = 0;
    } catch {
      // The next change says what is wrong.
    }
  }
}

function sayTrouble(path: string, { reason, aside }: JournalTrouble): void {
  if (aside !== undefined) log.error`${path} is damaged (${reason}): it is kept as ${aside}, and a new one is begun`;
  else log.error`${path} cannot be used (${reason}): the bot goes on from memory, and a crash may lose or double answers`;
}
