/**
 * Clients of the shared radio are told what the node tells the bot: every packet once, in order and unchanged, a complete
 * handshake, a report on each of their own; and only a bot that dies throws them out. All times are monotonic milliseconds.
 */
import { PortNum } from "../../../src/link/enums.ts";
import type { MeshPacket } from "../../../src/link/messages.ts";
import { BROADCAST_NUM } from "../../../src/node_id.ts";
import type { SaidText } from "./answers.ts";
import { GuestBook, readBytes, readPacket } from "./guest_book.ts";
import { type GivenText, type GuestText, type HandedPacket, judgeGuest, type Sources } from "./guest_verdict.ts";
import type { Standing } from "./invariant.ts";
import { keyOf } from "./journal.ts";

// The bot is away now and then.
const UNSERVED_ALWAYS = 3;

/** The books over all clients, and over what there is to tell them. */
export class SharedClients {
  readonly #ownNum: () => number;
  readonly #guests: GuestBook[] = [];
  readonly #handed: HandedPacket[] = [];
  readonly #handedAs = new Map<string, HandedPacket[]>();
  readonly #perhaps = new Map<string, number>();
  readonly #given = new Map<string, GivenText>();
  readonly #texts = new Map<string, GuestText>();
  /** By its words: the ids under which a client's text went on the air. */
  readonly #aired = new Map<string, Set<number>>();
  readonly #over = new Map<number, number>();
  readonly #deathsMs: number[] = [];
  readonly #tornMs: number[] = [];
  #refused = 0;

  constructor(ownNum: () => number) {
    this.#ownNum = ownNum;
  }

  /** Somebody has connected. */
  open(atMs: number): GuestBook {
    const guest = new GuestBook({ number: this.#guests.length + 1, connectedAtMs: atMs, ownNum: this.#ownNum });
    this.#guests.push(guest);
    return guest;
  }

  /** Nobody listens. */
  refused(): void {
    this.#refused += 1;
  }

  /** A client has written a text, in words that nobody else uses. */
  wrote(writer: GuestBook, written: { readonly id: number; readonly text: string; readonly atMs: number }): void {
    writer.wrote(written);
    const key = keyOf(this.#ownNum(), written.id);
    this.#texts.set(key, { key, writer, text: written.text, atMs: written.atMs });
    this.#aired.set(written.text, new Set());
  }

  /** The node has written a packet to the bot; `payload`: the whole FromRadio. */
  handed(packet: MeshPacket, payload: Uint8Array, connection: number, atMs: number): void {
    const handed = { ...readPacket(packet), ...readBytes(payload), order: this.#handed.length, connection, atMs };
    this.#handed.push(handed);
    this.#handedAs.set(handed.key, [...this.#handedAs.get(handed.key) ?? [], handed]);
  }

  /** The node counts it as lost; the bot may have read it all the same. */
  lost({ from, id }: MeshPacket): void {
    const key = keyOf(from, id);
    this.#perhaps.set(key, (this.#perhaps.get(key) ?? 0) + 1);
  }

  /** The bot has given the node a packet, its own or a client's. */
  given(packet: MeshPacket, atMs: number): void {
    const { portnum, text, replyId } = readPacket(packet);
    const key = keyOf(this.#ownNum(), packet.id);
    if (portnum !== PortNum.TEXT_MESSAGE_APP || this.#given.has(key)) return;
    this.#given.set(key, { text, answers: keyOf(packet.to, replyId), atMs });
  }

  /** A text of our node is on the air; false when it is no client's. */
  aired({ packetId, to, replyId, text }: SaidText): boolean {
    const ids = this.#aired.get(text);
    if (ids === undefined || to !== BROADCAST_NUM || replyId !== 0) return false;
    ids.add(packetId);
    return true;
  }

  /** The node writes beginnings of frames. Of several the bot can only make a packet that nobody has sent. */
  torn(atMs: number): void {
    this.#tornMs.push(atMs);
  }

  /** Nothing more is read from this connection of the bot's. */
  over(connection: number, atMs: number): void {
    if (!this.#over.has(connection)) this.#over.set(connection, atMs);
  }

  /** The bot's process is dead. */
  died(atMs: number): void {
    this.#deathsMs.push(atMs);
  }

  standing(): Standing {
    const sources = this.#sources();
    const verdicts = this.#guests.map((guest) => judgeGuest(guest, sources));
    const unreached = verdicts.reduce((sum, verdict) => sum + verdict.unreached, 0);
    const packets = this.#guests.reduce((sum, guest) => sum + guest.packets.length, 0);
    const handshakes = this.#guests.flatMap(({ wants }) => wants.filter(({ doneAtMs }) => doneAtMs !== undefined)).length;
    const aired = [...this.#aired.values()].filter(({ size }) => size > 0).length;
    const tried = this.#guests.length + this.#refused;
    return {
      name: "shared clients",
      seen:
        `${this.#guests.length} clients, ${handshakes} handshakes, ${packets} packets told; ${aired} of their ${this.#texts.size} texts ` +
        `on the air, longest report ${this.#longestReport()}; ${unreached} packets of the bot's seen by them alone`,
      broken: [
        ...(handshakes === 0 && tried > UNSERVED_ALWAYS ? [`none of ${tried} clients was served`] : []),
        ...verdicts.flatMap(({ stories }) => stories),
        ...this.#airedTwice(),
        ...this.#otherOrders(),
      ],
    };
  }

  #sources(): Sources {
    const overs = [...this.#over.values()];
    const firstTakenMs = new Map<string, number>();
    for (const { key, atMs } of this.#guests.flatMap(({ packets }) => packets)) {
      firstTakenMs.set(key, Math.min(atMs, firstTakenMs.get(key) ?? Infinity));
    }
    return {
      ownNum: this.#ownNum(),
      handed: this.#handed,
      handedAs: (key) => this.#handedAs.get(key) ?? [],
      perhapsHanded: (key) => this.#perhaps.get(key) ?? 0,
      given: this.#given,
      texts: this.#texts,
      guests: this.#guests,
      firstTakenMs,
      overAtMs: (connection) => this.#over.get(connection),
      overBetween: (fromMs, toMs) => overs.some((atMs) => atMs >= fromMs && atMs <= toMs),
      tornBetween: (fromMs, toMs) => this.#tornMs.some((atMs) => atMs >= fromMs && atMs <= toMs),
      diedBetween: (fromMs, toMs) => this.#deathsMs.some((atMs) => atMs >= fromMs && atMs <= toMs),
    };
  }

  #airedTwice(): string[] {
    return [...this.#aired].filter(([, { size }]) => size > 1).map(([text, { size }]) =>
      `a client's ${JSON.stringify(text)} went on the air as ${size} packets`
    );
  }

  /** What two clients were both told came to both in the same order. */
  #otherOrders(): string[] {
    const orders = this.#guests.map((guest) => ({ guest, keys: keysOnce(guest) }));
    return orders.flatMap(({ guest, keys }, index) =>
      orders.slice(index + 1).filter((other) => other.guest.connectedAtMs < (guest.end?.atMs ?? Infinity)).flatMap((other) => {
        let last = -1;
        for (const key of other.keys.keys()) {
          const place = keys.get(key);
          if (place === undefined) continue;
          if (place < last) return [`clients ${guest.number} and ${other.guest.number} were told ${key} and others in another order`];
          last = place;
        }
        return [];
      })
    );
  }

  #longestReport(): string {
    const tookMs = this.#guests.flatMap(({ texts }) =>
      texts.map(({ statusAtMs, atMs }) => statusAtMs === undefined ? 0 : statusAtMs - atMs)
    );
    return `${(Math.max(0, ...tookMs) / 1000).toFixed(2)} s`;
  }
}

/** Places of the packets that came to a client once. */
function keysOnce({ packets }: GuestBook): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { key } of packets) counts.set(key, (counts.get(key) ?? 0) + 1);
  return new Map(packets.flatMap(({ key }, index) => counts.get(key) === 1 ? [[key, index] as const] : []));
}
