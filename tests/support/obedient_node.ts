/** A node that does what the test says: it answers the handshake, takes every packet, and says nothing else of its own accord. */
import type { Clock } from "../../src/clock.ts";
import { decode, encode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import { encodeFrame, FrameParser } from "../../src/link/frame.ts";
import type { Init, MeshPacket, ToRadio } from "../../src/link/messages.ts";
import { handshake } from "../../src/simulator/handshake.ts";
import { Station } from "../../src/simulator/station.ts";

/** The person who asks. */
export const ASKER = 0x1234_5678;

/** A text as the node got it. */
export interface GivenText {
  /** Counts the connections from 1. */
  readonly connection: number;
  readonly id: number;
  readonly text: string;
  readonly replyId: number;
  /** The whole MeshPacket. */
  readonly bytes: Uint8Array;
}

/** The node; it serves one connection at a time. */
export class ObedientNode implements AsyncDisposable {
  /** Every text that it was given, in order. */
  readonly texts: GivenText[] = [];
  /** Reports that it took a packet, as soon as it has. */
  takes = true;
  /** It lets its client wait for the configuration. */
  configuresAfterMs = 0;
  #station: Station;
  readonly #clock: Clock;
  readonly #traffic: () => void;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #waiting = new Set<() => void>();
  readonly #serving: Promise<void>;
  #connection: Deno.Conn | undefined;
  #connections = 0;
  #configured = 0;
  #over = 0;

  /** `traffic` is called when something crosses a socket. */
  constructor(clock: Clock, traffic: () => void = () => {}) {
    this.#clock = clock;
    this.#traffic = traffic;
    this.#station = new Station({ clock });
    this.#serving = this.#serve();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  get nodeNum(): number {
    return this.#station.nodeNum;
  }

  /** From the next handshake on it is another node. */
  become(nodeNum: number): void {
    this.#station = new Station({ clock: this.#clock, nodeNum });
  }

  /** A direct message to the bot comes by radio. */
  async hear(text: string, packet: Init<"MeshPacket"> & { readonly id: number }): Promise<void> {
    await this.say({
      case: "packet",
      value: {
        from: ASKER,
        to: this.nodeNum,
        rxTime: Math.floor(this.#clock.wallMs() / 1000),
        rxSnr: 6,
        rxRssi: -90,
        hopStart: 3,
        hopLimit: 3,
        payloadVariant: {
          case: "decoded",
          value: { portnum: PortNum.TEXT_MESSAGE_APP, payload: new TextEncoder().encode(text), bitfield: 1 },
        },
        ...packet,
      },
    });
  }

  /** What the mesh, or the node itself, says about a packet of ours. */
  async routing(requestId: number, error: number, from = this.nodeNum): Promise<void> {
    const payload = encode("Routing", { variant: { case: "errorReason", value: error } });
    const value: Init<"MeshPacket"> = {
      from,
      to: this.nodeNum,
      id: crypto.getRandomValues(new Uint32Array(1))[0] as number,
      payloadVariant: { case: "decoded", value: { portnum: PortNum.ROUTING_APP, payload, requestId } },
    };
    await this.say({ case: "packet", value });
  }

  async queueStatus(meshPacketId: number, res: number): Promise<void> {
    await this.say({ case: "queueStatus", value: { res, free: 15, maxlen: 16, meshPacketId } });
  }

  /** Writes one message to the connection. */
  async say(payloadVariant: NonNullable<Init<"FromRadio">["payloadVariant"]>): Promise<void> {
    await this.#write(encode("FromRadio", { payloadVariant }));
  }

  /** Resolves when it has been given so many texts in all; gives the last of them. */
  async given(count: number): Promise<GivenText> {
    await this.#until(() => this.texts.length >= count);
    return this.texts[count - 1] as GivenText;
  }

  /** Resolves when so many handshakes are complete. */
  async configured(count: number): Promise<void> {
    await this.#until(() => this.#configured >= count);
  }

  /** Resolves when everything has been read that came on the connections until now. */
  async over(): Promise<void> {
    await this.#until(() => this.#over === this.#connections);
  }

  /** Ends the connection. */
  hangUp(): void {
    this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#close();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    try {
      for await (const connection of this.#listener) await this.#talk(connection);
    } catch {
      // It listens no more.
    }
  }

  async #talk(connection: Deno.Conn): Promise<void> {
    this.#traffic();
    this.#connection = connection;
    this.#connections += 1;
    const parser = new FrameParser({ onFrame: (payload) => this.#take(decode("ToRadio", payload.slice())) });
    const buffer = new Uint8Array(4096);
    try {
      for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
        this.#traffic();
        parser.push(buffer.subarray(0, count));
      }
    } catch {
      // Closed by us, or reset by the bot's end.
    }
    this.#close();
    this.#over += 1;
    this.#wake();
  }

  #take({ payloadVariant }: ToRadio): void {
    if (payloadVariant.case === "disconnect") return this.#close();
    if (payloadVariant.case === "wantConfigId") {
      return void this.#clock.after(this.configuresAfterMs, () => void this.#configure(payloadVariant.value));
    }
    if (payloadVariant.case !== "packet") return;
    const packet: MeshPacket = payloadVariant.value;
    if (packet.payloadVariant.case !== "decoded" || packet.payloadVariant.value.portnum !== PortNum.TEXT_MESSAGE_APP) return;
    const { payload, replyId } = packet.payloadVariant.value;
    const text = new TextDecoder().decode(payload);
    this.texts.push({ connection: this.#connections, id: packet.id, text, replyId, bytes: encode("MeshPacket", packet) });
    if (this.takes) void this.queueStatus(packet.id, 0);
    this.#wake();
  }

  async #configure(nonce: number): Promise<void> {
    for (const payload of handshake(this.#station, nonce)) await this.#write(payload);
    this.#configured += 1;
    this.#wake();
  }

  async #write(payload: Uint8Array): Promise<void> {
    this.#traffic();
    try {
      await this.#connection?.write(encodeFrame(payload));
    } catch {
      // The bot is gone.
    }
  }

  #close(): void {
    try {
      this.#connection?.close();
    } catch {
      // It is closed already.
    }
    this.#connection = undefined;
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
