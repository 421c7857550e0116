/** The strikes of the last minutes. */
import type { Spot } from "./spot.ts";

/** One strike as it is kept; `atMs` is monotonic. */
export interface KeptStrike extends Spot {
  readonly id: string;
  readonly atMs: number;
}

/** How long and how many. */
export interface StrikesOptions {
  readonly windowMs: number;
  /** What is beyond that is only counted, the oldest first. Default 5000. */
  readonly maxKept?: number;
}

const SLOT_MS = 10_000;

/** A window over the strikes, of bounded size whatever comes; the count stays right to 10 s when there are more than it keeps. */
export class Strikes {
  readonly #windowMs: number;
  readonly #maxKept: number;
  readonly #ids = new Set<string>();
  /** Oldest first. */
  #kept: KeptStrike[] = [];
  /** How many strikes were let go, by the slot of 10 s in which they struck. */
  readonly #onlyCounted = new Map<number, number>();

  constructor({ windowMs, maxKept = 5000 }: StrikesOptions) {
    this.#windowMs = windowMs;
    this.#maxKept = maxKept;
  }

  /** Adds a strike of the window; false when it is there already. */
  add(strike: KeptStrike): boolean {
    if (this.#ids.has(strike.id)) return false;
    this.#ids.add(strike.id);
    // Nearly always at the end: they come in about the order in which they struck.
    let at = this.#kept.length;
    while (at > 0 && (this.#kept[at - 1] as KeptStrike).atMs > strike.atMs) at--;
    this.#kept.splice(at, 0, strike);
    if (this.#kept.length > this.#maxKept) this.#onlyCount(this.#kept.shift() as KeptStrike);
    return true;
  }

  /** How many strikes the window holds. */
  count(nowMs: number): number {
    this.#forget(nowMs);
    let count = this.#kept.length;
    for (const counted of this.#onlyCounted.values()) count += counted;
    return count;
  }

  /** The strikes of the window, oldest first; when there are too many, the newest of them. */
  list(nowMs: number): readonly KeptStrike[] {
    this.#forget(nowMs);
    return this.#kept;
  }

  #onlyCount({ id, atMs }: KeptStrike): void {
    this.#ids.delete(id);
    const slot = Math.floor(atMs / SLOT_MS);
    this.#onlyCounted.set(slot, (this.#onlyCounted.get(slot) ?? 0) + 1);
  }

  #forget(nowMs: number): void {
    const sinceMs = nowMs - this.#windowMs;
    const stale = this.#kept.findIndex(({ atMs }) => atMs >= sinceMs);
    const gone = this.#kept.splice(0, stale === -1 ? this.#kept.length : stale);
    for (const { id } of gone) this.#ids.delete(id);
    for (const slot of this.#onlyCounted.keys()) if ((slot + 1) * SLOT_MS <= sinceMs) this.#onlyCounted.delete(slot);
  }
}
