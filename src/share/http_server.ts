/** The HTTP side of the API, as the firmware's own web server has it: two paths, one message after the other, a session a cookie. */
import { logger } from "../log.ts";
import type { Role } from "./access.ts";
import { plainAddress } from "./access.ts";
import { HttpSessions, type OpenSession } from "./http_sessions.ts";
import { MAX_TO_RADIO_BYTES } from "./stream_reader.ts";
import { pageFault } from "./web_page.ts";
import { join } from "./wire.ts";

const log = logger("service.share");

const FROM_RADIO_PATH = "/api/v1/fromradio";
const TO_RADIO_PATH = "/api/v1/toradio";
const MAX_REFUSED_LOGGED = 20;

/** What the server needs. */
export interface HttpServerOptions {
  readonly hostname: string;
  readonly port: number;
  /** Sites whose pages may ask, such as `https://client.meshtastic.org`; those of this machine may always. */
  readonly origins: readonly string[];
  readonly roleOf: (address: string) => Role | undefined;
  /** A new client; undefined: it cannot be served now. */
  readonly open: OpenSession;
}

/** A listening server. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #sessions: HttpSessions;
  readonly #refused = new Set<string>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** Listens; throws the system's error when the port cannot be had. */
  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#sessions = new HttpSessions(options.open);
    const { hostname, port } = options;
    this.#server = Deno.serve(
      { hostname, port, onListen() {}, onError: (error) => this.#failed(error) },
      (request, info) => this.#handle(request, plainAddress(info.remoteAddr.hostname)),
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  async close(): Promise<void> {
    await this.#server.shutdown();
  }

  #failed(error: unknown): Response {
    log.error`an HTTP request could not be dealt with: ${error}`;
    return new Response(null, { status: 500 });
  }

  async #handle(request: Request, address: string): Promise<Response> {
    const url = URL.parse(request.url);
    // The host that it names is none.
    if (url === null) return new Response("bad request\n", { status: 400 });
    const fault = pageFault(request, this.#options.origins);
    if (fault !== undefined) {
      this.#logRefused(fault);
      // Without headers that let the page read it.
      return new Response(`${fault}\n`, { status: 403 });
    }
    const headers = corsHeaders(request);
    const { pathname, searchParams } = url;
    const role = this.#options.roleOf(address);
    if (role === undefined) return new Response("not allowed\n", { status: 403, headers });
    const method = pathname === FROM_RADIO_PATH ? "GET" : pathname === TO_RADIO_PATH ? "PUT" : undefined;
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers });
    if (method === undefined) return new Response("not found\n", { status: 404, headers });
    if (request.method !== method) return new Response("method not allowed\n", { status: 405, headers });
    const body = method === "PUT" ? await readBody(request) : undefined;
    if (body === "too long") return new Response("too long\n", { status: 413, headers });
    if (body === "broken off") return new Response("broken off\n", { status: 400, headers });
    const session = this.#sessions.of(request, headers, { address, role, speaks: body !== undefined });
    if (session === undefined) return new Response("not now\n", { status: 503, headers });
    session.take(body);
    headers.set("Content-Type", "application/x-protobuf");
    const answer = body ?? session.outlet.take(searchParams.get("all") === "true");
    return new Response(new Uint8Array(answer), { headers });
  }

  /** Once for each reason: a page can ask without end. */
  #logRefused(fault: string): void {
    if (this.#refused.size >= MAX_REFUSED_LOGGED || this.#refused.has(fault)) return;
    this.#refused.add(fault);
    log.warn`a web page was refused: ${fault}; [share] http_origins names the sites that may`;
  }
}

/** For the pages that may ask: the web client comes from another site. */
function corsHeaders(request: Request): Headers {
  const headers = new Headers({
    "Access-Control-Allow-Origin": request.headers.get("origin") ?? "*",
    "Access-Control-Allow-Methods": "GET, PUT, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
    "Cache-Control": "no-store",
    "Vary": "Origin",
  });
  if (request.headers.has("origin")) headers.set("Access-Control-Allow-Credentials", "true");
  if (request.headers.get("access-control-request-private-network") === "true") headers.set("Access-Control-Allow-Private-Network", "true");
  return headers;
}

/** The body: not when it is longer than a ToRadio may be, nor when the connection ends within it, or it is not written as it says. */
async function readBody(request: Request): Promise<Uint8Array | "too long" | "broken off"> {
  const pieces: Uint8Array[] = [];
  let lengthBytes = 0;
  try {
    for await (const piece of request.body ?? []) {
      pieces.push(piece);
      lengthBytes += piece.length;
      if (lengthBytes > MAX_TO_RADIO_BYTES) return "too long";
    }
  } catch {
    return "broken off";
  }
  return join(pieces);
}
