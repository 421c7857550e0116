import assert from "node:assert/strict";
import { encode } from "../../src/link/codec.ts";
import { PortNum, RoutingError } from "../../src/link/enums.ts";
import type { FromRadio, Init, MeshPacket } from "../../src/link/messages.ts";
import type { Draft, Outcome } from "../../src/mesh/outgoing.ts";
import { bytesField, varintField } from "../../src/share/wire.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { connectFrom } from "../support/share_client.ts";
import { shareRig } from "../support/share_rig.ts";
import { dataPacket } from "../support/sim.ts";
import { nextState } from "../support/talker.ts";
import { passTime, socketsSettle, unhurried } from "../support/unhurried.ts";

const BEGIN = varintField(64, 1);
const COMMIT = varintField(65, 1);
const SET_OWNER = bytesField(32, encode("User", { longName: "New name" }));
const SET_FAVORITE = varintField(39, 0x1000);

function order(to: number, payload: Uint8Array, id: number): Init<"MeshPacket"> & { readonly id: number } {
  return dataPacket(PortNum.ADMIN_APP, payload, { to, id, wantAck: true });
}

/** The orders that the radio is given, by their first field. */
function watchOrders(rig: Awaited<ReturnType<typeof shareRig>>): number[] {
  const orders: number[] = [];
  rig.node.on("toRadio", ({ message: { payloadVariant } }) => {
    if (payloadVariant.case !== "packet" || payloadVariant.value.payloadVariant.case !== "decoded") return;
    const { portnum, payload } = payloadVariant.value.payloadVariant.value;
    if (portnum === PortNum.ADMIN_APP) orders.push(((payload[0] as number) | (payload[1] as number) << 8) & 0x7fff);
  });
  return orders;
}

function firstOf(payload: Uint8Array): number {
  return ((payload[0] as number) | (payload[1] as number) << 8) & 0x7fff;
}

Deno.test("Share lets one client edit the settings, until it commits", async () => {
  await using rig = await shareRig({ clock: createFakeClock() });
  const orders = watchOrders(rig);
  await using one = await rig.ready();
  await using two = await rig.ready();
  const own = rig.node.nodeNum;
  await one.sendPacket(order(own, BEGIN, 1));
  assert.equal((await one.routing(1)).error, RoutingError.NONE);
  await two.sendPacket(order(own, SET_OWNER, 2));
  assert.equal((await two.routing(2)).error, RoutingError.NOT_AUTHORIZED);
  await two.sendPacket(order(own, BEGIN, 3));
  assert.equal((await two.routing(3)).error, RoutingError.NOT_AUTHORIZED);
  // Reading is free, and so are texts.
  await two.barrier();
  await one.sendPacket(order(own, SET_OWNER, 4));
  assert.equal((await one.routing(4)).error, RoutingError.NONE);
  await one.sendPacket(order(own, COMMIT, 5));
  assert.equal((await one.routing(5)).error, RoutingError.NONE);
  await two.sendPacket(order(own, SET_OWNER, 6));
  assert.equal((await two.routing(6)).error, RoutingError.NONE);
  assert.equal(orders.filter((one) => one === firstOf(COMMIT)).length, 1);
});

Deno.test("Share commits for a client that goes away, and for one that is too slow", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  const orders = watchOrders(rig);
  const own = rig.node.nodeNum;
  const one = await rig.ready();
  await one.sendPacket(order(own, BEGIN, 1));
  await one.sendPacket(order(own, SET_OWNER, 2));
  await one.routing(2);
  one.close();
  await socketsSettle();
  assert.deepEqual(orders.slice(-3), [BEGIN, SET_OWNER, COMMIT].map(firstOf));
  await using two = await rig.ready();
  await using three = await rig.ready();
  await two.sendPacket(order(own, BEGIN, 3));
  assert.equal((await two.routing(3)).error, RoutingError.NONE);
  await passTime(clock, 59_900);
  assert.deepEqual(orders.at(-1), firstOf(BEGIN));
  await passTime(clock, 200);
  assert.deepEqual(orders.at(-1), firstOf(COMMIT));
  await three.sendPacket(order(own, SET_OWNER, 4));
  assert.equal((await three.routing(4)).error, RoutingError.NONE);
});

Deno.test("Share commits when the radio is back if the client went while it was away", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  const orders = watchOrders(rig);
  const client = await rig.ready();
  await client.sendPacket(order(rig.node.nodeNum, BEGIN, 1));
  await client.routing(1);
  const waiting = nextState(rig.link, "waiting");
  rig.node.refuse();
  rig.node.hangUp();
  await unhurried(clock, waiting);
  client.close();
  await passTime(clock, 31_000);
  await rig.node.accept();
  await unhurried(clock, nextState(rig.link, "ready"));
  await socketsSettle();
  assert.equal(orders.at(-1), firstOf(COMMIT));
});

Deno.test("Share commits for a client whose own commit was lost with the link, unless the radio has restarted", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  const orders = watchOrders(rig);
  const own = rig.node.nodeNum;
  await using client = await rig.ready();
  for (const restarts of [false, true]) {
    await client.sendPacket(order(own, BEGIN, restarts ? 1 : 2));
    await client.routing(restarts ? 1 : 2);
    const waiting = nextState(rig.link, "waiting");
    // The node hangs up as it reads the commit, and says nothing of it.
    const stop = rig.node.on("toRadio", () => rig.node.hangUp());
    await client.sendPacket(order(own, COMMIT, restarts ? 3 : 4));
    await unhurried(clock, waiting);
    stop();
    orders.length = 0;
    if (restarts) rig.node.reboot(0);
    await unhurried(clock, nextState(rig.link, "ready"));
    await socketsSettle();
    assert.deepEqual(orders, restarts ? [] : [firstOf(COMMIT)]);
  }
});

Deno.test("Share takes a restart of the radio for the end of an edit: another client may write, and nobody commits", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  const orders = watchOrders(rig);
  const own = rig.node.nodeNum;
  await using one = await rig.ready();
  await using two = await rig.ready();
  await one.sendPacket(order(own, BEGIN, 1));
  await one.routing(1);
  const back = nextState(rig.link, "ready");
  rig.node.reboot(0);
  await unhurried(clock, back);
  await two.sendPacket(order(own, SET_OWNER, 2));
  assert.equal((await two.routing(2)).error, RoutingError.NONE);
  await passTime(clock, 61_000);
  assert.equal(orders.includes(firstOf(COMMIT)), false);
});

Deno.test("Share commits for a client whose own commit could not be given to the radio, and for none that did not edit", async () => {
  const orders: number[] = [];
  let came: (end: (outcome: Outcome) => void) => void = () => {};
  const outbox = {
    knows: () => false,
    enqueue({ payload, foreign }: Draft) {
      orders.push(firstOf(payload));
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      if (orders.at(-1) === firstOf(BEGIN)) foreign?.given(foreign.id);
      else came(resolve);
      return { id: 1, outcome: promise, cancel() {} };
    },
  };
  await using rig = await shareRig({ clock: createFakeClock(), share: { outbox } });
  const own = rig.node.nodeNum;
  await using client = await rig.ready();
  for (const [edits, id] of [[true, 1], [false, 11]] as const) {
    orders.length = 0;
    const commit = new Promise<(outcome: Outcome) => void>((resolve) => came = resolve);
    if (edits) await client.sendPacket(order(own, BEGIN, id));
    await client.sendPacket(order(own, COMMIT, id + 1));
    (await commit)({ kind: "expired", reason: "it could not be sent in time" });
    await client.routing(id + 1);
    assert.deepEqual(orders, (edits ? [BEGIN, COMMIT, COMMIT] : [COMMIT]).map(firstOf));
  }
});

Deno.test("Share reads the settings again once, 10 s after the last write, and the nodes after a favourite", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  const asked: number[] = [];
  rig.node.on("toRadio", ({ message: { payloadVariant } }) => payloadVariant.case === "wantConfigId" && asked.push(payloadVariant.value));
  const own = rig.node.nodeNum;
  await using client = await rig.ready();
  for (const id of [1, 2]) {
    await client.sendPacket(order(own, SET_OWNER, id));
    await client.routing(id);
    await passTime(clock, 2000);
  }
  await passTime(clock, 7900);
  assert.deepEqual(asked, []);
  await passTime(clock, 200);
  assert.deepEqual(asked, [69420]);
  await client.sendPacket(order(own, SET_FAVORITE, 3));
  await client.routing(3);
  await passTime(clock, 10_100);
  assert.deepEqual(asked, [69420, 69421]);
  await passTime(clock, 30_000);
  assert.deepEqual(asked, [69420, 69421]);
  await client.sendPacket(order(own, SET_OWNER, 4));
  await client.sendPacket(order(own, SET_FAVORITE, 5));
  await client.routing(5);
  await passTime(clock, 10_200);
  assert.deepEqual(asked, [69420, 69421, 69420, 69421]);
});

Deno.test("Share tells all clients of a restart when the radio has restarted or has other settings, and only then", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  await using one = await rig.ready();
  await using two = await rig.ready();
  const told = (messages: readonly FromRadio[]) => messages.filter(({ payloadVariant }) => payloadVariant.case === "rebooted").length;
  rig.session.askConfig();
  await socketsSettle();
  assert.deepEqual([told(one.messages), told(two.messages)], [0, 0]);
  rig.node.reboot(0);
  await unhurried(clock, Promise.all([one, two].map((client) => client.until(({ payloadVariant }) => payloadVariant.case === "rebooted"))));
  assert.deepEqual([told(one.messages), told(two.messages)], [1, 1]);
  const later = await rig.client();
  const [my] = await later.handshake(69420);
  assert.equal(my?.payloadVariant.case === "myInfo" && my.payloadVariant.value.rebootCount, 1);
  later.close();
});

Deno.test("Share gives secrets in administrative answers to clients with all rights alone", async () => {
  const answer = (id: number) => {
    const channel = encode("Channel", { index: 0, settings: { psk: new Uint8Array(16).fill(3), name: "x" } });
    const value: Init<"MeshPacket"> = dataPacket(PortNum.ADMIN_APP, bytesField(2, channel), { from: own, to: own, id: 9000 + id }, {
      requestId: id,
    });
    return [
      { payloadVariant: { case: "packet", value: value as MeshPacket } } as FromRadio,
      encode("FromRadio", { payloadVariant: { case: "packet", value } }),
    ] as const;
  };
  await using rig = await shareRig({ clock: createFakeClock(), config: { allow: [{ cidr: "127.0.0.2", role: "no-admin" }] } });
  const own = rig.node.nodeNum;
  const keys: number[] = [];
  for (const [address, id] of [["127.0.0.1", 51], ["127.0.0.2", 52]] as const) {
    await using client = await connectFrom(address, await rig.port(), own);
    await client.handshake(69420);
    await client.sendPacket(order(own, varintField(1, 1), id));
    await client.take("queueStatus");
    rig.share.fromRadio(...answer(id));
    const { payloadVariant } = await client.packet((packet) => packet.id === 9000 + id);
    const payload = payloadVariant.case === "decoded" ? payloadVariant.value.payload : new Uint8Array();
    keys.push(payload.filter((byte) => byte === 3).length);
    assert.ok(new TextDecoder().decode(payload).includes("x"));
  }
  assert.ok((keys[0] as number) >= 16 && (keys[1] as number) < 16, String(keys));
});
