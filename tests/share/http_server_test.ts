import assert from "node:assert/strict";
import { startLog, stopLog } from "../../src/log.ts";
import type { Role } from "../../src/share/access.ts";
import { HttpOutlet } from "../../src/share/http_outlet.ts";
import { HttpServer, type HttpServerOptions } from "../../src/share/http_server.ts";
import type { HttpSession } from "../../src/share/http_sessions.ts";
import { Payload } from "../../src/share/payload.ts";

const WEB_CLIENT = "https://client.meshtastic.org";
const FROM_RADIO = "/api/v1/fromradio";
const TO_RADIO = "/api/v1/toradio";

/** A session that keeps what it is told. */
interface KeptSession extends HttpSession {
  readonly taken: (Uint8Array | undefined)[];
  ended: boolean;
}

/** A server whose sessions the test can look at. */
interface Rig extends AsyncDisposable {
  readonly sessions: KeptSession[];
  readonly port: number;
  ask(path: string, init?: RequestInit): Promise<Response>;
}

function serve(options: Partial<HttpServerOptions> = {}): Rig {
  const sessions: KeptSession[] = [];
  const server = new HttpServer({
    hostname: "127.0.0.1",
    port: 0,
    origins: [WEB_CLIENT],
    roleOf: () => "full",
    open() {
      const taken: (Uint8Array | undefined)[] = [];
      const session: KeptSession = { outlet: new HttpOutlet(() => {}), ended: false, taken, take: (bytes) => void taken.push(bytes) };
      sessions.push(session);
      return session;
    },
    ...options,
  });
  return {
    sessions,
    port: server.port,
    ask: (path, init = {}) => fetch(`http://127.0.0.1:${server.port}${path}`, init),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** Asks, and gives the status and the cookie that was set. */
async function answerOf(
  asked: Promise<Response>,
): Promise<{ readonly status: number; readonly cookie: string | undefined; readonly headers: Headers }> {
  const response = await asked;
  await response.body?.cancel();
  return { status: response.status, cookie: response.headers.get("set-cookie")?.split(";")[0], headers: response.headers };
}

function payload(lengthBytes: number, fill = 1, textNumber?: number): Payload {
  return new Payload(new Uint8Array(lengthBytes).fill(fill), textNumber);
}

Deno.test("HttpOutlet.take() gives one message after the other, or nothing", () => {
  const outlet = new HttpOutlet(() => {});
  assert.deepEqual(outlet.take(false), new Uint8Array(0));
  outlet.push(payload(2, 1));
  outlet.push(payload(3, 2));
  assert.equal(outlet.unreadBytes, 5);
  assert.deepEqual(outlet.take(false), new Uint8Array([1, 1]));
  assert.equal(outlet.unreadBytes, 3);
  assert.deepEqual(outlet.take(false), new Uint8Array([2, 2, 2]));
  assert.deepEqual([outlet.unreadBytes, outlet.take(false).length, outlet.take(true).length], [0, 0, 0]);
});

Deno.test("HttpOutlet.take(true) gives all that waits, up to the message that reaches 64 KiB", () => {
  const outlet = new HttpOutlet(() => {});
  for (let fill = 1; fill <= 129; fill += 1) outlet.push(payload(512, fill));
  assert.equal(outlet.take(true).length, 65_536);
  assert.deepEqual(outlet.take(true), new Uint8Array(512).fill(129));
  for (let fill = 0; fill < 131; fill += 1) outlet.push(payload(511, fill));
  assert.equal(outlet.take(true).length, 129 * 511);
  assert.equal(outlet.take(true).length, 2 * 511);
});

Deno.test("HttpOutlet tells of the texts that were taken, and of no others", () => {
  const texts: number[] = [];
  const outlet = new HttpOutlet((number) => void texts.push(number));
  outlet.push(payload(1, 1, 7));
  outlet.push(payload(1));
  outlet.push(payload(1, 1, 8));
  outlet.take(false);
  assert.deepEqual(texts, [7]);
  outlet.take(true);
  assert.deepEqual(texts, [7, 8]);
  outlet.push(payload(5, 1, 9));
  outlet.close();
  assert.deepEqual([outlet.unreadBytes, outlet.take(true).length, texts], [0, 0, [7, 8]]);
});

Deno.test("HttpServer gives a session to the cookie that it set, from the address that it set it for", async () => {
  await using rig = serve();
  const first = await answerOf(rig.ask(FROM_RADIO));
  assert.match(first.cookie ?? "", /^meshbot=[0-9a-f-]{36}$/);
  assert.match(first.headers.get("set-cookie") ?? "", /; Path=\/; HttpOnly; SameSite=Lax$/);
  const cookie = first.cookie ?? "";
  for (const sent of [cookie, `a=b; ${cookie}`, `${cookie}; c=d`, `a=b;${cookie};c=d`]) {
    assert.equal((await answerOf(rig.ask(FROM_RADIO, { headers: { cookie: sent } }))).cookie, undefined, sent);
  }
  assert.equal(rig.sessions.length, 1);
  for (const sent of [`x${cookie}`, cookie.slice(0, -1), `${cookie}0`]) {
    assert.notEqual((await answerOf(rig.ask(FROM_RADIO, { headers: { cookie: sent } }))).cookie, undefined, sent);
  }
  assert.equal(rig.sessions.length, 4);
  assert.deepEqual(rig.sessions[0]?.taken, new Array(5).fill(undefined));
});

Deno.test("HttpServer knows a page of another site by its name until it brings a cookie back", async () => {
  await using rig = serve();
  const page = { origin: WEB_CLIENT, "user-agent": "one" };
  const { cookie = "" } = await answerOf(rig.ask(FROM_RADIO, { headers: page }));
  assert.equal((await answerOf(rig.ask(FROM_RADIO, { headers: page }))).cookie, undefined);
  assert.equal(rig.sessions.length, 1);
  await answerOf(rig.ask(FROM_RADIO, { headers: { ...page, "user-agent": "two" } }));
  await answerOf(rig.ask(FROM_RADIO, { headers: { ...page, origin: "http://localhost:8080" } }));
  await answerOf(rig.ask(FROM_RADIO));
  assert.equal(rig.sessions.length, 4);
  // Now the cookie alone stands for it: another page of the same name is another client.
  await answerOf(rig.ask(FROM_RADIO, { headers: { ...page, cookie } }));
  assert.equal(rig.sessions.length, 4);
  await answerOf(rig.ask(FROM_RADIO, { headers: page }));
  assert.equal(rig.sessions.length, 5);
  await answerOf(rig.ask(FROM_RADIO, { headers: { ...page, cookie } }));
  await answerOf(rig.ask(FROM_RADIO, { headers: page }));
  assert.deepEqual(rig.sessions.map(({ taken }) => taken.length), [4, 1, 1, 1, 2]);
});

Deno.test("HttpServer takes a program that keeps no cookies for one client from its third request on: the one that has spoken", async () => {
  for (const first of [TO_RADIO, FROM_RADIO]) {
    await using rig = serve();
    const put = { method: "PUT", body: "x" };
    const ask = (path: string, headers: Record<string, string> = {}) =>
      answerOf(rig.ask(path, path === TO_RADIO ? { ...put, headers } : { headers }));
    const second = first === TO_RADIO ? FROM_RADIO : TO_RADIO;
    const cookies = [(await ask(first)).cookie, (await ask(second)).cookie];
    assert.equal(new Set([undefined, ...cookies]).size, 3);
    for (const path of [FROM_RADIO, TO_RADIO, FROM_RADIO]) assert.equal((await ask(path)).cookie, undefined);
    const spoken = first === TO_RADIO ? 0 : 1;
    assert.deepEqual(rig.sessions.map(({ taken }) => taken.length), spoken === 0 ? [4, 1] : [1, 4]);
    // Another program, and one that keeps cookies, are others.
    assert.notEqual((await ask(FROM_RADIO, { "user-agent": "another" })).cookie, undefined);
    assert.notEqual((await ask(FROM_RADIO, { cookie: "a=b" })).cookie, undefined);
    // A session that ends is begun anew.
    for (const session of rig.sessions) session.ended = true;
    assert.notEqual((await ask(FROM_RADIO)).cookie, undefined);
    assert.equal(rig.sessions.length, 5);
  }
});

Deno.test("HttpServer keeps programs apart that bring their cookies, and lets the first message choose where nobody has spoken", async () => {
  await using rig = serve();
  const cookies: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    const { cookie = "" } = await answerOf(rig.ask(FROM_RADIO));
    cookies.push(cookie);
    await answerOf(rig.ask(FROM_RADIO, { headers: { cookie } }));
  }
  assert.deepEqual([new Set(cookies).size, rig.sessions.length], [5, 5]);
  await answerOf(rig.ask(FROM_RADIO));
  await answerOf(rig.ask(FROM_RADIO));
  await answerOf(rig.ask(TO_RADIO, { method: "PUT", body: "x" }));
  await answerOf(rig.ask(FROM_RADIO));
  assert.deepEqual(rig.sessions.slice(5).map(({ taken }) => taken.length), [3, 1]);
});

Deno.test("HttpServer begins a new session when the one of the cookie has ended", async () => {
  await using rig = serve();
  const { cookie = "" } = await answerOf(rig.ask(FROM_RADIO));
  (rig.sessions[0] as KeptSession).ended = true;
  const again = await answerOf(rig.ask(FROM_RADIO, { headers: { cookie } }));
  assert.deepEqual([again.cookie !== undefined && again.cookie !== cookie, rig.sessions.length], [true, 2]);
});

Deno.test("HttpServer answers with what waits, one message or all", async () => {
  await using rig = serve();
  const { cookie = "" } = await answerOf(rig.ask(FROM_RADIO));
  const outlet = rig.sessions[0]?.outlet ?? assert.fail();
  for (const fill of [1, 2, 3]) outlet.push(payload(1, fill));
  const bytes = async (query: string) => [...await (await rig.ask(FROM_RADIO + query, { headers: { cookie } })).bytes()];
  assert.deepEqual([await bytes(""), await bytes("?all=true"), await bytes("?all=true")], [[1], [2, 3], []]);
  for (const fill of [4, 5]) outlet.push(payload(1, fill));
  assert.deepEqual(await bytes("?all=false"), [4]);
});

Deno.test("HttpServer takes a body of 512 bytes, and none of 513, whatever the client says of its length", async () => {
  await using rig = serve();
  const put = (bytes: number[]) =>
    rig.ask(TO_RADIO, { method: "PUT", body: ReadableStream.from(bytes.map((length) => new Uint8Array(length).fill(length & 0xff))) });
  const whole = await put([300, 212]);
  assert.deepEqual([whole.status, (await whole.bytes()).length], [200, 512]);
  assert.equal((await answerOf(put([300, 213]))).status, 413);
  assert.deepEqual(rig.sessions.map(({ taken }) => taken.map((bytes) => bytes?.length)), [[512]]);
  assert.deepEqual(rig.sessions[0]?.taken[0]?.slice(299, 301), new Uint8Array([300 & 0xff, 212]));
});

Deno.test("HttpServer refuses strangers, and everybody when there is no room", async () => {
  const addresses: string[] = [];
  await using closed = serve({ roleOf: (address) => void addresses.push(address) });
  assert.equal((await answerOf(closed.ask(FROM_RADIO))).status, 403);
  assert.deepEqual(addresses, ["127.0.0.1"]);
  const roles: Role[] = [];
  await using full = serve({ roleOf: () => "read-only", open: (_address, role) => void roles.push(role) });
  const refused = await answerOf(full.ask(FROM_RADIO));
  assert.deepEqual([refused.status, refused.cookie, roles], [503, undefined, ["read-only"]]);
});

Deno.test("HttpServer says that it failed when it did, and goes on", async () => {
  let fails = true;
  const outlet = new HttpOutlet(() => {});
  await using rig = serve({
    open() {
      if (fails) throw new Error("no");
      return { outlet, ended: false, take() {} };
    },
  });
  assert.equal((await answerOf(rig.ask(FROM_RADIO))).status, 500);
  fails = false;
  assert.equal((await answerOf(rig.ask(FROM_RADIO))).status, 200);
});

Deno.test("HttpServer tells a browser what a page of an allowed site may do", async () => {
  await using rig = serve();
  const preflight = await answerOf(rig.ask(TO_RADIO, {
    method: "OPTIONS",
    headers: { origin: WEB_CLIENT, "access-control-request-private-network": "true" },
  }));
  const named = (headers: Headers, name: string) => headers.get(`access-control-allow-${name}`);
  assert.deepEqual(
    [preflight.status, ...["origin", "methods", "headers", "credentials", "private-network"].map((name) => named(preflight.headers, name))],
    [204, WEB_CLIENT, "GET, PUT, OPTIONS", "Content-Type", "true", "true"],
  );
  const plain = await answerOf(rig.ask(FROM_RADIO));
  assert.deepEqual(["origin", "credentials", "private-network"].map((name) => named(plain.headers, name)), ["*", null, null]);
  assert.deepEqual([plain.headers.get("cache-control"), plain.headers.get("vary")?.includes("Origin")], ["no-store", true]);
  assert.equal(rig.sessions.length, 1);
});

Deno.test("HttpServer.close() resolves when the port is free", async () => {
  const options = { hostname: "127.0.0.1", origins: [], roleOf: () => undefined, open: () => undefined };
  const server = new HttpServer({ ...options, port: 0 });
  const { port } = server;
  assert.throws(() => new HttpServer({ ...options, port }), Deno.errors.AddrInUse);
  await server.close();
  const again = new HttpServer({ ...options, port });
  assert.equal(again.port, port);
  await again.close();
});

Deno.test("HttpOutlet.take(true) goes on until the answer has reached 64 KiB", () => {
  const outlet = new HttpOutlet(() => {});
  for (let count = 0; count < 127; count += 1) outlet.push(payload(512));
  outlet.push(payload(511));
  outlet.push(payload(1));
  outlet.push(payload(1));
  assert.deepEqual([outlet.take(true).length, outlet.take(true).length], [65_536, 1]);
});

Deno.test("HttpServer says once for each page that it refuses it, and no more than 20 times", async () => {
  const lines: string[] = [];
  startLog({ format: "text", debug: false, write: (line) => lines.push(line) });
  try {
    await using rig = serve();
    for (let site = 1; site <= 25; site += 1) {
      for (const _ of [0, 1]) await answerOf(rig.ask(FROM_RADIO, { headers: { origin: `https://site${site}.example` } }));
      assert.equal(lines.filter((line) => line.includes("a web page was refused")).length, Math.min(site, 20));
    }
  } finally {
    stopLog();
  }
});

Deno.test("HttpServer logs no error at requests that are none: a host that is none, a body that is broken off", async () => {
  const lines: string[] = [];
  startLog({ format: "text", debug: true, write: (line) => lines.push(line) });
  try {
    await using rig = serve();
    const tries: readonly (readonly [text: string, status: RegExp])[] = [
      ["GET /api/v1/fromradio HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 400 /],
      ["GET http://x:99999/api HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 400 /],
      ["PUT /api/v1/toradio HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab", /^$|^HTTP\/1\.1 400 /],
      ["PUT /api/v1/toradio HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", /^$|^HTTP\/1\.1 400 /],
    ];
    for (const [text, status] of tries) {
      using conn = await Deno.connect({ hostname: "127.0.0.1", port: rig.port });
      await conn.write(new TextEncoder().encode(text));
      await conn.closeWrite();
      assert.match(await new Response(conn.readable).text().catch(() => ""), status, text);
    }
    await answerOf(rig.ask(FROM_RADIO));
    assert.deepEqual([lines, rig.sessions.length], [[], 1]);
  } finally {
    stopLog();
  }
});
