/** One client of the node: its connection, its frames, its conversation, and the 15 minutes that it may be silent. */
import type { Socket } from "node:net";
import type { Timer } from "../clock.ts";
import type { ToRadio } from "../link/messages.ts";
import { ClientSocket, type CloseCause } from "./client_socket.ts";
import type { LinkFaults } from "./link_faults.ts";
import type { NodeCore } from "./node_core.ts";
import { PhoneApi } from "./phone_api.ts";
import { StreamReader } from "./stream_reader.ts";

/** What a client is made from, and who is told what it does. */
export interface ClientOptions {
  readonly socket: Socket;
  readonly core: NodeCore;
  readonly faults: LinkFaults;
  readonly onMessage: (message: ToRadio) => void;
  readonly onConfigured: (nonce: number) => void;
  readonly onWritten: (payload: Uint8Array) => void;
  readonly onUnwritten: (payload: Uint8Array) => void;
  readonly onFin: () => void;
  readonly onClosed: (cause: CloseCause) => void;
}

/** The client. */
export class Client {
  readonly socket: ClientSocket;
  readonly #core: NodeCore;
  readonly #api: PhoneApi;
  #idle: Timer | undefined;

  constructor(options: ClientOptions) {
    const { core } = options;
    this.#core = core;
    const api = this.#api = new PhoneApi({
      clock: core.clock,
      station: core.station,
      queues: core.queues,
      radio: core.radio,
      router: core.router,
      modules: core.modules,
      onMessage: options.onMessage,
      onConfigured: options.onConfigured,
      onDisconnect: () => this.socket.close("disconnect"),
    });
    const reader = new StreamReader((payload) => {
      if (this.socket.open) api.take(payload);
    });
    this.socket = new ClientSocket({
      socket: options.socket,
      clock: core.clock,
      faults: options.faults,
      onData: (chunk) => reader.push(chunk),
      next: () => api.next(),
      onWritten: options.onWritten,
      onUnwritten: options.onUnwritten,
      onFin: options.onFin,
      onClosed: (cause) => {
        this.#idle?.cancel();
        options.onClosed(cause);
      },
    });
    this.#watchIdle();
  }

  #watchIdle(): void {
    const limitMs = this.#core.station.firmware.idleCloseMs;
    if (limitMs === undefined || !this.socket.open) return;
    const leftMs = limitMs - (this.#core.clock.nowMs() - this.#api.contactAtMs);
    if (leftMs <= 0) return this.socket.close("idle");
    this.#idle = this.#core.clock.after(leftMs, () => this.#watchIdle());
  }
}
