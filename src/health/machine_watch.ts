/** Watches the machine that the bot runs on, and reports what is worth an alert. */
import type { Clock, Timer } from "../clock.ts";
import type { Report } from "../condition.ts";
import type { Config } from "../config.ts";
import { TimeLimitError } from "../errors.ts";
import type { Sentences } from "../i18n/mod.ts";
import { logger } from "../log.ts";
import { unlessAborted } from "../unless_aborted.ts";
import { createMachineJudge, type MachineJudge } from "./machine_judge.ts";
import type { SystemReader } from "./system.ts";

const log = logger("health");

// All of it is read in milliseconds.
const READ_LIMIT_MS = 10_000;

/** What the watch needs. */
export interface MachineWatchOptions {
  readonly clock: Clock;
  readonly config: Config["monitor"];
  /** The folder whose disk counts. */
  readonly dataDir: string;
  readonly read: SystemReader;
  readonly say: Sentences;
  /** Told after each look what is known of `machine temperature`, `machine load`, `machine memory`, `machine disk`, `machine power`. */
  readonly report: Report;
}

/** Looks every `check_every_s` seconds from now on, until it is disposed of. */
export function startMachineWatch(options: MachineWatchOptions): AsyncDisposable {
  return new MachineWatch(options);
}

class MachineWatch implements AsyncDisposable {
  readonly #options: MachineWatchOptions;
  readonly #judge: MachineJudge;
  readonly #stopped = new AbortController();
  #timer: Timer;
  #look: Promise<void> | undefined;

  constructor(options: MachineWatchOptions) {
    this.#options = options;
    this.#judge = createMachineJudge(options.config, options.say);
    this.#timer = this.#next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer.cancel();
    this.#stopped.abort(new Error("the bot stops"));
    await this.#look;
  }

  #next(): Timer {
    const { clock, config } = this.#options;
    return clock.after(config.check_every_s * 1000, () => {
      this.#timer = this.#next();
      // A reading that hangs is waited for: a second one would hang beside it, and so on every minute.
      this.#look ??= this.#takeLook().finally(() => this.#look = undefined);
    });
  }

  async #takeLook(): Promise<void> {
    const { clock, dataDir, read, report } = this.#options;
    const stopped = this.#stopped.signal;
    const limit = new AbortController();
    const stop = () => limit.abort(stopped.reason);
    stopped.addEventListener("abort", stop, { once: true });
    const timer = clock.after(READ_LIMIT_MS, () => {
      log.warn`reading how this machine is takes longer than ${READ_LIMIT_MS / 1000} s`;
      limit.abort(new TimeLimitError(`no reading within ${READ_LIMIT_MS / 1000} s`));
    });
    try {
      const readings = await unlessAborted(read(dataDir, limit.signal), stopped);
      for (const condition of this.#judge(readings, clock.nowMs())) report(condition);
    } catch (error) {
      if (!stopped.aborted) log.error`cannot read how this machine is: ${error}`;
    } finally {
      timer.cancel();
      stopped.removeEventListener("abort", stop);
    }
  }
}
