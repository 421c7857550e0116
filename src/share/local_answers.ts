/** What is said to a client in the radio's place, in the radio's words. */
import { encode, make } from "../link/codec.ts";
import { PortNum, Priority } from "../link/enums.ts";
import type { Init, QueueStatus } from "../link/messages.ts";
import { randomId } from "../link/random_id.ts";
import { type Payload, payloadOf } from "./payload.ts";

/** QueueStatus.res of the firmware (MeshTypes.h): taken; no room; no interface. */
export const RESULT = { ok: 0, queueFull: 32, noInterface: 33 } as const;

// Before the radio has reported: its send queue has 16 places (MAX_TX_QUEUE).
const TX_QUEUE = 16;

/** The radio's voice. */
export class LocalAnswers {
  readonly #ownNum: () => number;
  readonly #wallMs: () => number;
  #free = TX_QUEUE;
  #maxlen = TX_QUEUE;

  constructor(options: { readonly ownNum: () => number; readonly wallMs: () => number }) {
    this.#ownNum = options.ownNum;
    this.#wallMs = options.wallMs;
  }

  /** The radio has reported on its send queue. */
  reported({ free, maxlen }: QueueStatus): void {
    this.#free = free;
    this.#maxlen = maxlen;
  }

  /** A report on a packet, with what the radio last said of its queue; `waiting`: packets of this client that wait before it. */
  queueStatus(res: number, meshPacketId: number, waiting = 0): Payload {
    const free = res === RESULT.queueFull ? 0 : Math.max(0, this.#free - waiting);
    return payloadOf({ case: "queueStatus", value: { res, free, maxlen: this.#maxlen, meshPacketId } });
  }

  /** A Routing answer to a packet of the client's own; `from`: whoever says so, our node when nobody else. */
  routing(requestId: number, error: number, from = this.#ownNum()): Payload {
    return this.packet(PortNum.ROUTING_APP, encode("Routing", { variant: { case: "errorReason", value: error as never } }), { requestId }, {
      from,
      priority: Priority.ACK,
    });
  }

  /** A notice for the person at the client. */
  notification(replyId: number, message: string): Payload {
    return payloadOf({ case: "clientNotification", value: { replyId, time: this.timeS, message } });
  }

  /** A packet for the client. */
  packet(portnum: number, payload: Uint8Array, data: Init<"Data">, packet: Init<"MeshPacket"> = {}): Payload {
    const value = make("MeshPacket", {
      from: this.#ownNum(),
      to: this.#ownNum(),
      id: randomId(),
      rxTime: this.timeS,
      ...packet,
      payloadVariant: { case: "decoded", value: { ...data, portnum: portnum as never, payload } },
    });
    return payloadOf({ case: "packet", value });
  }

  /** Seconds since 1970. */
  get timeS(): number {
    return Math.max(0, Math.floor(this.#wallMs() / 1000));
  }
}
