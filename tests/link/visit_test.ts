import assert from "node:assert/strict";
import { isExpectedNetworkError, SlotTakenError, TimeLimitError } from "../../src/errors.ts";
import { type ConnectFunction, connectTcp } from "../../src/link/connection.ts";
import { Slots } from "../../src/link/slot.ts";
import { VisitEndedError, visitNode, type VisitOptions } from "../../src/link/visit.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { linkRig } from "../support/link_rig.ts";
import { listenedSignal } from "../support/listened_signal.ts";
import { connect, type TestClient } from "../support/sim.ts";
import { stateKind } from "../support/talker.ts";

const OTHER_NUM = 0x0b0b_0b0b;

async function otherNode(clock: FakeClock, nodeNum = OTHER_NUM): Promise<SimulatedNode> {
  return await startSimulatedNode({ clock, nodeNum, acceptPollMs: 0, airScale: 0, telemetryMs: 1e9, nodes: 20 });
}

function options(node: { readonly port: number }, clock: FakeClock, changes: Partial<VisitOptions> = {}): VisitOptions {
  return { name: "the hill", host: "127.0.0.1", port: node.port, slots: new Slots(), clock, timeoutMs: 10_000, ...changes };
}

/** The kinds of the messages of one connection, in order, ending with how it was closed. */
function listenIn(node: SimulatedNode): string[] {
  const heard: string[] = [];
  node.on("toRadio", ({ message }) => heard.push(message.payloadVariant.case ?? "nothing"));
  node.on("closed", ({ cause }) => heard.push(`closed: ${cause}`));
  return heard;
}

Deno.test("visitNode() brings the whole handshake home and takes leave with `disconnect`", async () => {
  const clock = createFakeClock();
  await using node = await otherNode(clock);
  const heard = listenIn(node);
  const slots = new Slots();
  const closed = node.waitFor("closed");
  const visitorClock = createFakeClock();
  const visit = await visitNode(options(node, visitorClock, { slots }));
  await closed;
  assert.equal(visit.nodeNum, OTHER_NUM);
  assert.equal(visit.messages.filter(({ payloadVariant }) => payloadVariant.case === "nodeInfo").length, node.station.nodes.size);
  assert.equal(visit.messages.filter(({ payloadVariant }) => payloadVariant.case === "channel").length, 8);
  assert.deepEqual(heard, ["wantConfigId", "disconnect", "closed: disconnect"]);
  assert.equal(visitorClock.pendingTimers(), 0);
  // The slot is free again.
  await visitNode(options(node, clock, { slots }));
});

Deno.test("visitNode() refuses our own node under every name, before any dial", async () => {
  const resolve = (host: string) => Promise.resolve(host === "alias.test" || host === "node.test" ? ["127.0.0.1"] : [host]);
  const slots = new Slots({ resolve, ownAddresses: () => ["127.0.0.1", "192.0.2.9"] });
  await using rig = await linkRig({ link: { slots, host: "node.test" } });
  const { node, clock, link } = rig;
  await stateKind(link, "ready");
  for (
    const host of [
      "node.test",
      "NODE.test.",
      "alias.test",
      "127.0.0.1",
      "127.0.0.2",
      "::1",
      "::ffff:127.0.0.1",
      "::ffff:7f00:1",
      "192.0.2.9",
      "0.0.0.0",
    ]
  ) {
    const visit = visitNode(options(node, clock, { slots, host }));
    await assert.rejects(visit, (error) => error instanceof SlotTakenError && /the bot holds it as node\.test/.test(error.message), host);
  }
  assert.equal(node.connections.dialed, 1);
  assert.equal(link.state.kind, "ready");
});

Deno.test("visitNode() ends at once when the handshake shows our own node, and never dials that address again", async () => {
  await using rig = await linkRig();
  const { clock, link } = rig;
  const slots = new Slots();
  // Our own node, held under one address, and the same node number at another port: a forwarded port does that.
  await using door = await otherNode(clock, rig.node.nodeNum);
  const holder = await slots.claim("the bot", "127.0.0.1", rig.node.port);
  holder.identify(rig.node.nodeNum);
  const heard = listenIn(door);
  const closed = door.waitFor("closed");
  const error = await visitNode(options(door, clock, { slots })).then(() => undefined, (reason: unknown) => reason);
  await closed;
  assert(error instanceof SlotTakenError, `it was ${error}`);
  assert.match(error.message, /the bot holds that as 127\.0\.0\.1/);
  assert.deepEqual(heard, ["wantConfigId", "disconnect", "closed: disconnect"]);
  assert.equal(door.connections.dialed, 1);
  for (const host of ["127.0.0.1", "localhost"]) {
    await assert.rejects(
      visitNode(options(door, clock, { slots, host })),
      (again) => again instanceof SlotTakenError && /its handshake showed/.test(again.message),
    );
  }
  assert.equal(door.connections.dialed, 1, "not dialled again");
  await stateKind(link, "ready");
  assert.equal(rig.node.connections.dialed, 1);
});

Deno.test("visitNode() gives up a node that takes the connection but says nothing, and leaves it free", async () => {
  const clock = createFakeClock();
  await using node = await otherNode(clock);
  node.goSilent(true);
  const slots = new Slots();
  const configuring = Promise.withResolvers<void>();
  const connect: ConnectFunction = async (...args) => {
    const socket = await connectTcp(...args);
    configuring.resolve();
    return socket;
  };
  const visit = visitNode(options(node, clock, { slots, connect, timeoutMs: 3000 }));
  const failed = assert.rejects(
    visit,
    (error) => error instanceof TimeLimitError && /the visit to the hill .* took longer than 3 s/.test(error.message),
  );
  await configuring.promise;
  await clock.tick(3000);
  // It takes leave, and waits half a second for a node that does not close.
  await clock.tick(500);
  await failed;
  node.goSilent(false);
  assert.equal((await visitNode(options(node, clock, { slots }))).nodeNum, OTHER_NUM);
});

Deno.test("visitNode() names the node and the reason when it refuses or ends the visit", async () => {
  const clock = createFakeClock();
  await using node = await otherNode(clock);
  node.refuse();
  await assert.rejects(visitNode(options(node, clock)), /^Error: Cannot visit the hill \(127\.0\.0\.1:\d+\): .*refused/i);
  await node.accept();
  node.on("toRadio", ({ message }) => {
    if (message.payloadVariant.case === "wantConfigId") node.hangUp();
  });
  await assert.rejects(visitNode(options(node, clock)), /the hill \(127\.0\.0\.1:\d+\) ended the visit: closed by the node/);
});

Deno.test("visitNode() stops when it is told to, before the dial and during the visit", async () => {
  const clock = createFakeClock();
  await using node = await otherNode(clock);
  const stopped = new AbortController();
  stopped.abort(new Error("enough"));
  await assert.rejects(visitNode(options(node, clock, { signal: stopped.signal })), /enough/);
  assert.equal(node.connections.dialed, 0);
  const stopping = new AbortController();
  node.on("toRadio", () => stopping.abort(new Error("enough now")));
  node.slowAccept(0);
  await assert.rejects(visitNode(options(node, clock, { signal: stopping.signal })), /enough now/);
});

Deno.test("visitNode() stops during the dial, and leaves no rejection behind", async () => {
  const clock = createFakeClock();
  const stop = new AbortController();
  const dialing = Promise.withResolvers<void>();
  const visit = visitNode(options({ port: 4403 }, clock, {
    signal: stop.signal,
    connect: (_address, _port, signal) => {
      dialing.resolve();
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
    },
  }));
  await dialing.promise;
  stop.abort(new Error("enough"));
  await assert.rejects(visit, /enough/);
  // A rejection that nobody handles ends the test when this turn is over.
  await new Promise((resolve) => void setTimeout(resolve, 0));
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("visitNode() tells a visit that another client ended from one that broke off", async () => {
  const clock = createFakeClock();
  await using node = await otherNode(clock);
  let end = () => {};
  node.on("toRadio", ({ message }) => {
    if (message.payloadVariant.case === "wantConfigId") end();
  });
  const visitError = async () => {
    const error = await visitNode(options(node, clock)).then(() => undefined, (reason: unknown) => reason);
    assert(error instanceof VisitEndedError, `it was ${error}`);
    assert(isExpectedNetworkError(error));
    return [error.kicked, error.code];
  };
  // This connection says no more, and a real client comes.
  const others: Promise<TestClient>[] = [];
  end = () => {
    node.mute();
    others.push(connect(node));
  };
  assert.deepEqual(await visitError(), [true, "ECONNABORTED"]);
  for (const other of others) await (await other)[Symbol.asyncDispose]();
  assert.equal(node.connections.kicked, 1);
  end = () => node.reset();
  assert.deepEqual(await visitError(), [false, "ECONNRESET"]);
});

Deno.test("visitNode() keeps what tells an everyday event of a network from a fault", async () => {
  const clock = createFakeClock();
  await using node = await otherNode(clock);
  node.refuse();
  const refused = (error: unknown) => isExpectedNetworkError(error) && (error as { code?: unknown }).code === "ECONNREFUSED";
  await assert.rejects(visitNode(options(node, clock)), refused);
  const notFound = Object.assign(new Error("getaddrinfo of the hill"), { code: "ENOTFOUND" });
  const unknown = new Slots({ resolve: () => Promise.reject(notFound) });
  await assert.rejects(visitNode(options(node, clock, { slots: unknown })), (error) => isExpectedNetworkError(error));
  const slow: ConnectFunction = () => Promise.reject(new TimeLimitError("no answer from the address"));
  await assert.rejects(
    visitNode(options(node, clock, { connect: slow })),
    (error) => error instanceof TimeLimitError && /^Cannot visit the hill .*: no answer from the address$/.test(error.message),
  );
  const fault: ConnectFunction = () => Promise.reject(new TypeError("a fault of ours"));
  await assert.rejects(visitNode(options(node, clock, { connect: fault })), (error) => !isExpectedNetworkError(error));
});

Deno.test("visitNode() does not wait longer for a name server than for the node, and gives back a slot that comes late", async () => {
  const clock = createFakeClock();
  const answer = Promise.withResolvers<string[]>();
  const slots = new Slots({ resolve: () => answer.promise });
  const visit = visitNode(options({ port: 4403 }, clock, { slots, timeoutMs: 3000 }));
  const failed = assert.rejects(visit, TimeLimitError);
  await clock.tick(3000);
  await failed;
  assert.equal(clock.pendingTimers(), 0);
  answer.resolve(["192.0.2.7"]);
  await clock.tick(0);
  (await slots.claim("another", "127.0.0.1", 4403)).release();
});

Deno.test("visitNode() hands out each message as it comes, also when the visit fails", async () => {
  const clock = createFakeClock();
  await using node = await otherNode(clock);
  const stopping = new AbortController();
  const kinds: (string | undefined)[] = [];
  const onMessage: VisitOptions["onMessage"] = ({ payloadVariant }) => {
    kinds.push(payloadVariant.case);
    if (payloadVariant.case === "metadata") stopping.abort(new Error("enough"));
  };
  await assert.rejects(visitNode(options(node, clock, { onMessage, signal: stopping.signal })), /enough/);
  assert.deepEqual(kinds.slice(0, 4), ["myInfo", "deviceuiConfig", "nodeInfo", "metadata"]);
});

Deno.test("visitNode() leaves nothing listening to its signal", async () => {
  const clock = createFakeClock();
  await using node = await otherNode(clock);
  const { signal, listeners } = listenedSignal();
  const visit = visitNode(options(node, clock, { signal }));
  assert.equal(listeners.size, 1);
  await visit;
  assert.equal(listeners.size, 0);
});
