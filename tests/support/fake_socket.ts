/** A TCP connection whose other end the test plays. */
import type { ConnectFunction, Socket } from "../../src/link/connection.ts";
import { decode, encode } from "../../src/link/codec.ts";
import { encodeFrame, FrameParser } from "../../src/link/frame.ts";
import type { Init, ToRadio } from "../../src/link/messages.ts";

/** The socket, and what the node's side does with it. */
export class FakeSocket implements Socket {
  /** Every write, as one chunk. */
  readonly writes: Uint8Array[] = [];
  /** What each write does; the default takes everything. */
  onWrite: (bytes: Uint8Array) => Promise<number> = (bytes) => Promise.resolve(bytes.length);
  closes = 0;
  readonly #incoming: (Uint8Array | null | Error)[] = [];
  #reading: PromiseWithResolvers<void> | undefined;

  /** Bytes come from the node. */
  arrive(bytes: Uint8Array): void {
    this.#put(bytes);
  }

  /** A message comes from the node. */
  say(message: Init<"FromRadio">): void {
    this.#put(encodeFrame(encode("FromRadio", message)));
  }

  /** The node closes in order. */
  fin(): void {
    this.#put(null);
  }

  /** The pending read fails. */
  failRead(error: Error): void {
    this.#put(error);
  }

  /** The messages written so far. */
  messages(): ToRadio[] {
    const messages: ToRadio[] = [];
    const parser = new FrameParser({ onFrame: (payload) => void messages.push(decode("ToRadio", payload.slice())) });
    for (const bytes of this.writes) parser.push(bytes);
    return messages;
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#incoming.length === 0) {
      if (this.closes > 0) throw new Deno.errors.Interrupted("operation canceled");
      this.#reading = Promise.withResolvers();
      await this.#reading.promise;
    }
    const next = this.#incoming.shift() as Uint8Array | null | Error;
    if (next instanceof Error) throw next;
    if (next === null) return null;
    into.set(next.subarray(0, into.length));
    if (next.length > into.length) this.#incoming.unshift(next.subarray(into.length));
    return Math.min(next.length, into.length);
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (this.closes > 0) throw new Deno.errors.BadResource("the socket is closed");
    const count = await this.onWrite(bytes);
    this.writes.push(bytes.slice(0, count));
    return count;
  }

  close(): void {
    if (this.closes++ > 0) throw new Deno.errors.BadResource("the socket is closed");
    this.#reading?.resolve();
  }

  #put(item: Uint8Array | null | Error): void {
    this.#incoming.push(item);
    this.#reading?.resolve();
  }
}

/** Connects to fake sockets, a new one for each dial, and counts those that are open at once. */
export function fakeConnect(): { readonly connect: ConnectFunction; readonly sockets: FakeSocket[]; openAtDial(): number[] } {
  const sockets: FakeSocket[] = [];
  const openAtDial: number[] = [];
  return {
    sockets,
    openAtDial: () => openAtDial,
    connect() {
      openAtDial.push(sockets.filter((socket) => socket.closes === 0).length);
      const socket = new FakeSocket();
      sockets.push(socket);
      return Promise.resolve(socket);
    },
  };
}
