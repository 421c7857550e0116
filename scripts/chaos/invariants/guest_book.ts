/** What one client of the shared radio was told, and what can be judged from that alone. All times are monotonic milliseconds. */
import { decode } from "../../../src/link/codec.ts";
import { PortNum } from "../../../src/link/enums.ts";
import { holdsMarker } from "../../../src/link/frame.ts";
import type { FromRadio, MeshPacket } from "../../../src/link/messages.ts";
import { formatNodeId } from "../../../src/node_id.ts";
import { HandshakeOrder } from "./handshake_order.ts";
import { keyOf } from "./journal.ts";

// QueueStatus.res: taken, and taken too (MeshTypes.h, ERRNO_OK and ERRNO_SHOULD_RELEASE).
const TAKEN: readonly number[] = [0, 35];

/** A packet that it was told. */
export interface TakenPacket {
  readonly key: string;
  readonly from: number;
  /** Undefined: sealed. */
  readonly portnum: number | undefined;
  readonly requestId: number;
  readonly replyId: number;
  /** What stands in it, for people and for telling texts apart; empty when it is no text. */
  readonly text: string;
  readonly mark: number;
  /** A marker of frames stands inside: it may be pieced together from frames that were never finished. */
  readonly holdsMarker: boolean;
  readonly atMs: number;
}

/** A handshake that it asked for. */
export interface Want {
  readonly nonce: number;
  readonly askedAtMs: number;
  doneAtMs: number | undefined;
}

/** A text that it wrote. */
export interface WrittenText {
  readonly id: number;
  readonly text: string;
  readonly atMs: number;
  /** When it was first told what became of it. */
  statusAtMs: number | undefined;
}

/** The book. */
export class GuestBook {
  readonly number: number;
  readonly connectedAtMs: number;
  readonly packets: TakenPacket[] = [];
  readonly wants: Want[] = [];
  readonly texts: WrittenText[] = [];
  readonly broken: string[] = [];
  readonly #ownNum: () => number;
  readonly #taken = new Map<number, number>();
  #order: HandshakeOrder | undefined;
  #end: { readonly by: "itself" | "bot"; readonly atMs: number } | undefined;

  constructor(options: { readonly number: number; readonly connectedAtMs: number; readonly ownNum: () => number }) {
    this.number = options.number;
    this.connectedAtMs = options.connectedAtMs;
    this.#ownNum = options.ownNum;
  }

  /** Since when it is told what happens; undefined: its first handshake was never complete. */
  get readyAtMs(): number | undefined {
    return this.wants[0]?.doneAtMs;
  }

  /** How it ended, and when; undefined while it is there. */
  get end(): { readonly by: "itself" | "bot"; readonly atMs: number } | undefined {
    return this.#end;
  }

  /** It has asked for a handshake; one at a time. */
  wanted(nonce: number, atMs: number): void {
    this.wants.push({ nonce, askedAtMs: atMs, doneAtMs: undefined });
  }

  /** It has written a text. */
  wrote(text: { readonly id: number; readonly text: string; readonly atMs: number }): void {
    this.texts.push({ ...text, statusAtMs: undefined });
  }

  /** Bytes outside a frame. */
  noise(lengthBytes: number): void {
    this.broken.push(`${lengthBytes} bytes are no frame`);
  }

  /** It leaves, or was left. What comes after counts no more. */
  ended(by: "itself" | "bot", atMs: number): void {
    this.#end ??= { by, atMs };
  }

  /** The payload of a frame. */
  frame(payload: Uint8Array, atMs: number): void {
    if (this.#end !== undefined) return;
    let message: FromRadio;
    try {
      message = decode("FromRadio", payload);
    } catch {
      return void this.broken.push(`a frame of ${payload.length} bytes is no FromRadio`);
    }
    const want = this.wants.find(({ doneAtMs }) => doneAtMs === undefined);
    if (HandshakeOrder.has(message)) return this.#handshake(message, want, atMs);
    if (this.#order !== undefined) this.broken.push(`${message.payloadVariant.case} stands amid a handshake`);
    else if (this.readyAtMs === undefined) this.broken.push(`${message.payloadVariant.case} comes before its first handshake`);
    this.#live(message, payload, atMs);
  }

  #handshake(message: FromRadio, want: Want | undefined, atMs: number): void {
    const kind = message.payloadVariant.case ?? "an unknown message";
    if (want === undefined) return void this.broken.push(`${kind} comes where no handshake was asked for`);
    this.#order ??= new HandshakeOrder({ nonce: want.nonce, ownNum: this.#ownNum() });
    for (const story of this.#order.take(message)) this.broken.push(`handshake ${want.nonce}: ${story}`);
    if (message.payloadVariant.case !== "configCompleteId") return;
    this.#order = undefined;
    want.doneAtMs = atMs;
  }

  #live({ payloadVariant }: FromRadio, payload: Uint8Array, atMs: number): void {
    switch (payloadVariant.case) {
      case "packet":
        return void this.packets.push({ ...readPacket(payloadVariant.value), ...readBytes(payload), atMs });
      case "queueStatus":
        return this.#status(payloadVariant.value, atMs);
      case "clientNotification": {
        const { replyId } = payloadVariant.value;
        if (replyId !== undefined && replyId !== 0) this.#mine(replyId, "a notice");
        return;
      }
      case "rebooted":
      case "logRecord":
        return;
      default:
        this.broken.push(`${payloadVariant.case} comes, which nobody has sent`);
    }
  }

  #status({ res, meshPacketId }: { readonly res: number; readonly meshPacketId: number }, atMs: number): void {
    const text = this.#mine(meshPacketId, "a report");
    if (text === undefined) return;
    text.statusAtMs ??= atMs;
    if (!TAKEN.includes(res)) return;
    const count = (this.#taken.get(meshPacketId) ?? 0) + 1;
    this.#taken.set(meshPacketId, count);
    if (count > 1) this.broken.push(`packet ${formatNodeId(meshPacketId)} was reported as taken ${count} times`);
  }

  #mine(id: number, what: string): WrittenText | undefined {
    const text = this.texts.find((written) => written.id === id);
    if (text === undefined) this.broken.push(`${what} names packet ${formatNodeId(id)}, which is not its own`);
    return text;
  }
}

/** What is noted of a packet, but for the bytes around it. */
export function readPacket({ from, id, payloadVariant }: MeshPacket): Omit<TakenPacket, "mark" | "holdsMarker" | "atMs"> {
  const data = payloadVariant.case === "decoded" ? payloadVariant.value : undefined;
  return {
    key: keyOf(from, id),
    from,
    portnum: data?.portnum,
    requestId: data?.requestId ?? 0,
    replyId: data?.replyId ?? 0,
    text: data?.portnum === PortNum.TEXT_MESSAGE_APP ? new TextDecoder().decode(data.payload) : "",
  };
}

/** What is noted of the whole FromRadio: a mark that is the same for the same bytes. */
export function readBytes(payload: Uint8Array): Pick<TakenPacket, "mark" | "holdsMarker"> {
  let mark = 0x811c9dc5;
  for (const byte of payload) mark = Math.imul(mark ^ byte, 0x01000193);
  return { mark: mark >>> 0, holdsMarker: holdsMarker(payload) };
}
