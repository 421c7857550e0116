/** The bot of a run, over all its lives. */
import { systemClock } from "../../src/clock.ts";
import { type BotProcess, startBotProcess } from "../support/bot_process.ts";
import type { BotLink } from "./bot_link.ts";
import type { Disk } from "./disk.ts";
import type { LogLines } from "./invariants/log_lines.ts";

const STOP_LIMIT_MS = 6000;

/** What the bot is started with. */
export interface BotOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly disk: Disk;
  readonly log: LogLines;
  readonly link: BotLink;
  /** Every line of its log is also written there. */
  readonly onLine: (line: string) => void;
}

/** Keeps one bot alive: whoever kills it starts the next one. */
export class Bot implements AsyncDisposable {
  readonly #options: BotOptions;
  #process: BotProcess;
  #kills = 0;
  #expectsEnd = false;

  constructor(options: BotOptions) {
    this.#options = options;
    this.#process = this.#start();
  }

  get pid(): number {
    return this.#process.pid;
  }

  get kills(): number {
    return this.#kills;
  }

  /** Kills it (kill -9) and starts the next one at once, or after `between`. */
  async killAndRestart(between?: () => Promise<void>): Promise<void> {
    this.#kills += 1;
    this.#expectsEnd = true;
    const dead = this.#process;
    dead.kill();
    this.#options.link.died(systemClock.nowMs());
    await dead.ended;
    await between?.();
    this.#process = this.#start();
  }

  /** Asks it to stop, and looks how it does. */
  async stop(): Promise<void> {
    this.#expectsEnd = true;
    const startedAtMs = systemClock.nowMs();
    const ending = this.#process;
    ending.stop();
    const timer = systemClock.after(STOP_LIMIT_MS, () => ending.kill());
    const { code, signal } = await ending.ended;
    timer.cancel();
    this.#options.link.died(systemClock.nowMs());
    const tookMs = systemClock.nowMs() - startedAtMs;
    if (code !== 0) this.#options.log.ended(`told to stop, it ended with ${signal ?? code} after ${Math.round(tookMs)} ms`);
  }

  /** Kills it when it lives still: the run has broken off. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#expectsEnd = true;
    try {
      this.#process.kill();
    } catch {
      // It has ended in order.
    }
    await this.#process.ended;
  }

  #start(): BotProcess {
    const { env, disk, log, link, onLine } = this.#options;
    this.#expectsEnd = false;
    const life = startBotProcess({
      env: { ...env, MESHBOT_DATA_DIR: disk.folder },
      cwd: disk.folder,
      ignoresFileLimit: disk.byLimit,
      onLine(line) {
        onLine(line);
        log.line(line);
      },
    });
    void life.ended.then(({ code, signal }) => {
      if (this.#process !== life || this.#expectsEnd) return;
      link.died(systemClock.nowMs());
      log.ended(`the bot ended by itself with ${signal ?? code}`);
      this.#process = this.#start();
    });
    return life;
  }
}
