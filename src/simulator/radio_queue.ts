/** The node's transmitter: 16 places, one packet at a time, the most urgent first (RadioLibInterface.cpp). */
import type { Clock, Timer } from "../clock.ts";
import { encodedLengthBytes } from "../link/codec.ts";
import type { Init, MeshPacket } from "../link/messages.ts";
import { type ChannelUse, loraMs } from "./lora_time.ts";

/** Places in the queue (MAX_TX_QUEUE). */
export const RADIO_QUEUE_PLACES = 16;

/** QueueStatus.res: all places are taken (ERRNO_UNKNOWN). */
export const RESULT_QUEUE_FULL = 32;

// Listening before talking.
const CONTENTION_MS = 120;
const PKI_OVERHEAD_BYTES = 12;

/** What the transmitter needs. */
export interface RadioQueueOptions {
  readonly clock: Clock;
  readonly use: ChannelUse;
  /** Share of the true air time that a transmission takes here; 0 makes it instant. */
  readonly airScale: number;
  /** A packet has left the antenna. */
  readonly onAir: (packet: MeshPacket) => void;
}

/** The transmitter. */
export class RadioQueue {
  readonly #options: RadioQueueOptions;
  readonly #waiting: MeshPacket[] = [];
  #sending: Timer | undefined;

  constructor(options: RadioQueueOptions) {
    this.#options = options;
  }

  /** Free places; a packet keeps its place until it has left the antenna. */
  get free(): number {
    return RADIO_QUEUE_PLACES - this.#waiting.length;
  }

  /** Queues a packet; false when there is no place. */
  push(packet: MeshPacket): boolean {
    if (this.free === 0) return false;
    this.#waiting.push(packet);
    this.#next();
    return true;
  }

  /** `QueueStatus` for a result and a packet id. */
  status(res: number, meshPacketId: number): Init<"QueueStatus"> {
    return { res, free: this.free, maxlen: RADIO_QUEUE_PLACES, meshPacketId };
  }

  /** Stops and forgets everything. */
  clear(): void {
    this.#sending?.cancel();
    this.#sending = undefined;
    this.#waiting.length = 0;
  }

  #next(): void {
    if (this.#sending !== undefined || this.#waiting.length === 0) return;
    const { clock, airScale } = this.#options;
    const packet = this.#waiting.reduce((best, other) => other.priority > best.priority ? other : best);
    this.#sending = clock.after((CONTENTION_MS + airMsOf(packet)) * airScale, () => {
      this.#sending = undefined;
      this.#waiting.splice(this.#waiting.indexOf(packet), 1);
      this.#options.use.sent(airMsOf(packet));
      this.#options.onAir(packet);
      this.#next();
    });
  }
}

/** Milliseconds of air time of a packet. */
export function airMsOf(packet: MeshPacket): number {
  if (packet.payloadVariant.case === "encrypted") return loraMs(packet.payloadVariant.value.length);
  const dataBytes = packet.payloadVariant.case === "decoded" ? encodedLengthBytes("Data", packet.payloadVariant.value) : 0;
  return loraMs(dataBytes + (packet.pkiEncrypted ? PKI_OVERHEAD_BYTES : 0));
}
