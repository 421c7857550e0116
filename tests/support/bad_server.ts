/** A web server on 127.0.0.1 that misbehaves on purpose, byte by byte, and answers well where a test says how. */

/** How the server misbehaves; `ok` is an honest answer. */
export type BadKind =
  /** 200, a small JSON object. */
  | "ok"
  /** Takes the request and never answers. */
  | "hang"
  /** The head and the first bytes of the body, then nothing. */
  | "hangBody"
  | "status401"
  | "status404"
  | "status500"
  /** 100 MB without saying so before. */
  | "huge"
  /** 100 MB, announced. */
  | "hugeTold"
  /** 100 MB packed into 100 kB. */
  | "bomb"
  /** Headers without end. */
  | "endlessHead"
  /** Closes before the first byte. */
  | "closeAtOnce"
  /** A chunked answer that ends in the middle. */
  | "closeHalf"
  /** Announces more bytes than it sends. */
  | "lessThanTold"
  /** Sends more bytes than it announced. */
  | "moreThanTold"
  /** To itself, for ever. */
  | "redirectLoop"
  /** To `ok` on the same host and port. */
  | "redirectSame"
  /** To the same server under another name: whoever follows appears in `requests` with the kind `trap`. */
  | "redirectElsewhere"
  /** To file:///etc/hostname. */
  | "redirectFile"
  /** 302 without saying where to. */
  | "redirectNowhere"
  /** Bytes that are not HTTP. */
  | "garbage"
  /** 200 and JSON by its type, random bytes by its body. */
  | "garbageBody"
  /** 200 and a sentence for people. */
  | "prose"
  /** 200 and nothing. */
  | "empty";

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  /** The path and query exactly as sent, not decoded. */
  readonly target: string;
  /** The path without the query, not decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: string;
  /** The first segment of the path: a kind, a place given to `serve`, or anything else. */
  readonly kind: string;
  /** Settles once the connection is closed, by whomever. */
  readonly closed: Promise<void>;
}

/** A good answer: 200 and JSON unless told otherwise; a body that is not a string or bytes is written as JSON. */
export interface ServedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Answers requests; a kind misbehaves in that way. */
export type Serve = (request: SeenRequest) => ServedAnswer | BadKind | Promise<ServedAnswer | BadKind>;

/** A running server. */
export interface BadServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly port: number;
  /** Where the server behaves so: whatever path is appended. */
  url(kind: BadKind): string;
  /** Answers what begins with `/name` from now on; gives its URL. A kind's own name changes how it behaves. */
  serve(name: string, serve: Serve): string;
  /** Every request so far, in order. */
  readonly requests: readonly SeenRequest[];
  /** Resolves when there have been that many requests. */
  seen(count: number): Promise<void>;
}

const HUGE_BYTES = 100_000_000;
const CHUNK = new Uint8Array(65_536).fill(0x20);
const MAX_HEAD_BYTES = 65_536;
const PROSE = "Unknown location; please try ~48.85,2.35\n";
const encoder = new TextEncoder();

/** Starts a server on a free port of 127.0.0.1. */
export function startBadServer(): Promise<BadServer> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const origin = `http://127.0.0.1:${port}`;
  const requests: SeenRequest[] = [];
  const served = new Map<string, Serve>();
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const open = new Set<Deno.Conn>();
  const tasks = new Set<Promise<void>>();

  async function handle(conn: Deno.Conn): Promise<void> {
    const closed = Promise.withResolvers<void>();
    open.add(conn);
    try {
      const request = await readRequest(conn, closed.promise);
      if (request === undefined) return;
      requests.push(request);
      for (const waiter of waiting) if (requests.length >= waiter.count) waiter.resolve();
      const serve = served.get(request.kind);
      const answer = serve === undefined ? (request.kind as BadKind) : await serve(request);
      if (typeof answer === "string") await misbehave(conn, answer, request, port);
      else await writeAnswer(conn, answer);
    } catch (error) {
      if (!isClosedConnection(error)) throw error;
    } finally {
      open.delete(conn);
      close(conn);
      closed.resolve();
    }
  }

  async function accept(): Promise<void> {
    for await (const conn of listener) {
      const task = handle(conn).finally(() => tasks.delete(task));
      tasks.add(task);
    }
  }

  const accepting = accept();
  return Promise.resolve({
    origin,
    port,
    requests,
    url: (kind) => `${origin}/${kind}`,
    serve(name, serve) {
      served.set(name, serve);
      return `${origin}/${name}`;
    },
    seen(count) {
      if (requests.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const conn of open) close(conn);
      await Promise.all(tasks);
    },
  });
}

async function readRequest(conn: Deno.Conn, closed: Promise<void>): Promise<SeenRequest | undefined> {
  const buffer = new Uint8Array(MAX_HEAD_BYTES);
  const decoder = new TextDecoder("latin1");
  let text = "";
  let headEnd = -1;
  while (headEnd < 0) {
    const count = await conn.read(buffer);
    if (count === null || text.length > MAX_HEAD_BYTES) return undefined;
    text += decoder.decode(buffer.subarray(0, count));
    headEnd = text.indexOf("\r\n\r\n");
  }
  const [first = "", ...lines] = text.slice(0, headEnd).split("\r\n");
  const [method = "", target = ""] = first.split(" ");
  const headers = new Headers(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  }));
  let body = text.slice(headEnd + 4);
  while (body.length < Number(headers.get("content-length") ?? 0)) {
    const count = await conn.read(buffer);
    if (count === null) break;
    body += decoder.decode(buffer.subarray(0, count));
  }
  const [path = "", search = ""] = target.split("?");
  const kind = path.split("/")[1] ?? "";
  return { method, target, path, query: new URLSearchParams(search), headers, body, kind, closed };
}

async function misbehave(conn: Deno.Conn, kind: BadKind, request: SeenRequest, port: number): Promise<void> {
  switch (kind) {
    case "ok":
      return await writeAnswer(conn, { body: { ok: true } });
    case "hang":
      return await untilClosed(conn);
    case "hangBody":
      await write(conn, head("200 OK", { "content-type": "application/json", "content-length": "1000" }) + '{"half":');
      return await untilClosed(conn);
    case "status401":
      return await writeAnswer(conn, { status: 401, headers: { "www-authenticate": 'Basic realm="x"' }, body: "no" });
    case "status404":
      return await writeAnswer(conn, { status: 404, body: "not found" });
    case "status500":
      return await writeAnswer(conn, { status: 500, body: "Internal Server Error" });
    case "huge":
      await write(conn, head("200 OK", { "content-type": "application/json" }));
      return await writeSpaces(conn, HUGE_BYTES);
    case "hugeTold":
      await write(conn, head("200 OK", { "content-type": "application/json", "content-length": String(HUGE_BYTES) }));
      return await writeSpaces(conn, HUGE_BYTES);
    case "bomb":
      await write(conn, head("200 OK", { "content-type": "application/json", "content-encoding": "gzip" }));
      return await writeBomb(conn);
    case "endlessHead":
      await write(conn, "HTTP/1.1 200 OK\r\n");
      for (let count = 0; count < 100_000; count++) await write(conn, `x-filler-${count}: ${"x".repeat(1000)}\r\n`);
      return;
    case "closeAtOnce":
      return;
    case "closeHalf":
      return await write(
        conn,
        head("200 OK", { "content-type": "application/json", "transfer-encoding": "chunked" }) + '8\r\n{"half":\r\n',
      );
    case "lessThanTold":
      return await write(conn, head("200 OK", { "content-type": "application/json", "content-length": "1000" }) + '{"half": 1}');
    case "moreThanTold":
      return await write(conn, head("200 OK", { "content-type": "application/json", "content-length": "9" }) + '{"half": 1, "rest": 2}');
    case "redirectLoop":
      return await redirect(conn, `/redirectLoop/${Number(request.path.split("/").at(-1)) + 1 || 1}`);
    case "redirectSame":
      return await redirect(conn, "/ok");
    case "redirectElsewhere":
      return await redirect(conn, `http://localhost:${port}/trap`);
    case "redirectFile":
      return await redirect(conn, "file:///etc/hostname");
    case "redirectNowhere":
      return await writeAnswer(conn, { status: 302, body: "" });
    case "garbage":
      return await write(conn, "\u0000\u0001\u0002 this is no HTTP \u00ff\u00fe\r\n\r\n\r\n");
    case "garbageBody":
      return await writeAnswer(conn, { body: Uint8Array.from({ length: 3000 }, (_, index) => (index * 7919 + 13) % 256) });
    case "prose":
      return await writeAnswer(conn, { headers: { "content-type": "text/plain" }, body: PROSE });
    case "empty":
      return await writeAnswer(conn, { body: "" });
    default:
      return await writeAnswer(conn, { status: 404, body: `nothing is served at ${request.path}` });
  }
}

async function writeAnswer(conn: Deno.Conn, { status = 200, headers = {}, body = "" }: ServedAnswer): Promise<void> {
  const bytes = body instanceof Uint8Array ? body : encoder.encode(typeof body === "string" ? body : JSON.stringify(body));
  const type = { "content-type": "application/json", "content-length": String(bytes.length) };
  await write(conn, head(`${status} Whatever`, { ...type, ...headers }));
  await write(conn, bytes);
}

async function redirect(conn: Deno.Conn, location: string): Promise<void> {
  await writeAnswer(conn, { status: 302, headers: { location }, body: "" });
}

function head(status: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ ...headers, connection: "close" }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`;
}

async function writeSpaces(conn: Deno.Conn, lengthBytes: number): Promise<void> {
  for (let left = lengthBytes; left > 0; left -= CHUNK.length) await write(conn, CHUNK);
}

async function writeBomb(conn: Deno.Conn): Promise<void> {
  let left = HUGE_BYTES;
  const spaces = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      left -= CHUNK.length;
      if (left > 0) controller.enqueue(CHUNK.slice());
      else controller.close();
    },
  });
  for await (const packed of spaces.pipeThrough(new CompressionStream("gzip"))) await write(conn, packed);
}

async function write(conn: Deno.Conn, data: string | Uint8Array): Promise<void> {
  let bytes = typeof data === "string" ? encoder.encode(data) : data;
  while (bytes.length > 0) bytes = bytes.subarray(await conn.write(bytes));
}

async function untilClosed(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1024);
  while (await conn.read(buffer) !== null);
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

function isClosedConnection(error: unknown): boolean {
  const classes = [Deno.errors.ConnectionReset, Deno.errors.BrokenPipe, Deno.errors.Interrupted, Deno.errors.BadResource];
  return classes.some((known) => error instanceof known) || error instanceof Deno.errors.ConnectionAborted;
}
