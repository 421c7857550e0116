/** Whether a measured value is too high: with patience at the beginning and a margin at the end. */

/** What counts as too high. */
export interface LevelOptions {
  readonly limit: number;
  /** So far below the limit it is over. */
  readonly margin: number;
  /** For so long the limit must be reached before it counts. */
  readonly forMs: number;
}

/** One value over time. */
export class Level {
  readonly #options: LevelOptions;
  #isHigh = false;
  #reachedAtMs: number | undefined;

  constructor(options: LevelOptions) {
    this.#options = options;
  }

  /**
   * The value as it is now, undefined when it could not be read. The answer is undefined while nothing can be said: the limit is not
   * reached for long enough yet, or the value lies between margin and limit and was not too high before.
   */
  judge(value: number | undefined, nowMs: number): "high" | "low" | undefined {
    const { limit, margin, forMs } = this.#options;
    if (value === undefined || Number.isNaN(value)) {
      this.#reachedAtMs = undefined;
      return undefined;
    }
    if (value < limit - margin) this.#isHigh = false;
    if (this.#isHigh) return "high";
    if (value < limit) {
      this.#reachedAtMs = undefined;
      return value < limit - margin ? "low" : undefined;
    }
    this.#reachedAtMs ??= nowMs;
    this.#isHigh = nowMs - this.#reachedAtMs >= forMs;
    return this.#isHigh ? "high" : undefined;
  }

  /** It is too high without waiting: something worse is known. */
  raise(): void {
    this.#isHigh = true;
  }
}
