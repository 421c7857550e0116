/** How often somebody may ask: a sliding window, and one polite refusal for a whole flood. */
import type { Clock } from "../clock.ts";

/** Rate limit options. */
export interface RateLimitOptions {
  readonly clock: Clock;
  readonly windowMs: number;
  /** Attempts allowed in any `windowMs`. */
  readonly max: number;
  /** How many people are remembered at least; twice as many at most. Default 5,000. */
  readonly keepKeys?: number;
}

/** Counts attempts by key, a node number for instance. */
export interface RateLimit {
  /**
   * Counts an attempt and judges it. Refused attempts count too, so a flood is refused until it ends: until fewer than
   * `max` attempts lie in the window. `first-refusal` comes once; the next one not before `windowMs` have passed without
   * any refusal, also when single attempts were allowed in between.
   */
  take(key: number | string): "ok" | "first-refusal" | "refused";
  /** Milliseconds of quiet until an attempt is allowed again; 0 when it is allowed now. */
  retryInMs(key: number | string): number;
}

/** A rate limit. Throws RangeError when `max` is below 1 or `windowMs` is not positive. */
export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { max, windowMs } = options;
  if (!Number.isInteger(max) || max < 1) throw new RangeError(`Cannot limit attempts: max must be a positive integer: ${max}`);
  if (!(windowMs > 0)) throw new RangeError(`Cannot limit attempts: windowMs must be positive: ${windowMs}`);
  return new SlidingWindow(options);
}

/** The last `max` attempts of one key: the oldest of them decides. */
interface History {
  readonly attemptsMs: number[];
  /** Index of the oldest attempt once the array is full. */
  oldest: number;
  refusedAtMs: number;
}

class SlidingWindow implements RateLimit {
  readonly #options: RateLimitOptions;
  readonly #keepKeys: number;
  // Two generations instead of a queue: when the young one is full the old one is forgotten at once, in constant time.
  #young = new Map<number | string, History>();
  #old = new Map<number | string, History>();

  constructor(options: RateLimitOptions) {
    this.#options = options;
    this.#keepKeys = options.keepKeys ?? 5000;
  }

  take(key: number | string): "ok" | "first-refusal" | "refused" {
    const { clock, windowMs, max } = this.#options;
    const nowMs = clock.nowMs();
    const history = this.#recall(key);
    const allowed = this.#retryInMs(history, nowMs) === 0;
    if (history.attemptsMs.length < max) history.attemptsMs.push(nowMs);
    else {
      history.attemptsMs[history.oldest] = nowMs;
      history.oldest = (history.oldest + 1) % max;
    }
    if (allowed) return "ok";
    const isNewFlood = nowMs - history.refusedAtMs >= windowMs;
    history.refusedAtMs = nowMs;
    return isNewFlood ? "first-refusal" : "refused";
  }

  retryInMs(key: number | string): number {
    const history = this.#young.get(key) ?? this.#old.get(key);
    return history === undefined ? 0 : this.#retryInMs(history, this.#options.clock.nowMs());
  }

  #retryInMs(history: History, nowMs: number): number {
    const { windowMs, max } = this.#options;
    if (history.attemptsMs.length < max) return 0;
    return Math.max(0, (history.attemptsMs[history.oldest] ?? 0) + windowMs - nowMs);
  }

  #recall(key: number | string): History {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    if (this.#young.size >= this.#keepKeys) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    const history = this.#old.get(key) ?? { attemptsMs: [], oldest: 0, refusedAtMs: -Infinity };
    this.#young.set(key, history);
    return history;
  }
}
