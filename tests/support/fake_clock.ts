/** A clock whose hands the test turns. */
import FakeTimers from "@sinonjs/fake-timers";
import type { Clock } from "../../src/clock.ts";

/** A Clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Fires everything due in the next `ms` milliseconds, letting promises settle between timers. */
  tick(ms: number): Promise<void>;
  /** How many timers are waiting. */
  pendingTimers(): number;
}

/** A fake clock; the wall clock starts at 2026-06-15T12:00:00Z. */
export function createFakeClock(wallStartMs = Date.UTC(2026, 5, 15, 12)): FakeClock {
  const inner = FakeTimers.createClock();
  return {
    nowMs: () => inner.now,
    wallMs: () => wallStartMs + inner.now,
    after(delayMs, callback) {
      const id = inner.setTimeout(callback, Math.max(0, delayMs));
      return { cancel: () => inner.clearTimeout(id) };
    },
    tick: async (ms) => {
      await inner.tickAsync(ms);
    },
    pendingTimers: () => inner.countTimers(),
  };
}
