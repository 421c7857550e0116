import assert from "node:assert/strict";
import { type DialOutcome, outcomeOf, type PathOptions, walkPath } from "../../src/diag/path.ts";
import { systemClock } from "../../src/clock.ts";
import { TimeLimitError } from "../../src/errors.ts";
import { connectTcp } from "../../src/link/connection.ts";
import { resolveHost } from "../../src/link/slot.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { FakeSocket } from "../support/fake_socket.ts";
import { settle } from "../support/link_rig.ts";

const refused = () => Object.assign(new Deno.errors.ConnectionRefused("Connection refused (os error 111)"), { code: "ECONNREFUSED" });
const unreachable = () => new Error("No route to host (os error 113)");

type Answer = "open" | "silence" | Error;

/** Walks to a name whose addresses answer as told. */
function walk(answers: Readonly<Record<string, Answer>>, options: Partial<PathOptions> = {}, clock: FakeClock = createFakeClock()) {
  const dialed: string[] = [];
  const running = walkPath({
    target: { host: "node.test", port: 4403 },
    clock,
    resolve: () => Promise.resolve(Object.keys(answers)),
    connect(address, _port, signal) {
      dialed.push(address);
      const answer = answers[address];
      if (answer === "open") return Promise.resolve(new FakeSocket());
      if (answer instanceof Error) return Promise.reject(answer);
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
    },
    signal: new AbortController().signal,
    ...options,
  });
  return settle(clock, running).then((result) => ({ ...result, dialed, clock }));
}

Deno.test("walkPath() dials the addresses in order, stops at the first that accepts, and hands its connection on", async () => {
  const { report, open, dialed, clock } = await walk({ "fd00::5": unreachable(), "192.168.1.50": "open", "192.168.1.51": "open" });
  assert.deepEqual(dialed, ["fd00::5", "192.168.1.50"]);
  assert.equal(open?.address, "192.168.1.50");
  assert.equal((open?.socket as FakeSocket).closes, 0);
  assert.deepEqual(report.addresses.map(({ address, outcome }) => [address, outcome]), [
    ["fd00::5", "unreachable"],
    ["192.168.1.50", "connected"],
    ["192.168.1.51", "not tried"],
  ]);
  assert.equal(report.obstacle, undefined);
  assert.equal(clock.pendingTimers(), 0);
});

for (
  const [answer, kind, meaning, cure] of [
    [refused(), "refused", /10\.0\.0\.1:4403 refused the connection: .*nothing listens on port 4403/, /starting refuses for some seconds/],
    [unreachable(), "unreachable", /is unreachable: there is no way/, /switched on/],
    ["silence", "filtered", /no answer from 10\.0\.0\.1:4403 within 5 s, not even a refusal/, /ping 10\.0\.0\.1/],
    [new Error("what is this"), "failed", /could not be connected to: what is this/, /firewall/],
  ] as const
) {
  Deno.test(`walkPath() says what ${kind} means and what to do`, async () => {
    const { report, open } = await walk({ "10.0.0.1": answer });
    assert.equal(open, undefined);
    assert.equal(report.obstacle?.kind, kind);
    assert.match(report.obstacle?.meaning ?? "", meaning);
    assert.match(report.obstacle?.cure ?? "", cure);
    if (kind === "filtered") assert.ok((report.addresses[0]?.tookMs ?? 0) >= 5000);
  });
}

Deno.test("walkPath() tells of several addresses the one that came furthest", async () => {
  const { report } = await walk({ "fd00::5": unreachable(), "10.0.0.1": refused(), "10.0.0.2": "silence" });
  assert.match(report.obstacle?.meaning ?? "", /^10\.0\.0\.1:4403 refused/);
  assert.equal(report.addresses.length, 3);
});

Deno.test("walkPath() explains a name that is not known, and mDNS for one in .local", async () => {
  const resolve = () => Promise.reject(Object.assign(new Error("getaddrinfo ENOTFOUND x"), { code: "ENOTFOUND" }));
  const plain = await walk({}, { resolve });
  assert.equal(plain.report.obstacle?.kind, "name");
  assert.match(plain.report.obstacle?.meaning ?? "", /the name node\.test is not known here/);
  const local = await walk({}, { resolve, target: { host: "meshtastic.local", port: 4403 } });
  assert.match(local.report.obstacle?.cure ?? "", /mDNS.*avahi-daemon and libnss-mdns/);
  const deaf = await walk({}, { resolve: () => Promise.reject(Object.assign(new Error("EAI_AGAIN"), { code: "EAI_AGAIN" })) });
  assert.match(deaf.report.obstacle?.meaning ?? "", /the name server does not answer/);
});

Deno.test("walkPath() gives up a name server that says nothing", async () => {
  const { report, dialed, clock } = await walk({}, { resolve: () => new Promise(() => {}) });
  assert.match(report.obstacle?.meaning ?? "", /not resolved within 10 s/);
  assert.deepEqual([dialed, clock.pendingTimers()], [[], 0]);
});

Deno.test("walkPath() throws the reason when it is told to stop", async () => {
  for (const options of [{}, { resolve: () => new Promise<string[]>(() => {}) }]) {
    const stopping = new AbortController();
    const clock = createFakeClock();
    clock.after(1000, () => stopping.abort());
    await assert.rejects(walk({ "10.0.0.1": "silence" }, { ...options, signal: stopping.signal }, clock), { name: "AbortError" });
    assert.equal(clock.pendingTimers(), 0);
  }
});

Deno.test("walkPath() finds a real port that is closed refused", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { report } = await walkPath({
    target: { host: "localhost", port },
    clock: systemClock,
    resolve: resolveHost,
    connect: connectTcp,
    signal: new AbortController().signal,
  });
  assert.ok(report.addresses.some(({ outcome }) => outcome === "refused"), JSON.stringify(report));
  assert.equal(report.obstacle?.kind, "refused");
});

Deno.test("outcomeOf() knows errors by code, by class and by the system's words", () => {
  const cases: [unknown, DialOutcome][] = [
    [{ code: "ECONNREFUSED" }, "refused"],
    [new Error("x (os error 111)"), "refused"],
    [new TimeLimitError("late"), "filtered"],
    [Object.assign(new Error("x"), { code: "ETIMEDOUT" }), "filtered"],
    [new Error("Connection timed out (os error 110)"), "filtered"],
    [Object.assign(new Error("x"), { code: "ENETUNREACH" }), "unreachable"],
    [new Error("Network is unreachable (os error 101)"), "unreachable"],
    [new Error("Cannot assign requested address (os error 99)"), "unreachable"],
    [undefined, "failed"],
    ["x", "failed"],
  ];
  for (const [error, outcome] of cases) assert.equal(outcomeOf(error), outcome, String(error));
});
