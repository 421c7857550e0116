/** Which packets were seen already: other nodes repeat them, and gateways bring them a second time. */
import type { Clock } from "../clock.ts";

/** Duplicate guard options. */
export interface RecentIdsOptions {
  readonly clock: Clock;
  /** How long a packet is remembered, in milliseconds. Default 24 h. */
  readonly keepMs?: number;
  /** How many packets are remembered; beyond, the oldest is forgotten. Default 20,000. */
  readonly max?: number;
}

/** Remembers packets by sender and packet id. */
export interface RecentIds {
  readonly size: number;
  /** True when this packet was seen before; remembers it otherwise. The id 0 means "no id" and is never seen before. */
  seen(from: number, id: number): boolean;
}

const DAY_MS = 24 * 3600 * 1000;

/** A duplicate guard; every call takes constant time. Throws RangeError when `max` is below 1. */
export function createRecentIds(options: RecentIdsOptions): RecentIds {
  return new RingOfIds(options);
}

class RingOfIds implements RecentIds {
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #known = new Set<string>();
  // The same keys in the order of their coming. A Set alone cannot be used as a queue: its first key is found by walking
  // over all the deleted ones.
  readonly #keys: string[];
  readonly #atMs: Float64Array;
  #oldest = 0;

  constructor(options: RecentIdsOptions) {
    const max = options.max ?? 20_000;
    if (!Number.isInteger(max) || max < 1) throw new RangeError(`Cannot remember packets: max must be a positive integer: ${max}`);
    this.#clock = options.clock;
    this.#keepMs = options.keepMs ?? DAY_MS;
    this.#keys = new Array<string>(max);
    this.#atMs = new Float64Array(max);
  }

  get size(): number {
    this.#forgetOld(this.#clock.nowMs());
    return this.#known.size;
  }

  seen(from: number, id: number): boolean {
    if (id === 0) return false;
    const nowMs = this.#clock.nowMs();
    this.#forgetOld(nowMs);
    // Both numbers are 32 bits; four UTF-16 units make an exact key, cheaper than decimal digits.
    const key = String.fromCharCode(from >>> 16, from & 0xffff, id >>> 16, id & 0xffff);
    if (this.#known.has(key)) return true;
    if (this.#known.size === this.#keys.length) this.#forgetOldest();
    const slot = (this.#oldest + this.#known.size) % this.#keys.length;
    this.#keys[slot] = key;
    this.#atMs[slot] = nowMs;
    this.#known.add(key);
    return false;
  }

  #forgetOld(nowMs: number): void {
    while (this.#known.size > 0 && nowMs - (this.#atMs[this.#oldest] ?? 0) >= this.#keepMs) this.#forgetOldest();
  }

  #forgetOldest(): void {
    this.#known.delete(this.#keys[this.#oldest] ?? "");
    this.#keys[this.#oldest] = "";
    this.#oldest = (this.#oldest + 1) % this.#keys.length;
  }
}
