/** One client's TCP connection: what comes in, and what is written out, one frame after the other as the firmware does. */
import type { Socket } from "node:net";
import type { Clock, Timer } from "../clock.ts";
import { encodeFrame } from "../link/frame.ts";
import type { LinkFaults } from "./link_faults.ts";

/** Why a connection ended. */
export type CloseCause =
  | "disconnect"
  | "kicked"
  | "hungUp"
  | "reset"
  | "idle"
  | "writeFailed"
  | "stalled"
  | "socketError"
  | "rebooted"
  | "stopped";

// A client that does not read for so long gets a short write, which ends the connection (10 tries of a second each).
const STALL_LIMIT_MS = 10_000;

/** Who deals with the bytes. */
export interface ClientSocketOptions {
  readonly socket: Socket;
  readonly clock: Clock;
  readonly faults: LinkFaults;
  readonly onData: (chunk: Uint8Array) => void;
  /** The next payload for the client; undefined when there is none. */
  readonly next: () => Uint8Array | undefined;
  readonly onWritten: (payload: Uint8Array) => void;
  /** The client sent a FIN. The firmware does not notice. */
  readonly onFin: () => void;
  readonly onClosed: (cause: CloseCause) => void;
}

/** The connection. */
export class ClientSocket {
  readonly #options: ClientSocketOptions;
  readonly #socket: Socket;
  readonly #injected: Uint8Array[] = [];
  #writing = false;
  #open = true;
  #muted = false;

  constructor(options: ClientSocketOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#socket.on("data", (chunk: Uint8Array) => {
      if (!this.#open) return;
      options.onData(chunk);
      this.wake();
    });
    this.#socket.on("end", () => {
      if (this.#open) options.onFin();
    });
    this.#socket.on("error", () => this.close("socketError"));
    this.#readOrWait();
  }

  /** True when the client was gone before the node took its connection up. */
  get stillborn(): boolean {
    return this.#open && this.#socket.destroyed;
  }

  /** True until it is closed by either side's doing. */
  get open(): boolean {
    return this.#open;
  }

  /** There may be something to write. */
  wake(): void {
    if (!this.#writing && this.#open && !this.#silent) void this.#write();
  }

  /** Writes bytes between two frames. */
  inject(bytes: Uint8Array): void {
    this.#injected.push(bytes);
    this.wake();
  }

  /** This connection is dead from now on, though its socket stays open; later ones are not. */
  mute(): void {
    this.#muted = true;
    this.#readOrWait();
  }

  /** The node fell silent, or speaks again. */
  faultsChanged(): void {
    this.#readOrWait();
    this.wake();
  }

  /** Ends the connection: FIN, or RST for the cause "reset". */
  close(cause: CloseCause): void {
    if (!this.#open) return;
    this.#open = false;
    if (cause === "reset") this.#socket.resetAndDestroy();
    else this.#socket.destroy();
    this.#options.onClosed(cause);
  }

  get #silent(): boolean {
    return this.#muted || this.#options.faults.silent;
  }

  #readOrWait(): void {
    if (!this.#open) return;
    if (this.#silent) this.#socket.pause();
    else this.#socket.resume();
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#open && !this.#silent) {
      const injected = this.#injected.shift();
      const payload = injected === undefined ? this.#options.next() : undefined;
      if (injected === undefined && payload === undefined) break;
      const failure = await this.#writeAll(injected ?? encodeFrame(payload as Uint8Array));
      if (failure !== undefined) this.close(failure);
      else if (payload !== undefined) this.#options.onWritten(payload);
    }
    this.#writing = false;
  }

  async #writeAll(bytes: Uint8Array): Promise<CloseCause | undefined> {
    const step = this.#options.faults.bytesPerWrite ?? bytes.length;
    for (let from = 0; from < bytes.length; from += step) {
      const failure = await this.#writeOnce(bytes.subarray(from, from + step));
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  #writeOnce(bytes: Uint8Array): Promise<CloseCause | undefined> {
    return new Promise((resolve) => {
      let stall: Timer | undefined;
      let written = false;
      this.#socket.write(bytes, (error) => {
        written = true;
        stall?.cancel();
        resolve(error ? "writeFailed" : undefined);
      });
      if (!written) stall = this.#options.clock.after(STALL_LIMIT_MS, () => resolve("stalled"));
    });
  }
}
