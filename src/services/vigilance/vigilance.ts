/** Météo-France's vigilance for a department: its colour, phenomena and time of issue. */
import type { Clock, Timer } from "../../clock.ts";
import type { Report } from "../../condition.ts";
import type { Config } from "../../config.ts";
import { ServiceError, UsageError } from "../../errors.ts";
import { type Sentences, sentences } from "../../i18n/mod.ts";
import { logger } from "../../log.ts";
import type { Service, ServiceCheck, ServiceHealth } from "../service.ts";
import { readingOf, type Way } from "./bulletin.ts";
import { type Answer, Bulletins } from "./bulletins.ts";
import { type Department, departmentOf } from "./departments.ts";
import { standingText } from "./text.ts";
import { createWatch } from "./watch.ts";
import { askWay, waysFor } from "./ways.ts";

/** Answers about the vigilance. */
export interface Vigilance extends Service {
  readonly name: "vigilance";
  /** The configured one. */
  readonly department: Department;
  /** How a department stands, at most 10 minutes old or said to be older. Throws NoBulletinError, or the signal's reason. */
  ask(department: Department, signal: AbortSignal): Promise<Answer>;
}

/** What the service needs. */
export interface VigilanceOptions {
  readonly clock: Clock;
  /** With a department. */
  readonly config: Config["vigilance"];
  readonly say: Sentences;
  readonly report: Report;
  /** 0 to 1, for pauses; by default Math.random. */
  readonly random?: () => number;
}

const MINUTE_MS = 60_000;
const FIRST_POLL_MS = 2_000;
const POLL_MS = 15 * MINUTE_MS;
const FIRST_RETRY_MS = 2 * MINUTE_MS;
const LONGEST_RETRY_MS = 30 * MINUTE_MS;
const CHECK_WAY_MS = 10_000;

const log = logger("service.vigilance");

/** Starts to watch the configured department: the first look within seconds, the next every 15 to 30 minutes. */
export function createVigilance(options: VigilanceOptions): Vigilance {
  return new PolledVigilance(options);
}

class PolledVigilance implements Vigilance {
  readonly name = "vigilance";
  readonly department: Department;
  readonly #options: VigilanceOptions;
  readonly #random: () => number;
  readonly #bulletins: Bulletins;
  readonly #watch: ReturnType<typeof createWatch>;
  #timer: Timer;
  #closed = false;
  #health: ServiceHealth = { state: "idle", goodAtWallMs: undefined };

  constructor(options: VigilanceOptions) {
    const { clock, config, say, report, random = Math.random } = options;
    const department = departmentOf(config.department ?? "");
    if (department === undefined) throw new UsageError(`vigilance.department: there is no department ${JSON.stringify(config.department)}`);
    this.department = department;
    this.#options = options;
    this.#random = random;
    this.#bulletins = new Bulletins({ clock, config });
    this.#watch = createWatch({ clock, alertFrom: config.alert_from, say, report });
    this.#timer = this.#pollAfter(FIRST_POLL_MS * (1 + random()));
  }

  get health(): ServiceHealth {
    return this.#health;
  }

  async ask(department: Department, signal: AbortSignal): Promise<Answer> {
    try {
      return await this.#bulletins.ask(department, signal);
    } finally {
      // A question may have brought news of the configured department, and it is of no use to wait for the next poll.
      if (department.zone === this.department.zone && !this.#closed) this.#noteRound();
    }
  }

  async check(signal: AbortSignal): Promise<ServiceCheck> {
    const { clock, config } = this.#options;
    const startMs = clock.nowMs();
    const results = await Promise.all(waysFor(this.department, config).map((way) => this.#checkWay(way, signal)));
    const join = (ok: boolean) => results.filter((result) => result.ok === ok).map(({ text }) => text).join("; ") || undefined;
    const wrong = join(false);
    return { ok: wrong === undefined, tookMs: clock.nowMs() - startMs, understood: join(true), wrong };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#timer.cancel();
    await this.#bulletins.close();
  }

  async #checkWay(way: Way, signal: AbortSignal): Promise<{ readonly ok: boolean; readonly text: string }> {
    const { clock, config } = this.#options;
    const say = sentences("en");
    try {
      const bulletin = await askWay(way, this.department, { clock, config }, { signal, timeoutMs: CHECK_WAY_MS });
      const { today, issued } = readingOf(bulletin, this.department, clock.wallMs());
      const when = issued === undefined ? "" : `, ${say.vigilance.issued(issued)}`;
      return { ok: true, text: `${say.vigilance.ways[way]}: ${this.department.code} ${standingText(today, say)}${when}` };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { ok: false, text: error.message };
    }
  }

  #pollAfter(delayMs: number): Timer {
    return this.#options.clock.after(delayMs, () => void this.#poll());
  }

  async #poll(): Promise<void> {
    try {
      await this.#bulletins.refresh(this.department, "poll");
      if (!this.#closed) this.#noteRound();
    } catch (error) {
      log.error`a look at the vigilance failed: ${error}`;
    }
    if (!this.#closed) this.#timer = this.#pollAfter(this.#pauseMs());
  }

  #pauseMs(): number {
    const rounds = this.#bulletins.failedRounds(this.department);
    if (rounds === 0) return POLL_MS * (1 + this.#random());
    return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(rounds - 1, 10)) * (0.75 + 0.25 * this.#random());
  }

  /** While nothing can be read nothing is reported: silence is not the end of an alert. */
  #noteRound(): void {
    const reading = this.#bulletins.reading(this.department);
    if (reading === undefined) {
      if (this.#bulletins.failedRounds(this.department) > 0) this.#health = { ...this.#health, state: "failing" };
      return;
    }
    this.#health = { state: "ok", goodAtWallMs: this.#bulletins.goodAtWallMs(this.department) };
    this.#watch(reading);
  }
}
