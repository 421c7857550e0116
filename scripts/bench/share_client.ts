/** A client of a node, or of what says it is one, that costs the one who measures as little as can be. */
import { delay, systemClock } from "../../src/clock.ts";
import { decode, encode } from "../../src/link/codec.ts";
import { encodeFrame, FrameParser } from "../../src/link/frame.ts";
import type { FromRadio, Init } from "../../src/link/messages.ts";

const READ_BUFFER_BYTES = 65_536;
const CONFIGURED_LIMIT_MS = 30_000;

/** Told of each payload, when its bytes were read; valid only during the call. */
export type OnPayload = (payload: Uint8Array, atMs: number) => void;

/** The client. */
export class ShareClient implements AsyncDisposable {
  /** Settles when the connection is over, whoever ended it. */
  readonly ended: Promise<void>;
  /** Told of every payload from now on. */
  onPayload: OnPayload = () => {};
  readonly #conn: Deno.TcpConn;
  #open = true;

  constructor(conn: Deno.TcpConn) {
    conn.setNoDelay(true);
    this.#conn = conn;
    this.ended = this.#read();
  }

  get open(): boolean {
    return this.#open;
  }

  /** Sends a message; nothing happens when the connection is over. */
  async send(payloadVariant: NonNullable<Init<"ToRadio">["payloadVariant"]>): Promise<void> {
    const frame = encodeFrame(encode("ToRadio", { payloadVariant }));
    try {
      for (let from = 0; from < frame.length;) from += await this.#conn.write(frame.subarray(from));
    } catch {
      // It is over; whoever waits for something is told so by `ended`.
    }
  }

  /** Asks for the configuration and resolves when all of it has come; throws when that does not happen. */
  async configure(nonce: number): Promise<void> {
    const { onPayload } = this;
    const limit = new AbortController();
    const complete = new Promise<true>((resolve) => {
      this.onPayload = (payload, atMs) => {
        onPayload(payload, atMs);
        const { payloadVariant } = decode("FromRadio", payload.slice());
        if (payloadVariant.case === "configCompleteId" && payloadVariant.value === nonce) resolve(true);
      };
    });
    await this.send({ case: "wantConfigId", value: nonce });
    const late = delay(systemClock, CONFIGURED_LIMIT_MS, limit.signal).catch(() => {});
    const configured = await Promise.race([complete, this.ended, late]);
    limit.abort();
    this.onPayload = onPayload;
    if (configured !== true) throw new Error(`A client got no configuration: the connection is ${this.#open ? "open" : "over"}`);
  }

  /** Leaves without a word. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#conn.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.ended;
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(READ_BUFFER_BYTES);
    let atMs = 0;
    const parser = new FrameParser({ onFrame: (payload) => this.onPayload(payload, atMs) });
    try {
      for (;;) {
        const count = await this.#conn.read(buffer);
        if (count === null) break;
        atMs = systemClock.nowMs();
        parser.push(buffer.subarray(0, count));
      }
    } catch {
      // Reset by the other side, or closed by this one.
    }
    this.close();
  }
}

/** Connects to a port of this machine. */
export async function connectShareClient(port: number): Promise<ShareClient> {
  return new ShareClient(await Deno.connect({ hostname: "127.0.0.1", port }));
}

/** What a payload says. */
export function readPayload(payload: Uint8Array): FromRadio["payloadVariant"] {
  return decode("FromRadio", payload.slice()).payloadVariant;
}
