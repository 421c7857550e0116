/** A clock that jumps from timer to timer and lets real sockets settle between two: hours of a busy mesh in seconds. */
import type { Clock } from "../../src/clock.ts";
import { ioTurn } from "./link_rig.ts";

const QUIET_TURNS = 2;
const PATIENT_TURNS = 10;

/** A Clock that stands still until it is told to run. */
export interface SteppedClock extends Clock {
  /** Runs `ms` milliseconds; after each instant at which a timer fired, sockets get their turn. */
  run(ms: number): Promise<void>;
  /** Runs until the promise has settled. */
  settle<Result>(promise: PromiseLike<Result>): Promise<Result>;
  /** To be called when something crosses a socket: time stands still until nothing does any more. */
  readonly traffic: () => void;
  /** The same clock for whoever writes to a socket when a timer fires: that counts as traffic. */
  readonly speaking: Clock;
}

interface Waiting {
  readonly atMs: number;
  readonly callback: () => void;
}

const WALL_START_MS = Date.UTC(2026, 5, 15, 12);

/** A stepped clock; the wall clock starts at 2026-06-15T12:00:00Z. `patient`: every timer counts as traffic, which takes longer. */
export function createSteppedClock({ patient = false }: { readonly patient?: boolean } = {}): SteppedClock {
  const waiting = new Set<Waiting>();
  let nowMs = 0;
  let crossed = 1;
  let settledAt = 0;

  /** Fires what is due next, if that is not after `untilMs`; false when nothing was. */
  function fireNext(untilMs: number): boolean {
    let next: Waiting | undefined;
    for (const timer of waiting) if (next === undefined || timer.atMs < next.atMs) next = timer;
    if (next === undefined || next.atMs > untilMs) return false;
    nowMs = Math.max(nowMs, next.atMs);
    waiting.delete(next);
    if (patient) traffic();
    next.callback();
    return true;
  }

  async function quiet(): Promise<void> {
    await ioTurn();
    for (let turns = 0; crossed !== settledAt && turns < (patient ? PATIENT_TURNS : QUIET_TURNS); turns += 1) {
      const before = crossed;
      await idleTurn();
      if (crossed !== before) turns = -1;
    }
    settledAt = crossed;
  }

  async function run(ms: number): Promise<void> {
    const untilMs = nowMs + ms;
    traffic();
    await quiet();
    while (fireNext(untilMs)) await quiet();
    nowMs = untilMs;
  }

  function traffic(): void {
    crossed += 1;
  }

  const clock: Clock = {
    nowMs: () => nowMs,
    wallMs: () => WALL_START_MS + nowMs,
    after(delayMs, callback) {
      const timer = { atMs: nowMs + Math.max(0, delayMs), callback };
      waiting.add(timer);
      return { cancel: () => void waiting.delete(timer) };
    },
  };
  return {
    ...clock,
    speaking: {
      ...clock,
      after: (delayMs, callback) =>
        clock.after(delayMs, () => {
          traffic();
          callback();
        }),
    },
    run,
    async settle(promise) {
      let settled = false;
      const done = () => void (settled = true);
      promise.then(done, done);
      while (!settled) await run(50);
      return await promise;
    },
    traffic,
  };
}

/** A turn in which this process has nothing to do but to look at its sockets; one immediate after the other never lets it. */
function idleTurn(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 0));
}
