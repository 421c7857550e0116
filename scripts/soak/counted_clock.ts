/** A clock that knows how many timers wait. */
import type { Clock } from "../../src/clock.ts";

/** The clock, and the count. */
export interface CountedClock extends Clock {
  readonly waiting: number;
}

/** Counts the timers that are set through it. */
export function countTimers(clock: Clock): CountedClock {
  let waiting = 0;
  return {
    nowMs: () => clock.nowMs(),
    wallMs: () => clock.wallMs(),
    after(delayMs, callback) {
      let over = false;
      const end = () => {
        if (!over) waiting -= 1;
        over = true;
      };
      waiting += 1;
      const timer = clock.after(delayMs, () => {
        end();
        callback();
      });
      return {
        cancel() {
          end();
          timer.cancel();
        },
      };
    },
    get waiting() {
      return waiting;
    },
  };
}
