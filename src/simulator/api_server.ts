/** The listening side: connections wait in the backlog until the node looks for them, every 100 ms (ServerAPI.cpp). */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Clock, Timer } from "../clock.ts";
import type { LinkFaults } from "./link_faults.ts";

/** What the server needs. */
export interface ApiServerOptions {
  readonly clock: Clock;
  readonly hostname: string;
  /** How often the node looks for new connections; 0: at once. */
  readonly acceptPollMs: number;
  readonly faults: LinkFaults;
  /** A connection is in the backlog: the client believes that it is connected. */
  readonly onDial: (remotePort: number) => void;
  /** The node takes a connection up. */
  readonly onAccept: (socket: Socket) => void;
}

/** The server. */
export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #startedAtMs: number;
  readonly #backlog: Socket[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #servers = new Set<Promise<void>>();
  #server: Server | undefined;
  #poll: Timer | undefined;
  #port = 0;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.nowMs();
  }

  /** The port, the same after a refusal. */
  get port(): number {
    return this.#port;
  }

  /** False while connections are refused. */
  get listening(): boolean {
    return this.#server !== undefined;
  }

  /** Listens on `port`, 0 for any; rejects when the port cannot be had. */
  async listen(port: number): Promise<void> {
    // A FIN from the client must not end our side: the firmware does not notice it either.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => this.#dialed(socket));
    this.#server = server;
    const closed = Promise.withResolvers<void>();
    server.once("close", () => closed.resolve());
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, this.#options.hostname, () => resolve());
      });
    } catch (error) {
      if (this.#server === server) this.#server = undefined;
      throw error;
    }
    this.#servers.add(closed.promise);
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Stops listening: the next dial is refused, and who waits in the backlog is reset. */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
    this.#poll?.cancel();
    this.#poll = undefined;
    for (const socket of this.#backlog.splice(0)) socket.resetAndDestroy();
  }

  /** The faults have changed: what waits may have its turn now. */
  faultsChanged(): void {
    this.#lookLater();
  }

  /** Closes everything; resolves when no socket is left. */
  async stop(): Promise<void> {
    this.refuse();
    const closing = [...this.#sockets].map((socket) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.once("close", () => resolve());
      socket.destroy();
      return promise;
    });
    await Promise.all([...closing, ...this.#servers]);
  }

  #dialed(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    this.#backlog.push(socket);
    this.#options.onDial(socket.remotePort ?? 0);
    this.#lookLater();
  }

  #lookLater(): void {
    const { clock, acceptPollMs, faults } = this.#options;
    if (this.#poll !== undefined || this.#backlog.length === 0 || faults.silent) return;
    const delayMs = faults.slowAcceptMs + untilNextMs(clock.nowMs() - this.#startedAtMs, acceptPollMs);
    if (delayMs === 0) return this.#look();
    this.#poll = clock.after(delayMs, () => {
      this.#poll = undefined;
      if (!faults.silent) this.#look();
    });
  }

  #look(): void {
    const socket = this.#backlog.shift();
    if (socket !== undefined) this.#options.onAccept(socket);
    this.#lookLater();
  }
}

function untilNextMs(elapsedMs: number, everyMs: number): number {
  if (everyMs === 0) return 0;
  return everyMs - elapsedMs % everyMs;
}
