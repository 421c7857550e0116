/** Time as the program sees it: one interface, so that tests and simulations can turn the hands themselves. */

/** A running timer; `cancel` is harmless when it has fired. */
export interface Timer {
  cancel(): void;
}

/** Everything that waits or measures takes its time from here. */
export interface Clock {
  /** Monotonic milliseconds: for ages, limits and pauses. It never jumps with the wall clock. */
  nowMs(): number;
  /** Milliseconds since 1970: for what people and other nodes see. It can jump (a Pi has no clock chip). */
  wallMs(): number;
  /** Calls `callback` once, `delayMs` from now. */
  after(delayMs: number, callback: () => void): Timer;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, callback) {
    const id = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(id) };
  },
};

/** Resolves after `delayMs`; rejects with the signal's reason when it is aborted first. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
