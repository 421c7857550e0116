/** Who is forgotten first when there are too many: the one heard least recently. */

/** What can be forgotten; the time may only grow. */
export interface Heard {
  /** Milliseconds since 1970; undefined, never heard, comes first. */
  readonly lastHeardWallMs: number | undefined;
}

/** A place in the order. */
export interface Listed<Item extends Heard> {
  readonly item: Item;
  /** Counts touches; among items heard at the same moment the one touched least recently comes first. */
  turn: number;
  /** The order that the heap knows of, which may lag behind the item's own. */
  knownMs: number;
  knownTurn: number;
}

/**
 * A binary heap that is put in order only when something is taken out: times only grow, so an item's known place is never
 * too late, and hearing a packet costs nothing. A queue in the order of arrival would not do: a node's list comes with
 * the most recently heard first.
 */
export class LeastHeard<Item extends Heard> {
  readonly #heap: Listed<Item>[] = [];
  #turns = 0;
  #kept: Listed<Item> | undefined;

  /** Enters an item. */
  add(item: Item): Listed<Item> {
    const listed = { item, turn: ++this.#turns, knownMs: item.lastHeardWallMs ?? 0, knownTurn: this.#turns };
    this.#rise(listed);
    return listed;
  }

  /** The item was heard again. */
  touch(listed: Listed<Item>): void {
    listed.turn = ++this.#turns;
  }

  /** Only this one is never taken; undefined for none. */
  keep(listed: Listed<Item> | undefined): void {
    const freed = this.#kept;
    this.#kept = listed;
    if (freed === undefined || freed === listed) return;
    // It may lie at the end of the order, where it does not belong any more; a sorted array is a heap too.
    freed.knownMs = freed.item.lastHeardWallMs ?? 0;
    freed.knownTurn = freed.turn;
    this.#heap.sort(byKnown);
  }

  /** Takes out the item heard least recently; undefined when there is none but the kept one. */
  take(): Item | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (top === this.#kept) {
        if (this.#heap.length === 1) return undefined;
        top.knownMs = Infinity;
      } else if (top.knownTurn === top.turn && top.knownMs === (top.item.lastHeardWallMs ?? 0)) {
        const last = this.#heap.pop() as Listed<Item>;
        if (last !== top) this.#sink(last);
        return top.item;
      } else {
        top.knownMs = top.item.lastHeardWallMs ?? 0;
        top.knownTurn = top.turn;
      }
      this.#sink(top);
    }
    return undefined;
  }

  /** Takes out everything. */
  clear(): void {
    this.#heap.length = 0;
    this.#kept = undefined;
  }

  #rise(listed: Listed<Item>): void {
    let index = this.#heap.length;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#heap[above] as Listed<Item>;
      if (byKnown(parent, listed) <= 0) break;
      this.#heap[index] = parent;
      index = above;
    }
    this.#heap[index] = listed;
  }

  /** Puts an item in at the top and lets it down to its place. */
  #sink(listed: Listed<Item>): void {
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      let child = this.#heap[below];
      if (child === undefined) break;
      const right = this.#heap[below + 1];
      if (right !== undefined && byKnown(right, child) < 0) {
        below += 1;
        child = right;
      }
      if (byKnown(listed, child) <= 0) break;
      this.#heap[index] = child;
      index = below;
    }
    this.#heap[index] = listed;
  }
}

function byKnown(a: Listed<Heard>, b: Listed<Heard>): number {
  return a.knownMs < b.knownMs ? -1 : a.knownMs > b.knownMs ? 1 : a.knownTurn - b.knownTurn;
}
