import assert from "node:assert/strict";
import { make } from "../../src/link/codec.ts";
import { TimeLimitError } from "../../src/errors.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { Draft, Outcome } from "../../src/mesh/outgoing.ts";
import type { Incoming } from "../../src/mesh/packet.ts";
import { Requests } from "../../src/mesh/requests.ts";
import { makeReception, OWN_NUM } from "../support/context.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { listenedSignal } from "../support/listened_signal.ts";

const TARGET = 0x7777;
const RELAY = 0x1234;

interface Scene {
  readonly clock: FakeClock;
  readonly requests: Requests;
  readonly drafts: Draft[];
  readonly answered: number[];
  readonly cancelled: string[];
  end(outcome: Outcome): void;
}

function scene(): Scene {
  const clock = createFakeClock();
  const drafts: Draft[] = [];
  const answered: number[] = [];
  const cancelled: string[] = [];
  const outcome = Promise.withResolvers<Outcome>();
  const requests = new Requests({
    clock,
    enqueue(draft) {
      drafts.push(draft);
      return { id: 500 + drafts.length, outcome: outcome.promise, cancel: (reason) => void cancelled.push(reason) };
    },
    answered: (requestId) => void answered.push(requestId),
    ownNum: () => OWN_NUM,
  });
  return { clock, requests, drafts, answered, cancelled, end: outcome.resolve };
}

function answer(route: Parameters<typeof make<"RouteDiscovery">>[1], packet: Partial<Incoming> & { requestId?: number } = {}): Incoming {
  return {
    ...makeReception({ from: TARGET }),
    kind: "traceroute",
    requestId: 501,
    route: make("RouteDiscovery", route),
    ...packet,
  } as Incoming;
}

const never = new AbortController().signal;

Deno.test("Requests.traceroute() reads the way there and back with the SNR of each hop", async () => {
  const { requests, drafts, answered } = scene();
  const result = requests.traceroute(TARGET, { signal: never });
  assert.equal(drafts[0]?.wantResponse, true);
  const taken = requests.incoming(answer({ route: [RELAY], snrTowards: [22, -128], routeBack: [RELAY], snrBack: [-14, 9] }));
  assert.equal(taken, true);
  assert.deepEqual(await result, {
    target: TARGET,
    towards: [{ nodeNum: RELAY, snr: 5.5 }, { nodeNum: TARGET, snr: undefined }],
    back: [{ nodeNum: RELAY, snr: -3.5 }, { nodeNum: OWN_NUM, snr: 2.25 }],
  });
  assert.deepEqual(answered, [501]);
});

Deno.test("Requests.traceroute() does not invent a way back", async () => {
  const { requests } = scene();
  const result = requests.traceroute(TARGET, { signal: never });
  requests.incoming(answer({ snrTowards: [8] }));
  assert.deepEqual(await result, { target: TARGET, towards: [{ nodeNum: TARGET, snr: 2 }], back: [] });
});

for (
  const [name, packet] of [["another id", { requestId: 7 }], ["another node", { from: RELAY }], ["a question, not an answer", {
    requestId: 0,
  }]] as const
) {
  Deno.test(`Requests.incoming() leaves ${name} alone`, async () => {
    const { requests, clock } = scene();
    const result = requests.traceroute(TARGET, { signal: never });
    assert.equal(requests.incoming(answer({}, packet)), false);
    const rejected = assert.rejects(result, TimeLimitError);
    await clock.tick(70_001);
    await rejected;
  });
}

Deno.test("Requests.traceroute() gives up after 70 s and takes its question back", async () => {
  const { requests, clock, cancelled } = scene();
  const rejected = assert.rejects(requests.traceroute(TARGET, { signal: never }), /!00007777 did not answer/);
  await clock.tick(70_001);
  await rejected;
  assert.equal(cancelled.length, 1);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("Requests.traceroute() says why the node would not send the question", async () => {
  const { requests, end } = scene();
  const rejected = assert.rejects(requests.traceroute(TARGET, { signal: never }), /NO_CHANNEL/);
  end({ kind: "failed", reason: "NO_CHANNEL" });
  await rejected;
});

Deno.test("Requests.traceroute() ends with its signal", async () => {
  const { requests, clock } = scene();
  const stop = new AbortController();
  const rejected = assert.rejects(requests.traceroute(TARGET, { signal: stop.signal }), /enough/);
  stop.abort(new Error("enough"));
  await rejected;
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("Requests.traceroute() asks on the first channel, with time for the node's own pause, and once more for nobody", async () => {
  const { requests, drafts, clock } = scene();
  await clock.tick(1000);
  const stop = new AbortController();
  const rejected = assert.rejects(requests.traceroute(TARGET, { signal: stop.signal }));
  const [{ payload: _payload, ...draft } = assert.fail()] = drafts;
  assert.deepEqual(draft, {
    to: TARGET,
    channel: 0,
    portnum: PortNum.TRACEROUTE_APP,
    priority: "reply",
    person: TARGET,
    answerId: 0,
    wantAck: false,
    wantResponse: true,
    expiresAtMs: 71_000,
    label: "traceroute",
  });
  stop.abort();
  await rejected;
  await assert.rejects(requests.traceroute(TARGET, { signal: stop.signal }));
  assert.equal(drafts.length, 1);
});

Deno.test("Requests.traceroute() waits for 70 s, to the millisecond", async () => {
  const { requests, clock } = scene();
  let ended = false;
  const rejected = assert.rejects(requests.traceroute(TARGET, { signal: never }), /within 70 s/).finally(() => ended = true);
  await clock.tick(69_999);
  assert.equal(ended, false);
  await clock.tick(1);
  await rejected;
});

Deno.test("Requests.traceroute() goes on waiting while its packet is under way, and ends when nothing can come", async () => {
  for (const outcome of [{ kind: "delivered" }, { kind: "relayed" }] as const) {
    const { requests, end } = scene();
    const result = requests.traceroute(TARGET, { signal: never });
    end(outcome);
    assert.equal(requests.incoming(answer({ snrTowards: [8] })), true);
    assert.equal((await result).towards.length, 1);
  }
  for (const kind of ["failed", "expired", "unknown"] as const) {
    const { requests, end, clock } = scene();
    const rejected = assert.rejects(requests.traceroute(TARGET, { signal: never }), new RegExp("no way"));
    end({ kind, reason: "no way" });
    await rejected;
    assert.equal(clock.pendingTimers(), 0);
  }
});

Deno.test("Requests.incoming() takes an answer once, and none for whom nobody waits any more", async () => {
  const { requests, answered } = scene();
  assert.equal(requests.incoming(answer({ snrTowards: [8] })), false);
  const result = requests.traceroute(TARGET, { signal: never });
  assert.equal(requests.incoming(answer({ snrTowards: [8] })), true);
  await result;
  assert.equal(requests.incoming(answer({ snrTowards: [8] })), false);
  assert.deepEqual(answered, [501]);
  const other = { ...answer({}), kind: "text" } as unknown as Incoming;
  assert.equal(requests.incoming(other), false);
});

Deno.test("Requests takes an answer to a question with the smallest id", async () => {
  const requests = new Requests({
    clock: createFakeClock(),
    enqueue: () => ({ id: 1, outcome: new Promise<never>(() => {}), cancel() {} }),
    answered() {},
    ownNum: () => undefined,
  });
  const result = requests.traceroute(TARGET, { signal: never });
  assert.equal(requests.incoming(answer({ snrTowards: [8], snrBack: [4] }, { requestId: 1 })), true);
  assert.deepEqual((await result).back, [{ nodeNum: 0, snr: 1 }]);
});

Deno.test("Requests.traceroute() reads a way back that names relays without their SNR", async () => {
  const { requests } = scene();
  const result = requests.traceroute(TARGET, { signal: never });
  requests.incoming(answer({ snrTowards: [-127], routeBack: [RELAY] }));
  assert.deepEqual(await result, {
    target: TARGET,
    towards: [{ nodeNum: TARGET, snr: -31.75 }],
    back: [{ nodeNum: RELAY, snr: undefined }, { nodeNum: OWN_NUM, snr: undefined }],
  });
});

Deno.test("Requests.traceroute() leaves nothing listening to its signal", async () => {
  const { requests } = scene();
  const { signal, listeners } = listenedSignal();
  const result = requests.traceroute(TARGET, { signal });
  assert.equal(listeners.size, 1);
  requests.incoming(answer({ snrTowards: [8] }));
  await result;
  assert.equal(listeners.size, 0);
});
