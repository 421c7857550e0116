/** Seeded randomness: the same seed gives the same mesh, the same texts and the same order of faults. */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** A small seeded generator (mulberry32). Good enough for plausible lives, not for secrets. */
export class Random {
  readonly #seed: number;
  #state: number;

  constructor(seed: number) {
    this.#seed = this.#state = seed >>> 0;
  }

  /** A generator of its own for one part: what that part draws does not shift what the others get. */
  fork(label: string): Random {
    let hash = (FNV_OFFSET ^ this.#seed) >>> 0;
    for (let index = 0; index < label.length; index += 1) hash = Math.imul(hash ^ label.charCodeAt(index), FNV_PRIME) >>> 0;
    return new Random(hash);
  }

  /** 0 ≤ x < 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** min ≤ x < max. */
  between(min: number, max: number): number {
    return min + this.next() * (max - min);
  }

  /** A whole number, min ≤ n ≤ max. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** True in `probability` of the cases, 0…1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items; throws RangeError when there is none. */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError("Cannot pick one of no items");
    return items[this.integer(0, items.length - 1)] as Item;
  }

  /** The items in another order. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const mixed = [...items];
    for (let last = mixed.length - 1; last > 0; last -= 1) {
      const other = this.integer(0, last);
      [mixed[last], mixed[other]] = [mixed[other] as Item, mixed[last] as Item];
    }
    return mixed;
  }

  /** Random bytes. */
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.integer(0, 0xff));
  }
}

/**
 * A new packet id, never 0. Not seeded: other nodes remember ids, so a second run with the same seed must not repeat
 * those of the first.
 */
export function freshPacketId(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] as number) || 1;
}
