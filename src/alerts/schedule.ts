/** Commands at certain times: at most a little before or behind, and never late. */
import type { Clock, Timer } from "../clock.ts";
import { formatDestination, type ScheduledCommand } from "../config.ts";
import { describeError } from "../errors.ts";
import { logger } from "../log.ts";

const log = logger("app");

const MINUTE_MS = 60_000;
// All bots of a country say good morning at 8: each a little earlier or later.
const JITTER_MS = 2 * MINUTE_MS;
const GRACE_MS = MINUTE_MS;
const LEAST_GAP_MS = 30 * MINUTE_MS;
// The wall clock may be set, and a machine may sleep: no timer is trusted for longer.
const LOOK_MS = 30_000;
// A Pi has no clock chip: before the network has told it the time it believes in the past.
const PLAUSIBLE_WALL_MS = Date.UTC(2025, 0, 1);

/** Gives the next time of an entry behind `afterWallMs`, milliseconds since 1970; undefined when there is none. */
export type NextTime = (afterWallMs: number) => number | undefined;

/** What a schedule needs. */
export interface ScheduleOptions {
  readonly clock: Clock;
  readonly entries: readonly ScheduledCommand[];
  /** A name; the system's when absent. */
  readonly timezone?: string | undefined;
  /** Called when an entry's time has come. */
  readonly run: (entry: ScheduledCommand) => void;
  /** What makes this bot's jitter differ from others', e.g. the node's address. */
  readonly seed?: string;
  /** Milliseconds from -120,000 to 120,000 that the run meant for `wallMs` is moved by. The same question has the same answer. */
  readonly jitterMs?: (entry: ScheduledCommand, wallMs: number) => number;
}

/** A running schedule; `ready` settles when its times are known. */
export interface Schedule extends Disposable {
  readonly ready: Promise<void>;
}

/** Runs each entry at its times, two runs of one at least 30 minutes apart. */
export function startSchedule(options: ScheduleOptions): Schedule {
  return new RunningSchedule(options);
}

/** An entry's own memory. */
interface Row {
  readonly entry: ScheduledCommand;
  readonly next: NextTime;
  /** The time of the plan that was run last, milliseconds since 1970. */
  doneWallMs: number;
  /** Monotonic milliseconds. */
  lastRunMs: number;
  /** The time of the plan that it waits for, milliseconds since 1970. */
  waitingForWallMs: number;
}

class RunningSchedule implements Schedule {
  readonly ready: Promise<void>;
  readonly #options: ScheduleOptions;
  #rows: Row[] = [];
  #timer: Timer | undefined;
  #lastLookWallMs: number;
  #closed = false;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    // A run whose moment was before the start was done by whoever ran before us, or it is late.
    this.#lastLookWallMs = options.clock.wallMs();
    this.ready = options.entries.length === 0 ? Promise.resolve() : this.#begin();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #begin(): Promise<void> {
    const { entries, timezone } = this.#options;
    try {
      // The library is loaded only where there is a schedule.
      const { Cron } = await import("croner");
      this.#rows = entries.flatMap((entry) => {
        try {
          // Without a function of its own the library starts no timer.
          const cron = new Cron(entry.cron, { mode: "5-part", ...(timezone === undefined ? {} : { timezone }) });
          const next: NextTime = (afterWallMs) => cron.nextRun(new Date(afterWallMs))?.getTime();
          return [{ entry, next, doneWallMs: -Infinity, lastRunMs: -Infinity, waitingForWallMs: Infinity }];
        } catch (error) {
          log.error`${describeEntry(entry)} is never run: ${describeError(error)}`;
          return [];
        }
      });
    } catch (error) {
      log.error`nothing of the schedule is run: ${describeError(error)}`;
    }
    if (!this.#closed) this.#look();
  }

  #look(): void {
    const { clock } = this.#options;
    const wallMs = clock.wallMs();
    // Set back, the clock comes by the same times again.
    const sinceWallMs = Math.min(this.#lastLookWallMs, wallMs);
    this.#lastLookWallMs = wallMs;
    let againInMs = LOOK_MS;
    if (wallMs >= PLAUSIBLE_WALL_MS) {
      for (const row of this.#rows) againInMs = Math.min(againInMs, this.#serve(row, sinceWallMs, wallMs));
    }
    if (!this.#closed) this.#timer = clock.after(Math.max(1, againInMs), () => this.#look());
  }

  /** Runs the entry when its moment lies between the two looks; milliseconds until its next moment. */
  #serve(row: Row, sinceWallMs: number, wallMs: number): number {
    // Left from before the clock was set back by hours.
    if (row.doneWallMs > wallMs + LEAST_GAP_MS) row.doneWallMs = -Infinity;
    const gapOverWallMs = wallMs - this.#options.clock.nowMs() + row.lastRunMs + LEAST_GAP_MS;
    let planned: number | undefined = wallMs - JITTER_MS - GRACE_MS;
    if (row.waitingForWallMs <= planned) {
      log.warn`${describeEntry(row.entry)} is left out: the clock was set or the machine slept past its time`;
    }
    row.waitingForWallMs = Infinity;
    for (;;) {
      planned = row.next(planned);
      if (planned === undefined) return Infinity;
      if (planned <= row.doneWallMs) continue;
      const runAtWallMs = Math.max(planned + this.#jitterMs(row.entry, planned), gapOverWallMs);
      // So close to the last run this one is left out.
      if (runAtWallMs > planned + JITTER_MS) continue;
      if (runAtWallMs > wallMs) {
        row.waitingForWallMs = planned;
        return runAtWallMs - wallMs;
      }
      if (runAtWallMs <= sinceWallMs) continue;
      row.doneWallMs = planned;
      row.lastRunMs = this.#options.clock.nowMs();
      this.#run(row.entry);
      return LOOK_MS;
    }
  }

  #run(entry: ScheduledCommand): void {
    log.info`${describeEntry(entry)}: it is time`;
    try {
      this.#options.run(entry);
    } catch (error) {
      log.error`${describeEntry(entry)} failed: ${describeError(error)}`;
    }
  }

  #jitterMs(entry: ScheduledCommand, wallMs: number): number {
    const { jitterMs = (entry, wallMs) => hashedJitterMs(this.#options.seed ?? "", entry, wallMs) } = this.#options;
    return Math.max(-JITTER_MS, Math.min(JITTER_MS, jitterMs(entry, wallMs)));
  }
}

function describeEntry({ cron, command, to }: ScheduledCommand): string {
  return `the scheduled ${command} for ${formatDestination(to)} (${cron})`;
}

/** A jitter that is the same after a restart, so that a run is neither repeated nor lost by one. FNV-1a over what the run is. */
function hashedJitterMs(seed: string, entry: ScheduledCommand, wallMs: number): number {
  let hash = 0x811c9dc5;
  for (const unit of new TextEncoder().encode(`${seed} ${describeEntry(entry)} ${wallMs}`)) {
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  // The last step of a small hash mixes the high bits; the low ones of neighbours are too alike.
  hash = Math.imul(hash ^ hash >>> 15, 0x2c1b3c6d);
  return ((hash ^ hash >>> 12) >>> 0) / 2 ** 32 * 2 * JITTER_MS - JITTER_MS;
}
