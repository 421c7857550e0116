/** How long to wait before the next dial. */

// The first retry at once: an orderly close by the node is followed by an open port within milliseconds.
const FIRST_DELAYS_MS = [0, 250, 500, 1000];

/** The waits of one outage, from the loss of the link to the next completed handshake. */
export interface Backoff {
  /** The wait before the next dial, in milliseconds, given how long the outage has lasted. */
  next(outageMs: number): number;
  /** A handshake was completed: the next outage starts from the beginning. */
  reset(): void;
}

/** 0, 0.25, 0.5, 1 s; then 2 s until 30 s have passed, 5 s until 60 s, 10 s for ever. Jitter only shortens (0.75–1). */
export function createBackoff(random: () => number = Math.random): Backoff {
  let attempt = 0;
  return {
    next(outageMs) {
      const delayMs = FIRST_DELAYS_MS[attempt] ?? laterDelayMs(outageMs);
      attempt += 1;
      return delayMs * (0.75 + 0.25 * random());
    },
    reset() {
      attempt = 0;
    },
  };
}

function laterDelayMs(outageMs: number): number {
  if (outageMs < 30_000) return 2000;
  return outageMs < 60_000 ? 5000 : 10_000;
}
