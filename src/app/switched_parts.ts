/** The parts that come and go with the configuration: each is on or off, and begins anew when its settings change. */
import type { Config } from "../config.ts";
import { describeError } from "../errors.ts";
import { logger } from "../log.ts";

const log = logger("app");

/** One part that can be switched. */
export interface SwitchedPart<T extends AsyncDisposable = AsyncDisposable> {
  /** For the log. */
  readonly name: string;
  /** What it depends on, as a value that JSON can hold; undefined: it is off. */
  settings(config: Config): unknown;
  start(config: Config): T;
}

/** One part as it runs now. */
export interface Switch<T> {
  /** Undefined while the part is off. */
  readonly current: T | undefined;
}

/** All parts that can be switched. */
export class SwitchedParts implements AsyncDisposable {
  readonly #entries: Entry[] = [];

  /** Adds a part, which is off until the next `configure`. */
  add<T extends AsyncDisposable>(part: SwitchedPart<T>): Switch<T> {
    const entry: Entry<T> = { part, signature: undefined, running: undefined };
    this.#entries.push(entry);
    return {
      get current() {
        return entry.running;
      },
    };
  }

  /** Starts what is on, ends what is off, and does both where the settings are others; the rest goes on as it is. */
  configure(config: Config): void {
    for (const entry of this.#entries) {
      const settings = entry.part.settings(config);
      const signature = settings === undefined ? undefined : JSON.stringify([settings, config.language]);
      if (signature === entry.signature) continue;
      void end(entry);
      entry.signature = signature;
      if (signature !== undefined) entry.running = entry.part.start(config);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#entries.map(end));
  }
}

interface Entry<T extends AsyncDisposable = AsyncDisposable> {
  readonly part: SwitchedPart<T>;
  signature: string | undefined;
  running: T | undefined;
}

async function end(entry: Entry): Promise<void> {
  const { running } = entry;
  entry.running = undefined;
  entry.signature = undefined;
  try {
    await running?.[Symbol.asyncDispose]();
  } catch (error) {
    log.error`${entry.part.name} did not end in order: ${describeError(error)}`;
  }
}
