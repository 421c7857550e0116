/** All clients that are connected: how they come, what they say, how they go. */
import type { Clock } from "../clock.ts";
import { logger } from "../log.ts";
import type { Role } from "./access.ts";
import { Client, type Outlet } from "./client.ts";
import { HttpOutlet } from "./http_outlet.ts";
import type { HttpSession } from "./http_sessions.ts";
import type { ClientView } from "./share_options.ts";
import { TcpClient } from "./tcp_client.ts";

const log = logger("service.share");

const MAX_CLIENTS = 50;
const MAX_CLIENTS_AN_ADDRESS = 30;

/** Who deals with them. */
export interface ClientsOptions {
  readonly clock: Clock;
  /** An encoded ToRadio. */
  readonly onToRadio: (client: Client, bytes: Uint8Array) => void;
  readonly onWantsHandshake: (client: Client, nonce: number) => void;
  /** It has surely had a text. */
  readonly onTook?: (client: Client, textNumber: number) => void;
  /** It is gone; `alone`: nobody else of its address is connected. */
  readonly onGone: (client: Client, alone: boolean) => void;
}

/** The clients. */
export class Clients implements Iterable<Client> {
  readonly #options: ClientsOptions;
  readonly #clients = new Set<Client>();
  #numbers = 0;
  #closed = false;

  constructor(options: ClientsOptions) {
    this.#options = options;
  }

  [Symbol.iterator](): Iterator<Client> {
    return this.#clients.values();
  }

  get views(): ClientView[] {
    const nowMs = this.#options.clock.nowMs();
    return [...this.#clients].map((client) => ({
      number: client.number,
      address: client.address,
      kind: client.kind,
      role: client.role,
      connectedForMs: nowMs - client.connectedAtMs,
      ...client.counts,
    }));
  }

  /** Whether nobody else of its address is connected. */
  isAlone(client: Client): boolean {
    return ![...this.#clients].some((other) => other !== client && other.address === client.address);
  }

  /** A TCP connection, which is theirs to close from now on. */
  accept(conn: Deno.TcpConn, address: string, role: Role): void {
    const tcp = new TcpClient({
      conn,
      clock: this.#options.clock,
      onPayload: (bytes) => client !== undefined && this.#heard(client, bytes),
      onText: (textNumber) => client !== undefined && this.#took(client, textNumber),
      onEnd: (reason) => client !== undefined && this.end(client, reason),
    });
    const client = this.#open(address, "tcp", role, tcp);
    if (client === undefined) tcp.close();
    else tcp.start();
  }

  /** A page that asks by HTTP; undefined: there is no room. */
  openHttp(address: string, role: Role): HttpSession | undefined {
    const outlet = new HttpOutlet((textNumber) => client !== undefined && this.#took(client, textNumber));
    const client = this.#open(address, "http", role, outlet);
    if (client === undefined) return undefined;
    return {
      outlet,
      get ended() {
        return client.ended;
      },
      take: (bytes) => bytes === undefined ? client.alive() : this.#heard(client, bytes),
    };
  }

  /** Ends a client; harmless when called again. */
  end(client: Client, reason: string): void {
    if (client.ended) return;
    client.end();
    this.#clients.delete(client);
    log.info`${client.label} is gone: ${reason}`;
    this.#options.onGone(client, this.isAlone(client));
  }

  endAll(reason: string): void {
    for (const client of [...this.#clients]) this.end(client, reason);
  }

  /** Lets nobody in any more. */
  close(reason: string): void {
    this.#closed = true;
    this.endAll(reason);
  }

  #took(client: Client, textNumber: number): void {
    client.tookText(textNumber);
    this.#options.onTook?.(client, textNumber);
  }

  #heard(client: Client, bytes: Uint8Array): void {
    if (client.ended) return;
    client.alive();
    this.#options.onToRadio(client, bytes);
  }

  #open(address: string, kind: "tcp" | "http", role: Role, outlet: Outlet): Client | undefined {
    const here = [...this.#clients].filter((client) => client.address === address);
    if (this.#closed || this.#clients.size >= MAX_CLIENTS || here.length >= MAX_CLIENTS_AN_ADDRESS) {
      log.warn`a client at ${address} is refused: ${this.#clients.size} are connected, ${here.length} of them from there`;
      return undefined;
    }
    const { clock, onWantsHandshake } = this.#options;
    const client = new Client({
      number: this.#numbers += 1,
      address,
      kind,
      role,
      clock,
      outlet,
      onWantsHandshake,
      onEnd: (who, reason) => this.end(who, reason),
    });
    this.#clients.add(client);
    log.info`${client.label} is connected`;
    return client;
  }
}
