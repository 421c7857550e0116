import assert from "node:assert/strict";
import { decode, make } from "../../src/link/codec.ts";
import { PortNum, RoutingError } from "../../src/link/enums.ts";
import type { Message } from "../../src/link/messages.ts";
import { type Draft, judgeRoutingError, type Outcome, packetOf } from "../../src/mesh/outgoing.ts";
import { type Incoming, readPacket } from "../../src/mesh/packet.ts";
import { AdminOrders, type OrderResult } from "../../src/mesh/remote_admin.ts";
import { makeReception, OWN_NUM } from "../support/context.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { listenedSignal } from "../support/listened_signal.ts";

const TARGET = 0x7777;
const TARGET_KEY = new Uint8Array(32).fill(7);
const OTHER_KEY = new Uint8Array(32).fill(8);
const PASSKEY = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);

interface Scene {
  readonly clock: FakeClock;
  readonly orders: AdminOrders;
  readonly drafts: Draft[];
  readonly answered: number[];
  readonly cancelled: number[];
  /** How the nth packet ended, counted from 0. */
  end(index: number, outcome: Outcome): Promise<void>;
  /** The nth packet goes out again under a new id. */
  renumber(index: number, id: number): void;
}

function scene(publicKey = TARGET_KEY): Scene {
  const clock = createFakeClock();
  const drafts: Draft[] = [];
  const answered: number[] = [];
  const cancelled: number[] = [];
  const ids: number[] = [];
  const outcomes: PromiseWithResolvers<Outcome>[] = [];
  const orders = new AdminOrders({
    clock,
    enqueue(draft) {
      const index = drafts.push(draft) - 1;
      ids.push(500 + index);
      const outcome = Promise.withResolvers<Outcome>();
      outcomes.push(outcome);
      return {
        get id() {
          return ids[index] as number;
        },
        outcome: outcome.promise,
        cancel: () => void cancelled.push(index),
      };
    },
    answered: (requestId) => void answered.push(requestId),
    ownNum: () => OWN_NUM,
    publicKeyOf: (nodeNum) => nodeNum === TARGET ? publicKey : undefined,
  });
  return {
    clock,
    orders,
    drafts,
    answered,
    cancelled,
    async end(index, outcome) {
      outcomes[index]?.resolve(outcome);
      await clock.tick(0);
    },
    renumber: (index, id) => void (ids[index] = id),
  };
}

function adminOf(draft: Draft | undefined): Message<"AdminMessage"> {
  assert(draft !== undefined);
  assert.equal(draft.portnum, PortNum.ADMIN_APP);
  return decode("AdminMessage", draft.payload);
}

function sessionAnswer(packet: Partial<Incoming> & { requestId?: number } = {}, passkey = PASSKEY): Incoming {
  return {
    ...makeReception({ from: TARGET, publicKey: TARGET_KEY }),
    kind: "admin",
    requestId: 500,
    admin: make("AdminMessage", { sessionPasskey: passkey }),
    ...packet,
  } as Incoming;
}

const never = new AbortController().signal;

Deno.test("rule 9: AdminOrders.reboot() asks another node for a session, then orders with its passkey, both encrypted for its key", async () => {
  const { orders, drafts, answered, clock, end } = scene();
  const result = orders.reboot(TARGET, 15, { signal: never });
  assert.deepEqual(adminOf(drafts[0]).payloadVariant, { case: "getConfigRequest", value: 8 });
  assert.equal(orders.incoming(sessionAnswer()), true);
  await clock.tick(0);
  const order = adminOf(drafts[1]);
  assert.deepEqual(order.payloadVariant, { case: "rebootSeconds", value: 15 });
  assert.deepEqual([...order.sessionPasskey], [...PASSKEY]);
  assert.deepEqual(answered, [500]);
  for (const draft of drafts) {
    const packet = packetOf(draft, 1, OWN_NUM, 3);
    assert.deepEqual([packet.to, packet.pkiEncrypted, packet.wantAck, packet.channel], [TARGET, true, true, 0]);
    assert.deepEqual(packet.publicKey, TARGET_KEY);
    assert.equal(packet.payloadVariant?.case === "decoded" && packet.payloadVariant.value.wantResponse, true);
  }
  await end(1, { kind: "delivered" });
  assert.deepEqual(await result, { kind: "confirmed" });
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("AdminOrders.reboot() orders our own node at once, in the clear", async () => {
  const { orders, drafts, end, clock } = scene();
  const result = orders.reboot(OWN_NUM, 15, { signal: never });
  assert.deepEqual(adminOf(drafts[0]).payloadVariant, { case: "rebootSeconds", value: 15 });
  assert.equal(drafts[0]?.publicKey, undefined);
  assert.deepEqual([drafts[0]?.to, drafts[0]?.wantAck, drafts[0]?.wantResponse], [OWN_NUM, false, true]);
  await end(0, { kind: "delivered" });
  assert.deepEqual(await result, { kind: "confirmed" });
  assert.equal(drafts.length, 1);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("AdminOrders.reboot() sends nothing to a node whose key is unknown", async () => {
  for (const [nodeNum, key] of [[0x9999, TARGET_KEY], [TARGET, new Uint8Array(0)]] as const) {
    const { orders, drafts } = scene(key);
    assert.deepEqual(await orders.reboot(nodeNum, 15, { signal: never }), { kind: "no-key" });
    assert.deepEqual(drafts, []);
  }
});

for (
  const [name, packet, passkey] of [
    ["in the clear", { pkiEncrypted: false }, PASSKEY],
    ["encrypted with another key", { publicKey: OTHER_KEY }, PASSKEY],
    ["encrypted with no key", { publicKey: new Uint8Array(0) }, PASSKEY],
    ["of another node", { from: 0x1234 }, PASSKEY],
    ["to another question", { requestId: 7 }, PASSKEY],
    ["to no question", { requestId: 0 }, PASSKEY],
    ["without a passkey", {}, new Uint8Array(0)],
  ] as const
) {
  Deno.test(`rule 9: AdminOrders.incoming() takes no passkey from an answer ${name}`, async () => {
    const { orders, clock, drafts } = scene();
    const result = orders.reboot(TARGET, 15, { signal: never });
    assert.equal(orders.incoming(sessionAnswer(packet, passkey)), false);
    await clock.tick(60_001);
    assert.deepEqual(await result, { kind: "no-answer" });
    assert.equal(drafts.length, 1);
  });
}

Deno.test("AdminOrders.incoming() leaves alone what is no admin message, and what nobody asked for", () => {
  const { orders } = scene();
  assert.equal(orders.incoming(sessionAnswer()), false);
  assert.equal(orders.incoming({ ...sessionAnswer(), kind: "encrypted" } as Incoming), false);
});

Deno.test("AdminOrders.incoming() knows the question also after it went out again under a new id", async () => {
  const { orders, renumber, clock, drafts } = scene();
  void orders.reboot(TARGET, 15, { signal: never });
  renumber(0, 900);
  assert.equal(orders.incoming(sessionAnswer()), false);
  assert.equal(orders.incoming(sessionAnswer({ requestId: 900 })), true);
  await clock.tick(0);
  assert.equal(drafts.length, 2);
});

Deno.test("AdminOrders.reboot() waits on for the passkey when the question was only delivered or relayed", async () => {
  for (const kind of ["delivered", "relayed"] as const) {
    const { orders, end, drafts, clock } = scene();
    const result = orders.reboot(TARGET, 15, { signal: never });
    await end(0, { kind });
    assert.equal(drafts.length, 1);
    assert.equal(orders.incoming(sessionAnswer()), true);
    await clock.tick(0);
    assert.equal(drafts.length, 2);
    await end(1, { kind: "delivered" });
    assert.deepEqual(await result, { kind: "confirmed" });
  }
});

const ENDS: readonly (readonly [Outcome, OrderResult])[] = [
  [{ kind: "relayed" }, { kind: "unconfirmed" }],
  [{ kind: "unknown", reason: "the link was lost" }, { kind: "unconfirmed" }],
  [refused(RoutingError.NOT_AUTHORIZED), { kind: "not-admin" }],
  [refused(RoutingError.ADMIN_PUBLIC_KEY_UNAUTHORIZED), { kind: "not-admin" }],
  [refused(RoutingError.ADMIN_BAD_SESSION_KEY), { kind: "failed", reason: "ADMIN_BAD_SESSION_KEY" }],
  [{ kind: "expired", reason: "it could not be sent in time" }, { kind: "failed", reason: "expired (it could not be sent in time)" }],
];

function refused(error: number): Outcome {
  const verdict = judgeRoutingError(error);
  assert(verdict.kind === "end");
  return verdict.outcome;
}

for (const [outcome, expected] of ENDS) {
  Deno.test(`AdminOrders.reboot() tells of an order that ended as ${Object.values(outcome).join(", ")}: ${expected.kind}`, async () => {
    const { orders, end, clock } = scene();
    const result = orders.reboot(TARGET, 15, { signal: never });
    orders.incoming(sessionAnswer());
    await clock.tick(0);
    await end(1, outcome);
    assert.deepEqual(await result, expected);
    assert.equal(clock.pendingTimers(), 0);
  });
}

Deno.test("AdminOrders.reboot() ends at once when the question for a session is refused", async () => {
  const { orders, end, drafts, clock } = scene();
  const result = orders.reboot(TARGET, 15, { signal: never });
  await end(0, refused(RoutingError.ADMIN_PUBLIC_KEY_UNAUTHORIZED));
  assert.deepEqual(await result, { kind: "not-admin" });
  assert.deepEqual([drafts.length, clock.pendingTimers()], [1, 0]);
  assert.equal(orders.incoming(sessionAnswer()), false);
});

Deno.test("AdminOrders.reboot() gives up after a minute a step, and takes back what was not sent", async () => {
  const { orders, clock, cancelled } = scene();
  const asked = orders.reboot(TARGET, 15, { signal: never });
  await clock.tick(60_000);
  assert.deepEqual(await asked, { kind: "no-answer" });
  const ordered = orders.reboot(TARGET, 15, { signal: never });
  orders.incoming(sessionAnswer({ requestId: 501 }));
  await clock.tick(60_000);
  assert.deepEqual(await ordered, { kind: "unconfirmed" });
  assert.deepEqual([...new Set(cancelled)], [0, 1, 2]);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("AdminOrders.reboot() ends with its signal, in both steps", async () => {
  const { orders, clock } = scene();
  const stop = new AbortController();
  const asked = assert.rejects(orders.reboot(TARGET, 15, { signal: stop.signal }), /enough/);
  const ordered = assert.rejects(orders.reboot(TARGET, 15, { signal: stop.signal }), /enough/);
  orders.incoming(sessionAnswer({ requestId: 501 }));
  await clock.tick(0);
  stop.abort(new Error("enough"));
  await asked;
  await ordered;
  await assert.rejects(orders.reboot(TARGET, 15, { signal: stop.signal }), /enough/);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("AdminOrders.reboot() never cancels a restart nor puts it off for ever", () => {
  for (const [wanted, sent] of [[-1, 1], [0, 1], [2.6, 3], [1e9, 86_400]] as const) {
    const { orders, drafts } = scene();
    void orders.reboot(OWN_NUM, wanted, { signal: never });
    assert.deepEqual(adminOf(drafts[0]).payloadVariant, { case: "rebootSeconds", value: sent });
  }
});

Deno.test("AdminOrders.incoming() reads an answer as it comes from the radio", async () => {
  const { orders, drafts, clock } = scene();
  void orders.reboot(TARGET, 15, { signal: never });
  // AdminMessage with get_config_response (field 6) holding an empty sessionkey (field 9), and session_passkey (field 101) of 8 bytes.
  const payload = Uint8Array.from([0x32, 0x02, 0x4a, 0x00, 0xaa, 0x06, 0x08, ...PASSKEY]);
  const packet = make("MeshPacket", {
    from: TARGET,
    to: OWN_NUM,
    pkiEncrypted: true,
    publicKey: TARGET_KEY,
    payloadVariant: { case: "decoded", value: { portnum: PortNum.ADMIN_APP, payload, requestId: 500 } },
  });
  assert.equal(orders.incoming(readPacket(packet)), true);
  await clock.tick(0);
  assert.deepEqual([...adminOf(drafts[1]).sessionPasskey], [...PASSKEY]);
});

Deno.test("AdminOrders waits for a minute for each answer, to the millisecond, and asks for nobody else", async () => {
  const { clock, orders, drafts } = scene();
  const result = orders.reboot(TARGET, 5, { signal: new AbortController().signal });
  const { payload: _payload, publicKey: _key, label: _label, ...draft } = drafts[0] ?? assert.fail();
  assert.deepEqual(draft, {
    to: TARGET,
    channel: 0,
    portnum: PortNum.ADMIN_APP,
    priority: "reply",
    person: TARGET,
    answerId: 0,
    wantAck: true,
    wantResponse: true,
    expiresAtMs: clock.nowMs() + 60_000,
  });
  let ended: OrderResult | undefined;
  void result.then((value) => ended = value);
  await clock.tick(59_999);
  assert.equal(ended, undefined);
  await clock.tick(1);
  assert.deepEqual(await result, { kind: "no-answer" });
});

Deno.test("AdminOrders.reboot() sends nothing for a signal that is aborted already, nor goes on when it is aborted while it sends", async () => {
  const { orders, drafts } = scene();
  await assert.rejects(orders.reboot(OWN_NUM, 15, { signal: AbortSignal.abort(new Error("too late")) }), /too late/);
  assert.deepEqual(drafts, []);
  const clock = createFakeClock();
  const stopping = new AbortController();
  const aborted = new AdminOrders({
    clock,
    enqueue() {
      stopping.abort(new Error("enough"));
      return { id: 1, outcome: new Promise<never>(() => {}), cancel() {} };
    },
    answered() {},
    ownNum: () => OWN_NUM,
    publicKeyOf: () => TARGET_KEY,
  });
  await assert.rejects(aborted.reboot(TARGET, 15, { signal: stopping.signal }), /enough/);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("AdminOrders.reboot() leaves nothing listening to its signal", async () => {
  const { orders, clock, end } = scene();
  const { signal, listeners } = listenedSignal();
  const result = orders.reboot(TARGET, 15, { signal });
  assert.equal(listeners.size, 1);
  orders.incoming(sessionAnswer());
  await clock.tick(0);
  assert.equal(listeners.size, 1);
  await end(1, { kind: "delivered" });
  await result;
  assert.equal(listeners.size, 0);
});
