/**
 * What waits to be sent, and whose turn it is: the pacer of the outbox. People at our own node go before the bot, but each of them only
 * once while something of the bot's waits: with k of them sending without a pause, the bot has every (k + 1)th turn.
 */
import { type Draft, minGapMs, type OutgoingPriority } from "./outgoing.ts";

const RANK: Record<OutgoingPriority, number> = { person: 0, reply: 1, alert: 2, announcement: 3 };
const PEOPLE_REMEMBERED = 200;

/** The part of a waiting packet that decides about its turn. */
export interface Waiting {
  readonly draft: Draft;
  /** Counts up: who came first. */
  readonly order: number;
  /** Monotonic milliseconds before which it is not sent. */
  readonly notBeforeMs: number;
}

/** Packets that wait, in the order in which they may go: by priority, people in turns, first come, first served. */
export class SendQueue<Entry extends Waiting> {
  #entries: Entry[] = [];
  /** By PortNum: when the firmware's limit for one connection lets the next one pass. */
  readonly #nextAtMs = new Map<number, number>();
  readonly #lastServed = new Map<number, number>();
  /** By PortNum: the turn in which one was last served. */
  readonly #lastOfKind = new Map<number, number>();
  /** The turn from which on a person's turn counts as taken before this packet of the bot's. */
  readonly #waitsSince = new WeakMap<Entry, number>();
  #botServed = -1;
  #served = 0;
  #pausedUntilMs = 0;

  get length(): number {
    return this.#entries.length;
  }

  /** Those of the bot itself. */
  get ownLength(): number {
    return this.#entries.filter(({ draft }) => draft.priority !== "person").length;
  }

  /** A copy, in no particular order: entries may be removed while one walks through it. */
  all(): Entry[] {
    return [...this.#entries];
  }

  add(entry: Entry, nowMs: number): void {
    this.#entries.push(entry);
    const { portnum } = entry.draft;
    // Whoever made the radio busy until now has had his turn.
    const busy = (this.#nextAtMs.get(portnum) ?? 0) > nowMs;
    this.#waitsSince.set(entry, busy ? this.#lastOfKind.get(portnum) ?? this.#served : this.#served);
  }

  remove(entry: Entry): void {
    this.#entries = this.#entries.filter((waiting) => waiting !== entry);
  }

  /** The entry whose turn it is now; else when to look again; undefined when nothing waits. */
  next(nowMs: number): { readonly entry: Entry } | { readonly atMs: number } | undefined {
    let person: Entry | undefined;
    let bots: Entry | undefined;
    let botWaitsSince = Infinity;
    let soonestMs = Infinity;
    for (const entry of this.#entries) {
      const atMs = Math.max(entry.notBeforeMs, this.#pausedUntilMs, this.#nextAtMs.get(entry.draft.portnum) ?? 0);
      if (atMs > nowMs) soonestMs = Math.min(soonestMs, atMs, entry.draft.expiresAtMs);
      else if (entry.draft.priority === "person") {
        if (person === undefined || this.#before(entry, person)) person = entry;
      } else {
        botWaitsSince = Math.min(botWaitsSince, this.#waitsSince.get(entry) ?? 0);
        if (bots === undefined || this.#before(entry, bots)) bots = entry;
      }
    }
    const first = person === undefined || bots !== undefined && this.#hadTurn(person, botWaitsSince) ? bots : person;
    if (first !== undefined) return { entry: first };
    return this.#entries.length === 0 ? undefined : { atMs: soonestMs };
  }

  /** An entry goes out: the next of its kind has to wait, and its person is last in line. */
  served(entry: Entry, nowMs: number): void {
    const { portnum, person, priority } = entry.draft;
    this.remove(entry);
    if (priority !== "person") this.#botServed = this.#served;
    this.#lastOfKind.set(portnum, this.#served);
    this.#nextAtMs.set(portnum, nowMs + minGapMs(portnum));
    this.#lastServed.delete(person);
    this.#lastServed.set(person, this.#served++);
    if (this.#lastServed.size > PEOPLE_REMEMBERED) this.#lastServed.delete(this.#lastServed.keys().next().value as number);
  }

  /** The node has reported on a packet of this kind: its limit counts from now at the latest. */
  reported(portnum: number, nowMs: number): void {
    this.pauseKind(portnum, nowMs + minGapMs(portnum));
  }

  /** Nothing of this kind goes out before `untilMs`. */
  pauseKind(portnum: number, untilMs: number): void {
    this.#nextAtMs.set(portnum, Math.max(this.#nextAtMs.get(portnum) ?? 0, untilMs));
  }

  /** Nothing at all goes out before `untilMs`. */
  pause(untilMs: number): void {
    this.#pausedUntilMs = untilMs;
  }

  /** A new connection: the firmware counts its limits for each. */
  forgetLimits(): void {
    this.#nextAtMs.clear();
    this.#pausedUntilMs = 0;
  }

  /** The entries that do not belong to the newest answer of their person, or to the `kept` newest answers of all. */
  allButNewestAnswers(kept: number): Entry[] {
    const newest = new Map<number, Entry>();
    const own = this.#entries.filter(({ draft }) => draft.priority !== "person");
    for (const entry of own) {
      const known = newest.get(entry.draft.person);
      if (known === undefined || entry.order > known.order) newest.set(entry.draft.person, entry);
    }
    const answers = [...newest.values()].sort((a, b) => b.order - a.order).slice(0, kept).map((entry) => entry.draft.answerId);
    return own.filter((entry) => !answers.includes(entry.draft.answerId));
  }

  #before(a: Entry, b: Entry): boolean {
    const rank = RANK[a.draft.priority] - RANK[b.draft.priority];
    if (rank !== 0) return rank < 0;
    if (a.draft.answerId !== b.draft.answerId) {
      const turn = (this.#lastServed.get(a.draft.person) ?? -1) - (this.#lastServed.get(b.draft.person) ?? -1);
      if (turn !== 0) return turn < 0;
    }
    return a.order < b.order;
  }

  /** Whether the person has been served since the bot waits, and since it was last served itself. */
  #hadTurn({ draft }: Entry, botWaitsSince: number): boolean {
    const turn = this.#lastServed.get(draft.person) ?? -1;
    return turn >= botWaitsSince && turn > this.#botServed;
  }
}
