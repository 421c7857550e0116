/**
 * Judges one client of the shared radio by what the node and the others know: whatever it was told has a source, comes once and
 * in order, and what it surely should have been told has come. All times are monotonic milliseconds.
 */
import { PortNum } from "../../../src/link/enums.ts";
import type { GuestBook, TakenPacket } from "./guest_book.ts";

/** A packet that the node has written to the bot. */
export interface HandedPacket extends Omit<TakenPacket, "atMs"> {
  /** Counts up over all packets: the bot reads them in this order. */
  readonly order: number;
  readonly connection: number;
  /** When the write had returned, which may be long after the bot has read it. */
  readonly atMs: number;
}

/** A text of a client. */
export interface GuestText {
  readonly key: string;
  readonly writer: GuestBook;
  readonly text: string;
  readonly atMs: number;
}

/** A text that the bot has given the node, its own or a client's. */
export interface GivenText {
  readonly text: string;
  /** What it answers. */
  readonly answers: string;
  /** When the node first read it; clients may have seen it long before, if it was first given into a dead connection. */
  readonly atMs: number;
}

/** What is known beside the client's own book. */
export interface Sources {
  readonly ownNum: number;
  readonly handed: readonly HandedPacket[];
  handedAs(key: string): readonly HandedPacket[];
  /** How often the node may have written such a packet whole without knowing it. */
  perhapsHanded(key: string): number;
  /** Texts that the bot has given the node. */
  readonly given: ReadonlyMap<string, GivenText>;
  readonly texts: ReadonlyMap<string, GuestText>;
  readonly guests: readonly GuestBook[];
  /** When a client was first told each packet. */
  readonly firstTakenMs: ReadonlyMap<string, number>;
  /** When nothing more was read from a connection; undefined: it is open. */
  overAtMs(connection: number): number | undefined;
  /** Whether one of the bot's connections ended in this time. */
  overBetween(fromMs: number, toMs: number): boolean;
  /** Whether the node began frames without ending them in this time. */
  tornBetween(fromMs: number, toMs: number): boolean;
  /** Whether the process died in this time. */
  diedBetween(fromMs: number, toMs: number): boolean;
}

/** The verdict on one client. */
export interface GuestVerdict {
  readonly stories: readonly string[];
  /** Packets of the bot's that never reached the node, as far as that can be seen. */
  readonly unreached: number;
}

const HANDSHAKE_LIMIT_MS = 5000;
const REPORT_LIMIT_MS = 2000;
// A bot that lives reads, and tells, what lies before it within that time.
const SURE_MS = 5000;
// A write in small pieces returns so long after its first packet was read.
const LATE_NOTE_MS = 2000;
// A packet waits for its turn so long at most.
const WAIT_LIMIT_MS = 30_000;
// A dead connection is found out within that time.
const DEAD_LINK_MS = 20_000;
// What was begun and not ended waits for bytes behind it.
const TORN_MS = 60_000;
// Several of them can swallow what stands between.
const SWALLOWED_MS = 5000;
const NOTE_SPARE_MS = 1000;

/** Judges a client. */
export function judgeGuest(guest: GuestBook, sources: Sources): GuestVerdict {
  const taken = new TakenPackets(guest, sources);
  const stories = [
    ...guest.broken,
    ...closing(guest, sources),
    ...waits(guest, sources),
    ...taken.stories,
    ...taken.missing(),
  ];
  return { stories: stories.map((story) => `client ${guest.number}: ${story}`), unreached: taken.unreached };
}

function closing({ end, connectedAtMs }: GuestBook, sources: Sources): string[] {
  if (end?.by !== "bot" || sources.diedBetween(connectedAtMs - NOTE_SPARE_MS, end.atMs + SURE_MS)) return [];
  return [`it was thrown out ${seconds(end.atMs - connectedAtMs)} after it came`];
}

function waits({ wants, texts, end }: GuestBook, sources: Sources): string[] {
  const isLate = (askedAtMs: number, doneAtMs: number | undefined, limitMs: number) =>
    (doneAtMs ?? end?.atMs ?? Infinity) - askedAtMs > limitMs && !sources.diedBetween(askedAtMs - NOTE_SPARE_MS, askedAtMs + limitMs);
  const after = (askedAtMs: number, doneAtMs: number | undefined) =>
    doneAtMs === undefined ? "did not come" : `came after ${seconds(doneAtMs - askedAtMs)}`;
  return [
    ...wants.filter(({ askedAtMs, doneAtMs }) => isLate(askedAtMs, doneAtMs, HANDSHAKE_LIMIT_MS)).map(({ nonce, askedAtMs, doneAtMs }) =>
      `handshake ${nonce}: its end ${after(askedAtMs, doneAtMs)}`
    ),
    ...texts.filter(({ atMs, statusAtMs }) => isLate(atMs, statusAtMs, REPORT_LIMIT_MS)).map(({ text, atMs, statusAtMs }) =>
      `the report on its ${JSON.stringify(text)} ${after(atMs, statusAtMs)}`
    ),
  ];
}

/** The packets that one client was told, against their sources. */
class TakenPackets {
  readonly stories: string[] = [];
  unreached = 0;
  readonly #guest: GuestBook;
  readonly #sources: Sources;
  readonly #counts = new Map<string, number>();
  /** Those of the node that it was surely told when they came, in order. */
  readonly #anchors: HandedPacket[] = [];
  #lastOrder = -1;
  #isMissedTexts = true;

  constructor(guest: GuestBook, sources: Sources) {
    this.#guest = guest;
    this.#sources = sources;
    for (const packet of guest.packets) this.#take(packet);
  }

  /** What it was not told, and surely should have been. */
  missing(): string[] {
    return [...this.#missingHanded(), ...this.#missingOwn()].map((what) => `${what} is missing`);
  }

  #take(packet: TakenPacket): void {
    const { key, portnum, requestId, replyId } = packet;
    const { ownNum, texts } = this.#sources;
    this.#count(packet);
    const isMine = this.#guest.texts.some(({ id }) => id === requestId || requestId === 0 && id === replyId);
    if (texts.get(key)?.writer === this.#guest) this.stories.push(`its own ${describe(packet)} came back`);
    if ((portnum === PortNum.ROUTING_APP || portnum === PortNum.ADMIN_APP) && !isMine) {
      this.stories.push(`${describe(packet)} answers somebody else`);
    }
    const bornAtMs = this.#bornAtMs(packet);
    if (bornAtMs === undefined) {
      if (isMine || this.#sources.perhapsHanded(key) > 0) return;
      if (packet.holdsMarker && this.#sources.tornBetween(packet.atMs - TORN_MS, packet.atMs)) return;
      if (packet.from !== ownNum || !this.#sources.overBetween(packet.atMs - NOTE_SPARE_MS, packet.atMs + DEAD_LINK_MS)) {
        this.stories.push(`${describe(packet)} comes from nowhere`);
      } else this.unreached += 1;
      return;
    }
    // Which of its sayings this one is nobody can tell.
    const isUnclear = this.#mayBeRepeated(packet);
    const isOld = !isUnclear && (bornAtMs < this.#guest.connectedAtMs - SURE_MS || this.#wasToldBefore(packet));
    if (isOld) this.#old(packet);
    else if (!isUnclear) this.#isMissedTexts = false;
    this.#inOrder(packet, isOld);
  }

  #count({ key, text }: TakenPacket): void {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const fromMs = this.#guest.connectedAtMs - SURE_MS;
    const handed = this.#sources.handedAs(key).filter(({ atMs }) => text !== "" || atMs >= fromMs).length;
    const allowed = Math.max(1, handed + this.#sources.perhapsHanded(key));
    if (count > allowed) this.stories.push(`${key} ${JSON.stringify(text)} came ${count} times, at most ${allowed} are right`);
  }

  /** The last time that its source is known to have said it; undefined: it has no source. */
  #bornAtMs({ key }: TakenPacket): number | undefined {
    const { given, texts } = this.#sources;
    const handed = this.#sources.handedAs(key).at(-1);
    if (handed !== undefined) return handed.atMs;
    const text = texts.get(key);
    return given.get(key)?.atMs ?? (text === undefined ? undefined : text.atMs + WAIT_LIMIT_MS);
  }

  /** A bot that was killed says what it had begun to say once more, perhaps into a connection that dies with it. */
  #mayBeRepeated({ key, atMs }: TakenPacket): boolean {
    const { given, texts, firstTakenMs } = this.#sources;
    const said = given.get(key);
    if (said === undefined || texts.has(key)) return false;
    return this.#sources.diedBetween(Math.min(said.atMs, firstTakenMs.get(key) ?? Infinity), atMs);
  }

  /** Another client had it already when this one came, and nobody has said it again. */
  #wasToldBefore({ key }: TakenPacket): boolean {
    const firstMs = this.#sources.firstTakenMs.get(key) ?? Infinity;
    return this.#sources.handedAs(key).length <= 1 && firstMs < this.#guest.connectedAtMs - NOTE_SPARE_MS;
  }

  /** What was said before the client came is right only right behind its first handshake, and when nobody else was there. */
  #old(packet: TakenPacket): void {
    const { wants, readyAtMs = Infinity } = this.#guest;
    if (packet.text === "") this.stories.push(`${describe(packet)} was sent long before it came`);
    else if (!this.#isMissedTexts) this.stories.push(`the old ${describe(packet)} comes late`);
    const other = this.#sources.guests.find((one) =>
      one !== this.#guest && one.readyAtMs !== undefined && one.readyAtMs < (wants[0]?.askedAtMs ?? 0) &&
      (one.end?.atMs ?? Infinity) > readyAtMs
    );
    if (other !== undefined) this.stories.push(`the old ${describe(packet)} came though client ${other.number} was there`);
  }

  #inOrder(packet: TakenPacket, isOld: boolean): void {
    const [handed, ...more] = this.#sources.handedAs(packet.key);
    // Of packets that came more than once nobody can tell which one this is.
    if (handed === undefined || more.length > 0 || this.#sources.perhapsHanded(packet.key) > 0) return;
    if (handed.order <= this.#lastOrder) {
      if (this.#counts.get(packet.key) === 1) this.stories.push(`${describe(packet)} comes behind what the node handed over later`);
      return;
    }
    this.#lastOrder = handed.order;
    const namesAnother = packet.requestId !== 0 || packet.replyId !== 0;
    if (packet.mark !== handed.mark && !namesAnother) this.stories.push(`${describe(packet)} was changed on its way`);
    // A text may be one that was missed: the client was perhaps not there when it came.
    if (!isOld && (packet.text === "" || this.#anchors.length > 0)) this.#anchors.push(handed);
  }

  #missingHanded(): string[] {
    const { handed } = this.#sources;
    const first = this.#anchors[0];
    const lastOf = new Map(this.#anchors.map(({ connection, order }) => [connection, order]));
    return handed.filter((packet) => {
      const { key, order, connection } = packet;
      if (this.#counts.has(key) || !isForAll(packet) || this.#sources.handedAs(key).length > 1) return false;
      if (this.#sources.tornBetween(packet.atMs - SWALLOWED_MS, packet.atMs)) return false;
      const between = first !== undefined && order > first.order && order < (lastOf.get(connection) ?? -1);
      return between || this.#mustHaveCome(packet);
    }).map(describe);
  }

  /** It was there long before and long after, and so was the bot's connection. */
  #mustHaveCome({ atMs, connection }: HandedPacket): boolean {
    const { readyAtMs = Infinity, end } = this.#guest;
    if (atMs - LATE_NOTE_MS < readyAtMs || atMs + SURE_MS > (end?.atMs ?? Infinity)) return false;
    return (this.#sources.overAtMs(connection) ?? Infinity) > atMs + SURE_MS && !this.#sources.diedBetween(readyAtMs, atMs + SURE_MS);
  }

  /** Texts that the bot gave the node while the client was there: other clients', and answers to what was asked meanwhile. */
  #missingOwn(): string[] {
    const { readyAtMs = Infinity, end } = this.#guest;
    return [...this.#sources.given].filter(([key, { atMs, answers }]) => {
      const text = this.#sources.texts.get(key);
      if (this.#counts.has(key) || text?.writer === this.#guest) return false;
      const notBeforeMs = text?.atMs ?? (this.#sources.handedAs(answers)[0]?.atMs ?? -Infinity) - LATE_NOTE_MS;
      return readyAtMs < notBeforeMs && atMs + SURE_MS < (end?.atMs ?? Infinity) &&
        !this.#sources.diedBetween(readyAtMs, atMs + SURE_MS);
    }).map(([key, { text }]) => `${key} ${JSON.stringify(text)} (sent by ${this.#sources.texts.has(key) ? "a client" : "the bot"})`);
  }
}

/** What names a request may be for one client alone, and so are settings and reports. */
function isForAll({ portnum, requestId }: HandedPacket): boolean {
  return requestId === 0 && portnum !== PortNum.ROUTING_APP && portnum !== PortNum.ADMIN_APP;
}

function describe({ key, portnum, text }: Pick<TakenPacket, "key" | "portnum" | "text">): string {
  return `packet ${key} (${text === "" ? `port ${portnum ?? "sealed"}` : JSON.stringify(text)})`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
