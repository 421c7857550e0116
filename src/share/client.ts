/** One client, however it is connected: who it is, what it may do, what it has been told. */
import type { Clock, Timer } from "../clock.ts";
import { MAX_PAYLOAD_BYTES } from "../link/frame.ts";
import type { Role } from "./access.ts";
import type { Payload } from "./payload.ts";

/** A client that sends nothing for so long is gone: the node itself closes it then (firmware 2.7.21 and later). */
export const IDLE_CLOSE_MS = 15 * 60_000;

/** What waits for a client that does not read; beyond, it is closed. */
export const MAX_UNREAD_BYTES = 1_048_576;

const DUMP_GAP_MS = 1000;

/** The way to a client. */
export interface Outlet {
  /** Takes a message to be written as soon as the client reads. */
  push(payload: Payload): void;
  /** Bytes that the client has not taken yet. */
  readonly unreadBytes: number;
  /** Ends the connection; what waits is lost. */
  close(): void;
}

/** What a client is made from. */
export interface ClientOptions {
  readonly number: number;
  readonly address: string;
  readonly kind: "tcp" | "http";
  readonly role: Role;
  readonly clock: Clock;
  readonly outlet: Outlet;
  /** It wants a handshake, and may have one now. */
  readonly onWantsHandshake: (client: Client, nonce: number) => void;
  /** It is to be closed, by what it did or did not do. */
  readonly onEnd: (client: Client, reason: string) => void;
}

/** The client. */
export class Client {
  readonly number: number;
  readonly address: string;
  readonly kind: "tcp" | "http";
  readonly role: Role;
  readonly connectedAtMs: number;
  readonly #options: ClientOptions;
  #idle: Timer;
  #nextDumpAtMs = 0;
  #dump: Timer | undefined;
  #ended = false;
  #listens = false;
  #heard = 0;
  #sent = 0;
  /** The last text that it has taken. */
  #textNumber = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.number = options.number;
    this.address = options.address;
    this.kind = options.kind;
    this.role = options.role;
    this.connectedAtMs = options.clock.nowMs();
    this.#idle = this.#watchIdle();
  }

  /** It has had a handshake: from then on it is told what happens. */
  get listens(): boolean {
    return this.#listens;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Messages from it, and to it. */
  get counts(): { readonly fromClient: number; readonly toClient: number; readonly unreadBytes: number } {
    return { fromClient: this.#heard, toClient: this.#sent, unreadBytes: this.#options.outlet.unreadBytes };
  }

  /** The number of the last text that it has surely had. */
  get lastTextNumber(): number {
    return this.#textNumber;
  }

  /** For the log. */
  get label(): string {
    return `client ${this.number} (${this.address}${this.kind === "http" ? ", HTTP" : ""}, ${this.role})`;
  }

  /** Tells it something, with or without the secrets as its role wants. */
  tell(payload: Payload): void {
    // What fits in no frame is nothing that a radio says.
    if (this.#ended || payload.bytes.length > MAX_PAYLOAD_BYTES) return;
    this.#sent += 1;
    this.#options.outlet.push(this.role === "full" ? payload : payload.withoutSecrets);
    if (this.#options.outlet.unreadBytes > MAX_UNREAD_BYTES) this.#options.onEnd(this, "it does not read what it is sent");
  }

  /** It was heard of. */
  alive(): void {
    this.#heard += 1;
    this.#idle.cancel();
    if (!this.#ended) this.#idle = this.#watchIdle();
  }

  /** A text was taken by it, or counts as taken. */
  tookText(textNumber: number): void {
    this.#textNumber = Math.max(this.#textNumber, textNumber);
  }

  /** Wants a handshake: at once, but one a second; of several wishes meanwhile the last one counts. */
  wantHandshake(nonce: number): void {
    const { clock, onWantsHandshake } = this.#options;
    const nowMs = clock.nowMs();
    this.#dump?.cancel();
    this.#dump = undefined;
    const dump = () => {
      this.#dump = undefined;
      this.#nextDumpAtMs = clock.nowMs() + DUMP_GAP_MS;
      onWantsHandshake(this, nonce);
    };
    if (nowMs >= this.#nextDumpAtMs) dump();
    else this.#dump = clock.after(this.#nextDumpAtMs - nowMs, dump);
  }

  /** A handshake has been told to it; true for the first one. */
  configured(): boolean {
    const first = !this.#listens;
    this.#listens = true;
    return first;
  }

  /** Ends it; harmless when called again. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#idle.cancel();
    this.#dump?.cancel();
    this.#options.outlet.close();
  }

  #watchIdle(): Timer {
    return this.#options.clock.after(IDLE_CLOSE_MS, () => this.#options.onEnd(this, "nothing was heard of it for 15 minutes"));
  }
}
