/** The two doors, open while there is something to show: a client that would only wait in vain is refused. */
import { type Clock, delay } from "../clock.ts";
import { describeError } from "../errors.ts";
import { logger } from "../log.ts";
import { type AccessList, plainAddress, type Role } from "./access.ts";
import { HttpServer } from "./http_server.ts";
import type { OpenSession } from "./http_sessions.ts";
import { formatListen, type ListenAddress } from "./listen_address.ts";

const log = logger("service.share");

const RETRY_MS = 30_000;
const ACCEPT_PAUSE_MS = 1000;
const STRANGERS_REMEMBERED = 100;
const STRANGER_LOG_MS = 60_000;

/** What the doors need. */
export interface ListenersOptions {
  readonly clock: Clock;
  readonly tcp: ListenAddress | undefined;
  readonly http: ListenAddress | undefined;
  /** Sites whose pages may ask by HTTP. */
  readonly httpOrigins: readonly string[];
  readonly access: AccessList;
  /** A client came by TCP; the connection is now the taker's to close. */
  readonly onConn: (conn: Deno.TcpConn, address: string, role: Role) => void;
  /** A client came by HTTP; undefined: there is no room. */
  readonly onHttp: OpenSession;
  /** A door has been opened. */
  readonly onOpen: () => void;
}

/** The doors. */
export class Listeners {
  readonly #options: ListenersOptions;
  readonly #strangers = new Map<string, number>();
  /** Where they are, port included: a door that is closed opens again at the same place. */
  #tcpAt: ListenAddress | undefined;
  #httpAt: ListenAddress | undefined;
  #tcp: Deno.TcpListener | undefined;
  #http: HttpServer | undefined;
  #accepting: Promise<void> = Promise.resolve();
  #closing: Promise<void> = Promise.resolve();
  #stop = new AbortController();

  constructor(options: ListenersOptions) {
    this.#options = options;
    this.#tcpAt = options.tcp;
    this.#httpAt = options.http;
  }

  /** Where clients can come now. */
  get tcp(): ListenAddress | undefined {
    return this.#tcp === undefined ? undefined : this.#tcpAt;
  }

  get http(): ListenAddress | undefined {
    return this.#http === undefined ? undefined : this.#httpAt;
  }

  /** Opens both; a port that cannot be had is tried again every 30 s. */
  open(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    void this.#openBoth(this.#stop.signal);
  }

  /** Closes both; resolves when nothing of them is left. */
  async close(): Promise<void> {
    this.#stop.abort();
    const http = this.#http;
    this.#http = undefined;
    this.#tcp?.close();
    this.#tcp = undefined;
    this.#closing = Promise.all([this.#closing, this.#accepting, http?.close()]).then(() => {});
    await this.#closing;
  }

  async #openBoth(signal: AbortSignal): Promise<void> {
    await this.#closing;
    while (!signal.aborted) {
      this.#tryTcp(signal);
      this.#tryHttp();
      const { tcp, http } = this.#options;
      if ((tcp === undefined || this.#tcp !== undefined) && (http === undefined || this.#http !== undefined)) return;
      await delay(this.#options.clock, RETRY_MS, signal).catch(() => {});
    }
  }

  #tryTcp(signal: AbortSignal): void {
    if (this.#tcpAt === undefined || this.#tcp !== undefined) return;
    try {
      this.#tcp = Deno.listen({ ...this.#tcpAt, transport: "tcp" });
      this.#tcpAt = { hostname: this.#tcpAt.hostname, port: this.#tcp.addr.port };
      this.#accepting = this.#accept(this.#tcp, signal);
      log.info`clients are served at ${formatListen(this.#tcpAt)}`;
      this.#options.onOpen();
    } catch (error) {
      log.error`cannot listen at ${formatListen(this.#tcpAt)}: ${describeError(error)}; trying again in ${RETRY_MS / 1000} s`;
    }
  }

  #tryHttp(): void {
    const { access, httpOrigins: origins, onHttp } = this.#options;
    if (this.#httpAt === undefined || this.#http !== undefined) return;
    const roleOf = (address: string) => this.#roleOf(access, address);
    try {
      this.#http = new HttpServer({ ...this.#httpAt, origins, roleOf, open: onHttp });
      this.#httpAt = { hostname: this.#httpAt.hostname, port: this.#http.port };
      log.info`HTTP clients are served at ${formatListen(this.#httpAt)}`;
    } catch (error) {
      log.error`cannot listen at ${formatListen(this.#httpAt)}: ${describeError(error)}; trying again in ${RETRY_MS / 1000} s`;
    }
  }

  async #accept(listener: Deno.TcpListener, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let conn: Deno.TcpConn;
      try {
        conn = await listener.accept();
      } catch (error) {
        if (signal.aborted || error instanceof Deno.errors.BadResource) return;
        log.warn`a client could not be accepted: ${describeError(error)}`;
        await delay(this.#options.clock, ACCEPT_PAUSE_MS, signal).catch(() => {});
        continue;
      }
      const address = plainAddress(conn.remoteAddr.hostname);
      const role = this.#roleOf(this.#options.access, address);
      if (role === undefined || signal.aborted) conn.close();
      else this.#take(conn, address, role);
    }
  }

  #take(conn: Deno.TcpConn, address: string, role: Role): void {
    try {
      this.#options.onConn(conn, address, role);
    } catch (error) {
      // It was gone before it was looked at.
      log.debug`the connection of ${address} cannot be used: ${describeError(error)}`;
      conn.close();
    }
  }

  #roleOf(access: AccessList, address: string): Role | undefined {
    const role = access.roleOf(address);
    if (role === undefined) this.#logStranger(address);
    return role;
  }

  /** Once a minute for each: whoever knocks without end fills no log. */
  #logStranger(address: string): void {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - (this.#strangers.get(address) ?? -Infinity) < STRANGER_LOG_MS) return;
    this.#strangers.delete(address);
    this.#strangers.set(address, nowMs);
    if (this.#strangers.size > STRANGERS_REMEMBERED) this.#strangers.delete(this.#strangers.keys().next().value as string);
    log.warn`${address} is not allowed to share the node: [share] allow does not name it`;
  }
}
