/** The file of a recording: bounded, for its owner alone, and written beside the link, which never waits for it. */
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock, Timer } from "../clock.ts";
import { describeError, UsageError } from "../errors.ts";
import { logger } from "../log.ts";
import { LINE_START } from "./lines.ts";

const log = logger("link");

/** A file of a recording; with the one before it, twice that is on the disk. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
// What waits for the disk; a link cannot fill it in the time that a disk takes.
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
const WRITE_AT_BYTES = 64 * 1024;
// So much of a recording is lost when the program is killed.
const WRITE_AFTER_MS = 1000;
// The bot's own files need room, too.
const MIN_FREE_BYTES = 64 * 1024 * 1024;
const MAX_HEAD_SHARE = 4;
const NEW_FILE = Symbol("new file");
const OWNER_ONLY = 0o600;

/** What the file needs; the last four are for tests. */
export interface RecordingFileOptions {
  readonly path: string;
  readonly clock: Clock;
  /** The lines that a file begins with, so that it can be played without the one before it. */
  readonly head: () => readonly string[];
  /** What stands for lines that were lost. */
  readonly lost: (lines: number) => string;
  readonly maxBytes?: number;
  readonly maxWaitingBytes?: number;
  readonly open?: (path: string) => Promise<Deno.FsFile>;
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/** Opens the file behind what is in it. Throws UsageError when something else is there, and the system's error when it cannot be written. */
export async function openRecordingFile(options: RecordingFileOptions): Promise<RecordingFile> {
  await refuseOther(options.path);
  const file = await (options.open ?? openToAppend)(options.path);
  try {
    return new RecordingFile(options, file, (await file.stat()).size);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The open file. */
export class RecordingFile implements AsyncDisposable {
  readonly #options: RecordingFileOptions;
  readonly #maxBytes: number;
  readonly #maxWaitingBytes: number;
  #file: Deno.FsFile | undefined;
  /** Of the file when all that waits is in it. */
  #sizeBytes: number;
  /** What is not in the file yet, in order. */
  #waiting: (string | typeof NEW_FILE)[] = [];
  #waitingBytes = 0;
  #lostLines = 0;
  #timer: Timer | undefined;
  #writing: Promise<void> | undefined;
  #checkFreeAtBytes = 0;

  constructor(options: RecordingFileOptions, file: Deno.FsFile, sizeBytes: number) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? MAX_FILE_BYTES;
    this.#maxWaitingBytes = options.maxWaitingBytes ?? MAX_WAITING_BYTES;
    this.#file = file;
    this.#sizeBytes = sizeBytes;
    this.#put(this.#head());
  }

  /** Takes a line of ASCII characters and returns at once. */
  write(line: string): void {
    if (this.#file === undefined) return;
    if (this.#waitingBytes + line.length > this.#maxWaitingBytes) {
      this.#lostLines += 1;
      return;
    }
    if (this.#lostLines > 0) {
      this.#put([this.#options.lost(this.#lostLines)]);
      this.#lostLines = 0;
    }
    this.#put([line]);
    if (this.#waitingBytes >= WRITE_AT_BYTES) this.#start();
    else this.#timer ??= this.#options.clock.after(WRITE_AFTER_MS, () => this.#start());
  }

  /** Writes what waits, and closes the file. Never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#start();
    await this.#writing;
    this.#close();
  }

  #start(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#writing ??= this.#writeAll();
  }

  /** Where a new file begins is decided here, while it is known what it has to begin with. */
  #put(lines: readonly string[]): void {
    if (this.#sizeBytes > 0 && this.#sizeBytes + sizeOf(lines) > this.#maxBytes) {
      this.#waiting.push(NEW_FILE);
      this.#sizeBytes = 0;
      this.#put(this.#head());
    }
    this.#waiting.push(...lines);
    this.#waitingBytes += sizeOf(lines);
    this.#sizeBytes += sizeOf(lines);
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#file !== undefined && this.#waiting.length > 0) {
        const newFileAt = this.#waiting.indexOf(NEW_FILE);
        if (newFileAt === 0) {
          this.#waiting.shift();
          await this.#rotate();
          continue;
        }
        const lines = this.#waiting.splice(0, newFileAt < 0 ? this.#waiting.length : newFileAt) as string[];
        this.#waitingBytes -= sizeOf(lines);
        await this.#append(this.#file, lines);
      }
    } catch (error) {
      this.#stop(describeError(error));
    }
    this.#writing = undefined;
  }

  async #append(file: Deno.FsFile, lines: readonly string[]): Promise<void> {
    const bytes = new TextEncoder().encode(`${lines.join("\n")}\n`);
    await this.#refuseFullDisk(bytes.length);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  }

  async #refuseFullDisk(bytes: number): Promise<void> {
    this.#checkFreeAtBytes -= bytes;
    if (this.#checkFreeAtBytes > 0) return;
    this.#checkFreeAtBytes = this.#maxBytes / 16;
    const freeBytes = await (this.#options.freeBytes ?? freeBytesIn)(dirname(this.#options.path)).catch(() => Infinity);
    if (freeBytes < MIN_FREE_BYTES) throw new Error(`the disk is nearly full: ${Math.floor(freeBytes / 2 ** 20)} MiB are free`);
  }

  async #rotate(): Promise<void> {
    const { path, open = openToAppend } = this.#options;
    this.#file?.close();
    this.#file = undefined;
    await Deno.rename(path, `${path}.1`);
    this.#file = await open(path);
  }

  /** A head that leaves no room for what comes is reduced to its first line. */
  #head(): readonly string[] {
    const lines = this.#options.head();
    return sizeOf(lines) <= this.#maxBytes / MAX_HEAD_SHARE ? lines : lines.slice(0, 1);
  }

  #stop(why: string): void {
    log.error`recording to ${this.#options.path} has ended (${why}); the bot goes on without it`;
    this.#close();
  }

  #close(): void {
    this.#timer?.cancel();
    this.#file?.close();
    this.#file = undefined;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}

function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

/** What is there must be a recording: a mistyped name must not cost a configuration. */
async function refuseOther(path: string): Promise<void> {
  let found: Deno.FileInfo;
  try {
    found = await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (!found.isFile) throw new UsageError(`cannot record to ${path}: it is no file`);
  if (found.size === 0) return;
  using file = await Deno.open(path);
  const start = new Uint8Array(LINE_START.length);
  const count = await file.read(start) ?? 0;
  if (new TextDecoder().decode(start.subarray(0, count)) === LINE_START) return;
  throw new UsageError(`cannot record to ${path}: it is there already and is no recording`);
}

async function openToAppend(path: string): Promise<Deno.FsFile> {
  const file = await Deno.open(path, { append: true, create: true, mode: OWNER_ONLY });
  try {
    // The mode above holds for a new file only.
    if (Deno.build.os !== "windows") await Deno.chmod(path, OWNER_ONLY);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

async function freeBytesIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
