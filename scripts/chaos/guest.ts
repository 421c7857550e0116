/** A client of the shared radio that behaves: it asks as an app does, reads everything, and notes what it is told. */
import { delay, systemClock } from "../../src/clock.ts";
import { encode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import { encodeFrame, FrameParser } from "../../src/link/frame.ts";
import type { Init } from "../../src/link/messages.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { freshPacketId } from "../../src/simulator/random.ts";
import type { GuestBook } from "./invariants/guest_book.ts";
import type { SharedClients } from "./invariants/shared_clients.ts";

const HOPS = 3;

/** One visit. */
export class Guest {
  readonly book: GuestBook;
  readonly #conn: Deno.TcpConn;
  readonly #books: SharedClients;
  readonly #nonces: number[];

  /** `nonces`: the handshakes that it asks for, one after the other. */
  constructor(options: { readonly conn: Deno.TcpConn; readonly books: SharedClients; readonly nonces: readonly number[] }) {
    this.#conn = options.conn;
    this.#books = options.books;
    this.#nonces = [...options.nonces];
    this.book = options.books.open(systemClock.nowMs());
  }

  /** It has had all that it asked for, and is there. */
  get settled(): boolean {
    return this.book.end === undefined && this.#nonces.length === 0 && this.book.wants.every(({ doneAtMs }) => doneAtMs !== undefined);
  }

  /** Stays for so long, or until the signal or the bot ends it; leaves with a word, or by closing the connection. */
  async stay(
    { stayMs, farewell, signal }: { readonly stayMs: number; readonly farewell: boolean; readonly signal: AbortSignal },
  ): Promise<void> {
    // What happens from this instant on is not the bot's doing.
    const leave = () => this.book.ended("itself", systemClock.nowMs());
    signal.addEventListener("abort", leave, { once: true });
    if (signal.aborted) leave();
    const gone = new AbortController();
    const reading = this.#read().finally(() => gone.abort());
    this.#ask();
    await delay(systemClock, stayMs, AbortSignal.any([signal, gone.signal])).catch(() => {});
    signal.removeEventListener("abort", leave);
    leave();
    if (farewell) await this.#say({ case: "disconnect", value: true });
    try {
      this.#conn.close();
    } catch {
      // It is closed.
    }
    await reading;
  }

  /** Writes a text to the first channel, as an app does. */
  async write(text: string): Promise<void> {
    const id = freshPacketId();
    this.#books.wrote(this.book, { id, text, atMs: systemClock.nowMs() });
    const payloadVariant = {
      case: "decoded",
      value: { portnum: PortNum.TEXT_MESSAGE_APP, payload: new TextEncoder().encode(text) },
    } as const;
    await this.#say({ case: "packet", value: { to: BROADCAST_NUM, id, wantAck: true, hopLimit: HOPS, payloadVariant } });
  }

  async #read(): Promise<void> {
    const parser = new FrameParser({
      onFrame: (payload) => {
        this.book.frame(payload, systemClock.nowMs());
        this.#ask();
      },
      onText: (bytes) => this.book.noise(bytes.length),
    });
    const buffer = new Uint8Array(65_536);
    try {
      for (let count = await this.#conn.read(buffer); count !== null; count = await this.#conn.read(buffer)) {
        parser.push(buffer.slice(0, count));
      }
    } catch {
      // A reset, or it has left.
    }
    this.book.ended("bot", systemClock.nowMs());
  }

  /** The next handshake, when the one before has ended. */
  #ask(): void {
    const { wants, end } = this.book;
    const nonce = this.#nonces[0];
    if (nonce === undefined || end !== undefined || wants.some(({ doneAtMs }) => doneAtMs === undefined)) return;
    this.#nonces.shift();
    this.book.wanted(nonce, systemClock.nowMs());
    void this.#say({ case: "wantConfigId", value: nonce });
  }

  async #say(payloadVariant: NonNullable<Init<"ToRadio">["payloadVariant"]>): Promise<void> {
    try {
      await this.#conn.write(encodeFrame(encode("ToRadio", { payloadVariant })));
    } catch {
      // The bot has died; the reading side notes it.
    }
  }
}
