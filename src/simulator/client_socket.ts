/** One client's TCP connection: what comes in, and what is written out, one frame after the other as the firmware does. */
import type { Socket } from "node:net";
import type { Clock, Timer } from "../clock.ts";
import { encodeFrame, MAX_PAYLOAD_BYTES } from "../link/frame.ts";
import { logger } from "../log.ts";
import type { LinkFaults } from "./link_faults.ts";

const log = logger("service.simulator");

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
const BATCH_BYTES = 8192;
// Between two looks of a busy node at its client.
const THAW_MS = 5;

/** Who deals with the bytes. */
export interface ClientSocketOptions {
  readonly socket: Socket;
  readonly clock: Clock;
  readonly faults: LinkFaults;
  readonly onData: (chunk: Uint8Array) => void;
  /** The next payload for the client; undefined when there is none. */
  readonly next: () => Uint8Array | undefined;
  readonly onWritten: (payload: Uint8Array) => void;
  /** A payload was taken and not written whole. */
  readonly onUnwritten: (payload: Uint8Array) => void;
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
  #thaw: Timer | undefined;

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
    // What came meanwhile is read before anything is written (StreamAPI.cpp, runOncePart): it may be a farewell.
    this.#thaw?.cancel();
    if (!this.#silent) this.#thaw = this.#options.clock.after(THAW_MS, () => this.wake());
  }

  /** Ends the connection: FIN, or RST for the cause "reset". */
  close(cause: CloseCause): void {
    if (!this.#open) return;
    this.#open = false;
    this.#thaw?.cancel();
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
    // The firmware writes when it has dealt with all that it read: reports overtake the packets of the same moment.
    await Promise.resolve();
    while (this.#open && !this.#silent) {
      const { bytes, payloads } = this.#batch();
      if (bytes.length === 0) break;
      const failure = await this.#writeAll(bytes);
      if (failure !== undefined) {
        this.close(failure);
        for (const payload of payloads) this.#options.onUnwritten(payload);
      } else for (const payload of payloads) this.#options.onWritten(payload);
    }
    this.#writing = false;
  }

  /** What is ready now. It goes out in one write, as TCP would join it anyway; when that fails, all of it is lost. */
  #batch(): { readonly bytes: Uint8Array; readonly payloads: readonly Uint8Array[] } {
    const pieces = this.#injected.splice(0);
    const payloads: Uint8Array[] = [];
    let lengthBytes = 0;
    while (lengthBytes < BATCH_BYTES) {
      const payload = this.#options.next();
      if (payload === undefined) break;
      if (payload.length > MAX_PAYLOAD_BYTES) {
        log.warn`a message of ${payload.length} bytes fits no frame and is left out: no real node holds such data`;
        continue;
      }
      payloads.push(payload);
      pieces.push(encodeFrame(payload));
      lengthBytes += payload.length;
    }
    const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return { bytes, payloads };
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
