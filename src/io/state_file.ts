/** A small JSON file that the program keeps its memory in: written whole and at once, so that a power cut leaves the old or the new one. */
import { dirname } from "node:path";
import { describeError } from "../errors.ts";
import { logger } from "../log.ts";

const log = logger("app");

// What is kept so is a few kilobytes; a file beyond this is not ours.
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** One value on disk. Neither reading nor writing ever rejects: what goes wrong is said in the log. */
export interface StateFile {
  /**
   * The value that was written last, as `parse` understands it; undefined when there is none. A file that `parse` throws at, or that
   * cannot be read, is kept beside with `.corrupt` behind its name.
   */
  read<T>(parse: (value: unknown) => T): Promise<T | undefined>;
  /** Takes the value as it is now and returns at once; while one is being written, only the newest of the others will be. */
  write(value: unknown): void;
  /** Settles when everything given to `write` before is on the disk, or has failed to be. */
  flush(): Promise<void>;
}

/** The file at `path`; its folder is made when the first value is written. */
export function createStateFile(path: string): StateFile {
  return new JsonStateFile(path);
}

class JsonStateFile implements StateFile {
  readonly #path: string;
  #next: string | undefined;
  #writing: Promise<void> | undefined;
  /** Nothing may be written: an old file that could be read by nobody would be lost. */
  #memoryOnly = false;
  #failing = false;

  constructor(path: string) {
    this.#path = path;
  }

  async read<T>(parse: (value: unknown) => T): Promise<T | undefined> {
    try {
      const text = await readSmallFile(this.#path);
      return parse(JSON.parse(text));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      await this.#setAside(error);
      return undefined;
    }
  }

  write(value: unknown): void {
    if (this.#memoryOnly) return;
    this.#next = JSON.stringify(value, undefined, 1);
    this.#writing ??= this.#writeAll();
  }

  async flush(): Promise<void> {
    await this.#writing;
  }

  async #setAside(error: unknown): Promise<void> {
    const aside = `${this.#path}.corrupt`;
    try {
      await Deno.rename(this.#path, aside);
      log.warn`${this.#path} cannot be used (${describeError(error)}); it is kept as ${aside}, and the bot begins without it`;
    } catch (renameError) {
      this.#memoryOnly = true;
      log.warn`${this.#path} can neither be used (${describeError(error)}) nor moved (${
        describeError(renameError)
      }); the bot goes on from memory and writes nothing there`;
    }
  }

  async #writeAll(): Promise<void> {
    while (this.#next !== undefined) {
      const text = this.#next;
      this.#next = undefined;
      try {
        await replaceFile(this.#path, text);
        if (this.#failing) log.info`${this.#path} can be written again`;
        this.#failing = false;
      } catch (error) {
        if (!this.#failing) log.warn`${this.#path} cannot be written (${describeError(error)}); the bot goes on from memory`;
        this.#failing = true;
      }
    }
    this.#writing = undefined;
  }
}

async function readSmallFile(path: string): Promise<string> {
  const { size, isFile } = await Deno.stat(path);
  if (!isFile) throw new Error("it is no file");
  if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_FILE_BYTES}`);
  return await Deno.readTextFile(path);
}

/** A rename within a folder is all or nothing; without the sync before it, a power cut could leave the new name on an empty file. */
async function replaceFile(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const draft = `${path}.tmp`;
  {
    using file = await Deno.open(draft, { write: true, create: true, truncate: true, mode: 0o600 });
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  }
  await Deno.rename(draft, path);
}
