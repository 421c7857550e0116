/** The clocks of a replay: real time, some times faster, or from one timer to the next. */
import { type Clock, delay, systemClock } from "../clock.ts";

/** A clock with what makes it go on. */
export interface ReplayClock extends Clock {
  /** Lets time pass until the promise has settled; gives its outcome. */
  until<Result>(promise: PromiseLike<Result>): Promise<Result>;
  /** Time stands still, where it can, until the promise has settled, `limitMs` of real time at most; the promise is given back. */
  hold<Result>(promise: Promise<Result>, limitMs: number): Promise<Result>;
  /** To be told when something crosses a socket: time may have to wait for it. */
  readonly traffic: () => void;
}

// Turns of the event loop in which nothing crosses a socket, before time goes on.
const QUIET_TURNS = 4;
// Small files and what else goes by real time have some of it: an hour takes seven seconds at least.
const MOST_TIMES_FASTER = 500;

/** Time that goes `speed` times as fast; the wall clock begins at `startWallMs`. */
export function createScaledClock(speed: number, startWallMs: number): ReplayClock {
  const startMs = systemClock.nowMs();
  const nowMs = (): number => (systemClock.nowMs() - startMs) * speed;
  return {
    nowMs,
    wallMs: () => startWallMs + nowMs(),
    after: (delayMs, callback) => systemClock.after(delayMs / speed, callback),
    until: async (promise) => await promise,
    hold: (promise) => promise,
    traffic() {},
  };
}

interface Waiting {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Time that jumps from timer to timer, as soon as nothing is on its way; the wall clock begins at `startWallMs`. */
export function createJumpingClock(startWallMs: number): ReplayClock {
  const waiting = new Set<Waiting>();
  const realStartMs = systemClock.nowMs();
  let nowMs = 0;
  const held = new Map<Promise<unknown>, number>();
  let crossed = 0;

  function next(): Waiting | undefined {
    let first: Waiting | undefined;
    for (const timer of waiting) if (first === undefined || timer.atMs < first.atMs) first = timer;
    return first;
  }

  async function quiet(): Promise<void> {
    for (let turns = 0; turns < QUIET_TURNS; turns += 1) {
      const before = crossed;
      await delay(systemClock, 0);
      if (crossed !== before || isHeld()) turns = -1;
    }
  }

  function isHeld(): boolean {
    for (const untilMs of held.values()) if (systemClock.nowMs() < untilMs) return true;
    return false;
  }

  return {
    nowMs: () => nowMs,
    wallMs: () => startWallMs + nowMs,
    after(delayMs, callback) {
      const timer = { atMs: nowMs + Math.max(0, delayMs), callback };
      waiting.add(timer);
      return { cancel: () => void waiting.delete(timer) };
    },
    async until(promise) {
      let settled = false;
      const done = () => void (settled = true);
      promise.then(done, done);
      while (!settled) {
        await quiet();
        const timer = next();
        if (settled || timer === undefined) continue;
        const aheadMs = timer.atMs / MOST_TIMES_FASTER - (systemClock.nowMs() - realStartMs);
        if (aheadMs > 1) {
          // Meanwhile something may come that is due before.
          await delay(systemClock, Math.min(aheadMs, 50));
          continue;
        }
        waiting.delete(timer);
        nowMs = Math.max(nowMs, timer.atMs);
        timer.callback();
      }
      return await promise;
    },
    hold(promise, limitMs) {
      held.set(promise, systemClock.nowMs() + limitMs);
      const release = () => void held.delete(promise);
      promise.then(release, release);
      return promise;
    },
    traffic: () => void (crossed += 1),
  };
}
