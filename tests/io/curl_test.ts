import assert from "node:assert/strict";
import { ServiceError, type ServiceFault } from "../../src/errors.ts";
import { curlGet, CurlMissingError, type CurlRequest } from "../../src/io/curl.ts";
import { type BadKind, startBadServer } from "../support/bad_server.ts";
import { debianProgram } from "../support/debian.ts";
import { createFakeClock } from "../support/fake_clock.ts";

const curl = debianProgram("curl");
const MAX_BYTES = 200_000;

function request(url: string, options: Partial<CurlRequest> = {}): CurlRequest {
  const limits = { signal: new AbortController().signal, timeoutMs: 60_000, maxBytes: MAX_BYTES };
  return { url: new URL(url), who: "the server", clock: createFakeClock(), ...limits, ...options };
}

const FAULTS: readonly (readonly [kind: BadKind, fault: ServiceFault, message: RegExp])[] = [
  ["status401", "refused", /^the server answered curl with HTTP status 401$/],
  ["status500", "refused", /HTTP status 500/],
  ["huge", "tooBig", /^the server sent curl more than 195 KiB$/],
  ["hugeTold", "tooBig", /195 KiB/],
  ["endlessHead", "unreachable", /the connection broke off/],
  ["closeAtOnce", "unreachable", /it closed without an answer \(exit code 52\)/],
  ["closeHalf", "unreachable", /the answer broke off \(exit code 18\)/],
  ["lessThanTold", "unreachable", /the answer broke off \(exit code 18\)/],
  ["redirectLoop", "refused", /redirected curl more than 3 times/],
  ["redirectElsewhere", "refused", /redirected to another host, localhost:\d+: that is not followed/],
  ["redirectFile", "refused", /redirected to another host/],
  ["redirectNowhere", "refused", /HTTP status 302/],
  ["garbage", "unreadable", /what came is not HTTP/],
];

for (const [kind, fault, message] of FAULTS) {
  curl.test(`curlGet() of a server that does ${kind} throws ServiceError(${fault})`, async () => {
    await using server = await startBadServer();
    const error = await failure(curlGet(request(server.url(kind))));
    assert.equal(error.fault, fault);
    assert.match(error.message, message);
    assert(error.message.length < 150 && !error.message.includes("://"), error.message);
    assert.deepEqual(server.requests.filter((seen) => seen.kind === "trap"), []);
  });
}

for (
  const [kind, text] of [["ok", '{"ok":true}'], ["redirectSame", '{"ok":true}'], ["empty", ""], ["moreThanTold", '{"half": ']] as const
) {
  curl.test(`curlGet() of a server that does ${kind} gives ${text || "an empty text"}`, async () => {
    await using server = await startBadServer();
    assert.equal(await curlGet(request(server.url(kind))), text);
  });
}

curl.test("curlGet() counts the bytes of the body alone", async () => {
  await using server = await startBadServer();
  const url = server.serve("size", ({ query }) => ({ body: "\n".repeat(Number(query.get("n"))) }));
  assert.equal((await curlGet(request(`${url}?n=${MAX_BYTES}`))).length, MAX_BYTES);
  assert.equal((await failure(curlGet(request(`${url}?n=${MAX_BYTES + 1}`)))).fault, "tooBig");
});

for (const kind of ["hang", "hangBody"] as const) {
  curl.test(`curlGet() of a server that does ${kind} kills curl at its limit`, async () => {
    await using server = await startBadServer();
    const clock = createFakeClock();
    const failed = failure(curlGet(request(server.url(kind), { clock })));
    await server.seen(1);
    await clock.tick(60_000);
    const error = await failed;
    assert.deepEqual([error.fault, error.message], ["slow", "the server did not answer curl within 60 s"]);
    await server.requests[0]?.closed;
  });

  curl.test(`curlGet() of a server that does ${kind} kills curl when its signal is aborted`, async () => {
    await using server = await startBadServer();
    const clock = createFakeClock();
    const stop = new AbortController();
    const failed = curlGet(request(server.url(kind), { clock, signal: stop.signal }));
    await server.seen(1);
    stop.abort(new Error("enough"));
    await assert.rejects(failed, { message: "enough" });
    assert.equal(clock.pendingTimers(), 0);
    await server.requests[0]?.closed;
  });
}

curl.test("curlGet() gives curl its own limit too", async () => {
  await using server = await startBadServer();
  const error = await failure(curlGet(request(server.url("hang"), { timeoutMs: 50 })));
  assert.deepEqual([error.fault, error.message], ["slow", "the server did not answer curl within 0.05 s"]);
});

curl.test("curlGet() says that nobody listens, and that a name is unknown", async () => {
  const refused = await failure(curlGet(request(`http://127.0.0.1:${freePort()}/x?key=s3cret`)));
  assert.deepEqual([refused.fault, refused.message], [
    "unreachable",
    "the server cannot be asked by curl: it takes no connection (exit code 7)",
  ]);
  const unknown = await failure(curlGet(request("http://nobody.invalid/")));
  assert.match(unknown.message, /its name is not known \(exit code 6\)$/);
});

curl.test("curlGet() keeps the User-Agent of curl, and the URL as it is", async () => {
  await using server = await startBadServer();
  const url = server.serve("any", () => ({ body: "x" }));
  await curlGet(request(`${url}/a%2Fb%20[1-3]{x,y}?q=[1-9]&r={a,b}`));
  assert.deepEqual(server.requests.map(({ target }) => target), ["/any/a%2Fb%20[1-3]%7Bx,y%7D?q=[1-9]&r={a,b}"]);
  assert.match(server.requests[0]?.headers.get("user-agent") ?? "", /^curl\/\d/);
});

curl.test("curlGet() reads no settings of curl's owner", async () => {
  await using server = await startBadServer();
  const home = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${home}/.curlrc`, 'user-agent = "somebody else"\nheader = "x-leak: yes"\n');
    // Tests of other files run in this process: its own HOME must stay.
    await Deno.writeTextFile(`${home}/curl`, `#!/bin/sh\nHOME=${home} exec ${curl.path} "$@"\n`, { mode: 0o755 });
    await curlGet(request(server.url("ok"), { program: `${home}/curl` }));
    assert.match(server.requests[0]?.headers.get("user-agent") ?? "", /^curl\/\d/);
    assert.equal(server.requests[0]?.headers.get("x-leak"), null);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("curlGet() says that there is no curl", async () => {
  const error = await failure(curlGet(request("http://127.0.0.1:9/", { program: "/nonexistent/curl" })));
  assert(error instanceof CurlMissingError);
  assert.equal(error.message, "the server cannot be asked by curl: the program is not installed");
});

Deno.test("curlGet() starts nothing when its signal is aborted already", async () => {
  const signal = AbortSignal.abort(new Error("before"));
  await assert.rejects(curlGet(request("http://127.0.0.1:9/", { signal, program: "/nonexistent/curl" })), { message: "before" });
});

async function failure(promise: Promise<unknown>): Promise<ServiceError> {
  const error = await promise.then((value) => assert.fail(`it gave ${JSON.stringify(value)}`), (reason: unknown) => reason);
  assert(error instanceof ServiceError, String(error));
  return error;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
