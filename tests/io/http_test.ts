import assert from "node:assert/strict";
import fc from "fast-check";
import { describeError, ServiceError, type ServiceFault } from "../../src/errors.ts";
import { httpGet, type HttpRequest, redirectTarget } from "../../src/io/http.ts";
import { type BadKind, startBadServer } from "../support/bad_server.ts";
import { createFakeClock } from "../support/fake_clock.ts";

const MAX_BYTES = 200_000;

function request(url: string, options: Partial<HttpRequest> = {}): HttpRequest {
  const limits = { signal: new AbortController().signal, timeoutMs: 3000, maxBytes: MAX_BYTES };
  // The clock stands still: where a test does not turn it, nothing is ever too slow.
  return { url: new URL(url), who: "the server", clock: createFakeClock(), ...limits, ...options };
}

const FAULTS: readonly (readonly [kind: BadKind, fault: ServiceFault, message: RegExp])[] = [
  ["status401", "refused", /^the server answered with HTTP status 401$/],
  ["status404", "refused", /HTTP status 404/],
  ["status500", "refused", /HTTP status 500/],
  ["huge", "tooBig", /^the server sent more than 195 KiB$/],
  ["hugeTold", "tooBig", /195 KiB/],
  ["bomb", "tooBig", /195 KiB/],
  ["endlessHead", "unreachable", /^the server cannot be reached: /],
  ["closeAtOnce", "unreachable", /: connection closed before message completed$/],
  ["closeHalf", "unreachable", /^the server cannot be reached: /],
  ["lessThanTold", "unreachable", /^the server cannot be reached: /],
  ["redirectLoop", "refused", /redirected more than 3 times/],
  ["redirectElsewhere", "refused", /redirected to another host, localhost:\d+: that is not followed/],
  ["redirectFile", "refused", /redirected to another host/],
  ["redirectNowhere", "refused", /HTTP status 302/],
  ["garbage", "unreachable", /^the server cannot be reached: /],
];

for (const [kind, fault, message] of FAULTS) {
  Deno.test(`httpGet() of a server that does ${kind} throws ServiceError(${fault})`, async () => {
    await using server = await startBadServer();
    const error = await failure(httpGet(request(server.url(kind))));
    assert.equal(error.fault, fault);
    assert.match(error.message, message);
    assert(error.message.length < 150 && !error.message.includes("://"), error.message);
    assert.deepEqual(server.requests.filter((seen) => seen.kind === "trap"), []);
  });
}

for (
  const [kind, text] of [["ok", '{"ok":true}'], ["redirectSame", '{"ok":true}'], ["empty", ""], ["moreThanTold", '{"half": ']] as const
) {
  Deno.test(`httpGet() of a server that does ${kind} gives ${text || "an empty text"}`, async () => {
    await using server = await startBadServer();
    assert.deepEqual(await httpGet(request(server.url(kind))), { text, contentType: "application/json" });
  });
}

for (const kind of ["hang", "hangBody"] as const) {
  Deno.test(`httpGet() of a server that does ${kind} gives up at its limit and closes the connection`, async () => {
    await using server = await startBadServer();
    const clock = createFakeClock();
    const failed = failure(httpGet(request(server.url(kind), { clock })));
    await server.seen(1);
    await clock.tick(2999);
    assert.equal(clock.pendingTimers(), 1);
    await clock.tick(1);
    const error = await failed;
    assert.deepEqual([error.fault, error.message], ["slow", "the server did not answer within 3 s"]);
    await server.requests[0]?.closed;
  });

  Deno.test(`httpGet() of a server that does ${kind} throws the reason of its signal and leaves no timer`, async () => {
    await using server = await startBadServer();
    const clock = createFakeClock();
    const stop = new AbortController();
    const fetching = httpGet(request(server.url(kind), { clock, signal: stop.signal }));
    await server.seen(1);
    stop.abort(new Error("enough"));
    await assert.rejects(fetching, { message: "enough" });
    assert.equal(clock.pendingTimers(), 0);
    await server.requests[0]?.closed;
  });
}

Deno.test("httpGet() asks nobody when its signal is aborted already", async () => {
  await using server = await startBadServer();
  await assert.rejects(httpGet(request(server.url("ok"), { signal: AbortSignal.abort(new Error("before")) })), { message: "before" });
  assert.equal(server.requests.length, 0);
});

Deno.test("httpGet() names itself and sends the headers it is given", async () => {
  await using server = await startBadServer();
  await httpGet(request(server.url("redirectSame"), { headers: { apikey: "s3cret" } }));
  for (const { headers } of server.requests) {
    assert.match(headers.get("user-agent") ?? "", /^MeshBot\/\d/);
    assert.equal(headers.get("apikey"), "s3cret");
  }
  assert.equal(server.requests.length, 2);
});

Deno.test("httpGet() tells no secret when the server is not there, not even through the cause", async () => {
  const { hostname, port } = freePort();
  const error = await failure(httpGet(request(`http://${hostname}:${port}/x?key=s3cret`, { headers: { authorization: "Basic s3cret" } })));
  assert.equal(error.fault, "unreachable");
  assert.match(describeError(error), /^the server cannot be reached: .*refused/i);
  assert(!describeError(error).includes("s3cret"), describeError(error));
});

Deno.test("httpGet() replaces what is no UTF-8", async () => {
  await using server = await startBadServer();
  const url = server.serve("latin1", () => ({ headers: { "content-type": "Text/Plain; charset=x" }, body: Uint8Array.of(0xe9, 0x41) }));
  assert.deepEqual(await httpGet(request(url)), { text: "\u{fffd}A", contentType: "text/plain" });
});

Deno.test("redirectTarget() stays at the host that the operator wrote down", () => {
  const target = (from: string, location: string) => redirectTarget({ location, from: new URL(from), who: "it" }).href;
  assert.equal(target("http://a.test/x", "y?z=1"), "http://a.test/y?z=1");
  assert.equal(target("http://a.test/x", "https://a.test/x"), "https://a.test/x");
  assert.equal(target("https://a.test:444/x", "https://a.test:444/y"), "https://a.test:444/y");
  const refused = [
    ["https://a.test/x", "http://a.test/x"],
    ["http://a.test:81/x", "http://a.test/x"],
    ["http://a.test:81/x", "https://a.test/x"],
    ["http://a.test/x", "//b.test/x"],
    ["http://a.test/x", "/\\b.test/x"],
    ["http://a.test/x", "http://a.test@b.test/"],
    ["http://a.test/x", "http://sub.a.test/"],
    ["http://a.test/x", "file:///etc/passwd"],
    ["http://a.test/x", "data:text/plain,x"],
    ["http://a.test/x", "http://["],
  ] as const;
  for (const [from, location] of refused) assert.throws(() => target(from, location), ServiceError, `${from} to ${location}`);
});

Deno.test("redirectTarget() never leaves the host, whatever a server writes", () => {
  const from = new URL("https://a.test/x");
  const pieces = fc.constantFrom("http", "s", ":", "/", "//", "\\", "@", "a.test", "b.test", "..", "#", "?", "%2f", "\t", " ");
  fc.assert(fc.property(fc.oneof(fc.string(), fc.array(pieces, { maxLength: 8 }).map((list) => list.join(""))), (location) => {
    try {
      assert.equal(redirectTarget({ location, from, who: "it" }).origin, from.origin);
    } catch (error) {
      assert(error instanceof ServiceError, String(error));
    }
  }));
});

async function failure(promise: Promise<unknown>): Promise<ServiceError> {
  const error = await promise.then((value) => assert.fail(`it gave ${JSON.stringify(value)}`), (reason: unknown) => reason);
  assert(error instanceof ServiceError, String(error));
  return error;
}

function freePort(): Deno.NetAddr {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr as Deno.NetAddr;
}
