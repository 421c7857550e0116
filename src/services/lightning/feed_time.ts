/** What time it is where the strikes are timed: a Pi has no clock chip, and its clock may be hours slow until it finds a time server. */

const REMEMBERED = 15;
const ENOUGH = 8;
// The strikes come within seconds. Farther apart than this they do not tell the time.
const AGREEMENT_MS = 60_000;
const SLOW_CLOCK_MS = 60_000;

/** Compares the strikes' own times with the moments at which they came. */
export class FeedTime {
  /** Of the last strikes, how far their time was ahead of our monotonic clock when they came. */
  readonly #leads: number[] = [];

  /** A strike of that time came now. */
  note(strikeWallMs: number, nowMs: number): void {
    this.#leads.push(strikeWallMs - nowMs);
    if (this.#leads.length > REMEMBERED) this.#leads.shift();
  }

  /**
   * The time to measure strikes by: our wall clock, unless most strikes come from the future by it. Then it is slow, for nothing else
   * makes that. Strikes from the past prove nothing: the relay may be late as well as our clock fast.
   */
  wallMs(ourWallMs: number, nowMs: number): number {
    const lead = this.#lead();
    return lead !== undefined && lead + nowMs - ourWallMs > SLOW_CLOCK_MS ? lead + nowMs : ourWallMs;
  }

  /** How late most strikes come by our clock; 0 when that is not known. */
  latenessMs(ourWallMs: number, nowMs: number): number {
    const lead = this.#lead();
    return lead === undefined ? 0 : Math.max(0, ourWallMs - (lead + nowMs));
  }

  /** The median, when the middle half agrees. */
  #lead(): number | undefined {
    if (this.#leads.length < ENOUGH) return undefined;
    const sorted = [...this.#leads].sort((a, b) => a - b);
    const quarter = Math.floor(sorted.length / 4);
    const spread = (sorted[sorted.length - 1 - quarter] as number) - (sorted[quarter] as number);
    return spread <= AGREEMENT_MS ? sorted[Math.floor(sorted.length / 2)] : undefined;
  }
}
