/**
 * What the bot must not forget of people: who wants no more messages, who is banned, who wants the alerts, whose key is an admin's, until
 * when it is mute.
 */
import type { Clock } from "../clock.ts";
import { parsePublicKey } from "../config.ts";
import { logger } from "../log.ts";
import { formatNodeId, parseNodeId } from "../node_id.ts";

const log = logger("mesh");

const HOUR_MS = 3_600_000;
const MAX_PEOPLE = 1000;
/** Every subscriber is one more message for each alert, and everybody on the channel waits for it. */
export const MAX_SUBSCRIBERS = 20;
/** The longest time that the bot can be mute: a week. */
export const MAX_MUTE_HOURS = 168;

/** Questions about people by node number, and what changes the answers. Every change is kept at once. */
export interface People {
  /** Reads what was kept; to be awaited once, before the first message. */
  load(): Promise<void>;
  /** True for somebody who said /stop: nothing is written to them but the answer to /start. */
  isStopped(nodeNum: number): boolean;
  stop(nodeNum: number): void;
  start(nodeNum: number): void;
  /** True for somebody who is not answered at all. */
  isBanned(nodeNum: number): boolean;
  ban(nodeNum: number): void;
  unban(nodeNum: number): void;
  /** Those who want the alerts, oldest first; among them may be some who said /stop or are banned by now. */
  subscribers(): readonly number[];
  /**
   * Sends somebody the alerts from now on; false when MAX_SUBSCRIBERS get them already. Who has said /stop since, or is banned, gives
   * the place up to the next.
   */
  subscribe(nodeNum: number): boolean;
  unsubscribe(nodeNum: number): void;
  /** Milliseconds since 1970 until which only admins are answered; undefined when everybody is. */
  mutedUntilWallMs(): number | undefined;
  /** Answers only admins for so many hours, at most MAX_MUTE_HOURS. */
  mute(hours: number): void;
  unmute(): void;
  /** The key, in base64, that a configured admin's id was first used with. */
  pinnedKey(nodeNum: number): string | undefined;
  /** Pins a key for good; a second one for the same node is not taken. */
  pin(nodeNum: number, key: string): void;
}

/** Where people are kept. */
export interface PeopleFile {
  /** Undefined when there is nothing; a value that `parse` throws at counts as nothing. */
  read<T>(parse: (value: unknown) => T): Promise<T | undefined>;
  /** Returns at once. */
  write(value: unknown): void;
}

/** What is kept, with node ids as they are written everywhere. Oldest first. */
interface KeptPeople {
  readonly stopped: readonly string[];
  readonly banned: readonly string[];
  readonly pinned: Readonly<Record<string, string>>;
  /** Who wants the alerts; the oldest files have no such list. */
  readonly subscribed?: readonly string[];
  readonly mutedUntilWallMs?: number;
}

/** Nobody known yet. Of each kind 1,000 people are remembered, the oldest is forgotten first. */
export function createPeople(options: { readonly clock: Clock; readonly file: PeopleFile }): People {
  return new RememberedPeople(options);
}

class RememberedPeople implements People {
  readonly #clock: Clock;
  readonly #file: PeopleFile;
  readonly #stopped = new Set<number>();
  readonly #banned = new Set<number>();
  readonly #subscribed = new Set<number>();
  readonly #pinned = new Map<number, string>();
  #mutedUntilWallMs: number | undefined;
  /** The same moment on the clock that never jumps; undefined for what was read from the file. */
  #mutedUntilMs: number | undefined;

  constructor(options: { readonly clock: Clock; readonly file: PeopleFile }) {
    this.#clock = options.clock;
    this.#file = options.file;
  }

  async load(): Promise<void> {
    const kept = await this.#file.read(parseKept);
    if (kept === undefined) return;
    for (const num of kept.stopped) this.#stopped.add(num);
    for (const num of kept.banned) this.#banned.add(num);
    for (const num of kept.subscribed) this.#subscribed.add(num);
    for (const [num, key] of kept.pinned) this.#pinned.set(num, key);
    this.#mutedUntilWallMs = kept.mutedUntilWallMs;
  }

  isStopped(nodeNum: number): boolean {
    return this.#stopped.has(nodeNum);
  }

  stop(nodeNum: number): void {
    if (remember(this.#stopped, nodeNum)) this.#keep();
  }

  start(nodeNum: number): void {
    if (this.#stopped.delete(nodeNum)) this.#keep();
  }

  isBanned(nodeNum: number): boolean {
    return this.#banned.has(nodeNum);
  }

  ban(nodeNum: number): void {
    if (remember(this.#banned, nodeNum)) this.#keep();
  }

  unban(nodeNum: number): void {
    if (this.#banned.delete(nodeNum)) this.#keep();
  }

  subscribers(): readonly number[] {
    return [...this.#subscribed];
  }

  subscribe(nodeNum: number): boolean {
    if (this.#subscribed.has(nodeNum)) return true;
    if (this.#subscribed.size >= MAX_SUBSCRIBERS) {
      const silent = [...this.#subscribed].find((num) => this.#stopped.has(num) || this.#banned.has(num));
      if (silent === undefined) return false;
      this.#subscribed.delete(silent);
    }
    this.#subscribed.add(nodeNum);
    this.#keep();
    return true;
  }

  unsubscribe(nodeNum: number): void {
    if (this.#subscribed.delete(nodeNum)) this.#keep();
  }

  mutedUntilWallMs(): number | undefined {
    if (this.#mutedUntilWallMs === undefined) return undefined;
    const wallMs = this.#clock.wallMs();
    // A machine without a clock chip may set its clock by years while the bot is mute; an hour stays an hour.
    const leftMs = this.#mutedUntilMs === undefined ? this.#mutedUntilWallMs - wallMs : this.#mutedUntilMs - this.#clock.nowMs();
    return leftMs > 0 ? wallMs + leftMs : undefined;
  }

  mute(hours: number): void {
    const spanMs = Math.min(hours, MAX_MUTE_HOURS) * HOUR_MS;
    this.#mutedUntilMs = this.#clock.nowMs() + spanMs;
    this.#mutedUntilWallMs = this.#clock.wallMs() + spanMs;
    this.#keep();
  }

  unmute(): void {
    if (this.#mutedUntilWallMs === undefined) return;
    this.#mutedUntilMs = undefined;
    this.#mutedUntilWallMs = undefined;
    this.#keep();
  }

  pinnedKey(nodeNum: number): string | undefined {
    return this.#pinned.get(nodeNum);
  }

  pin(nodeNum: number, key: string): void {
    if (this.#pinned.has(nodeNum)) return;
    // An admin whose key is forgotten could be replaced by whoever comes next with that number.
    if (this.#pinned.size >= MAX_PEOPLE) {
      log.error`no key can be pinned for the admin ${formatNodeId(nodeNum)}: ${MAX_PEOPLE} are pinned already`;
      return;
    }
    this.#pinned.set(nodeNum, key);
    log.warn`the admin ${formatNodeId(nodeNum)} is known by the key ${key} from now on, and by no other`;
    this.#keep();
  }

  #keep(): void {
    const mutedUntilWallMs = this.mutedUntilWallMs();
    this.#file.write(
      {
        stopped: [...this.#stopped].map(formatNodeId),
        banned: [...this.#banned].map(formatNodeId),
        pinned: Object.fromEntries([...this.#pinned].map(([num, key]) => [formatNodeId(num), key])),
        subscribed: [...this.#subscribed].map(formatNodeId),
        ...(mutedUntilWallMs === undefined ? {} : { mutedUntilWallMs }),
      } satisfies KeptPeople,
    );
  }
}

/** True when the set has changed. */
function remember(set: Set<number>, nodeNum: number): boolean {
  if (set.has(nodeNum)) return false;
  set.add(nodeNum);
  if (set.size > MAX_PEOPLE) set.delete(set.values().next().value as number);
  return true;
}

/** The newest of each kind; throws at what `#keep` never wrote. */
function parseKept(value: unknown): {
  readonly stopped: readonly number[];
  readonly banned: readonly number[];
  readonly pinned: readonly (readonly [number, string])[];
  readonly subscribed: readonly number[];
  readonly mutedUntilWallMs: number | undefined;
} {
  if (typeof value !== "object" || value === null) throw new Error("it holds no table of people");
  const { stopped, banned, pinned, subscribed = [], mutedUntilWallMs } = value as Partial<Record<keyof KeptPeople, unknown>>;
  if (!Array.isArray(stopped) || !Array.isArray(banned) || typeof pinned !== "object" || pinned === null) {
    throw new Error("it lacks stopped, banned or pinned");
  }
  if (!Array.isArray(subscribed)) throw new Error("subscribed is no list");
  if (mutedUntilWallMs !== undefined && typeof mutedUntilWallMs !== "number") throw new Error("mutedUntilWallMs is no number");
  return {
    stopped: stopped.slice(-MAX_PEOPLE).map(nodeNumOf),
    banned: banned.slice(-MAX_PEOPLE).map(nodeNumOf),
    pinned: Object.entries(pinned).slice(0, MAX_PEOPLE).map(([id, key]) => {
      if (typeof key !== "string" || parsePublicKey(key) === undefined) throw new Error(`the key of ${id} is none`);
      return [nodeNumOf(id), key] as const;
    }),
    subscribed: subscribed.slice(-MAX_SUBSCRIBERS).map(nodeNumOf),
    mutedUntilWallMs,
  };
}

function nodeNumOf(id: unknown): number {
  const num = typeof id === "string" ? parseNodeId(id) : undefined;
  if (num === undefined) throw new Error(`${JSON.stringify(id)} is no node id`);
  return num;
}
