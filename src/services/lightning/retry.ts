/** How long to leave a broker alone that is away: it is run by volunteers. */

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 2 * 60_000;
// A connection shorter than this is no end of the trouble.
const STEADY_MS = 60_000;

/** The waits between attempts. */
export class Retry {
  readonly #random: () => number;
  #attempts = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Milliseconds to wait: 1 s doubling to 2 min, with jitter that only shortens (0.75–1), so that a thousand bots do not come at once. */
  next(): number {
    const delayMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    return delayMs * (0.75 + 0.25 * this.#random());
  }

  /** A connection has ended after that time: the next waits begin from the start when it was a steady one. */
  ended(lastedMs: number): void {
    if (lastedMs >= STEADY_MS) this.#attempts = 0;
  }
}
