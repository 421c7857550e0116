/** What a client has heard, beside what it should have heard. */

/** What is wrong with it. */
export interface Faults {
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
}

/** Packets by their ids, each once, in the order in which they were to be heard. */
export interface Order {
  readonly ids: readonly number[];
  readonly places: ReadonlyMap<number, number>;
}

/** Makes an order that is looked up fast. */
export function orderOf(ids: readonly number[]): Order {
  return { ids, places: new Map(ids.map((id, place) => [id, place])) };
}

/** What is compared. */
export interface Hearing {
  readonly said: Order;
  readonly heard: readonly number[];
  /** What is kept from this client: its own texts. */
  readonly exempt?: ReadonlySet<number>;
  /** It must have heard all from this place on; without it from the first one that it has heard. */
  readonly from?: number | undefined;
  /** It must have heard all before this place; without it up to the last one that it has heard. */
  readonly until?: number | undefined;
}

/** Compares them. A packet that it should not have heard counts as doubled. */
export function judgeHearing({ said: { ids, places }, heard, exempt = new Set(), from, until }: Hearing): Faults {
  const known = new Set<number>();
  let doubled = 0;
  let reordered = 0;
  let first = Infinity;
  let last = -1;
  for (const id of heard) {
    const place = places.get(id);
    if (place === undefined || known.has(id) || exempt.has(id)) {
      doubled += 1;
      continue;
    }
    known.add(id);
    if (place < last) reordered += 1;
    first = Math.min(first, place);
    last = Math.max(last, place);
  }
  let lost = 0;
  for (let place = Math.min(from ?? Infinity, first); place < Math.max(until ?? 0, last + 1); place += 1) {
    const id = ids[place] as number;
    if (!known.has(id) && !exempt.has(id)) lost += 1;
  }
  return { lost, doubled, reordered };
}

/** A packet that the radio has said, or may have said: its line was cut in that moment. */
export interface Said {
  readonly id: number;
  /** Which of the radio's connections it was said on. */
  readonly connection: number;
  readonly certain: boolean;
}

/**
 * What of it was there to be read: all, but for what followed the last that anybody has heard on a connection that was reset, which may
 * have been on its way. `unread` counts that.
 */
export function readable(
  said: readonly Said[],
  heard: ReadonlySet<number>,
  isReset: (connection: number) => boolean,
): { readonly ids: readonly number[]; readonly unread: number } {
  const lastHeard = new Map<number, number>();
  said.forEach(({ id, connection }, place) => heard.has(id) && lastHeard.set(connection, place));
  let unread = 0;
  const ids = said.flatMap(({ id, connection, certain }, place) => {
    if (heard.has(id)) return [id];
    if (!certain) return [];
    if (!isReset(connection) || place < (lastHeard.get(connection) ?? -1)) return [id];
    unread += 1;
    return [];
  });
  return { ids, unread };
}
