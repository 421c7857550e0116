import assert from "node:assert/strict";
import { encode } from "../../src/link/codec.ts";
import { PortNum, RoutingError } from "../../src/link/enums.ts";
import type { FirmwareVersion } from "../../src/simulator/firmware.ts";
import { encodeFrame, WAKE_BYTES } from "../../src/link/frame.ts";
import { connect, connectReady, dataPacket, ONLY_CONFIG, routingOf, startStillNode, type TestClient, textPacket } from "../support/sim.ts";

const FRIEND = 0x0f0f_0f01;
const nodes = [{ num: FRIEND }];

Deno.test("PhoneApi answers a heartbeat with one queueStatus, in any state, however many come at once", async () => {
  await using node = await startStillNode();
  await using client = await connect(node);
  await client.send({ case: "heartbeat", value: {} });
  assert.deepEqual(plain(await client.take("queueStatus")), { res: 0, free: 15, maxlen: 16, meshPacketId: 0 });
  await client.handshake(ONLY_CONFIG);
  await client.barrier();
  await client.send({ case: "heartbeat", value: {} }, { case: "heartbeat", value: { nonce: 0 } });
  await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === 0);
  assert.deepEqual(await client.barrier(), []);
});

Deno.test("PhoneApi does not answer heartbeats before 2.7.4", async () => {
  await using node = await startStillNode({ firmware: "2.6.11" });
  await using client = await connectReady(node);
  await client.send({ case: "heartbeat", value: {} });
  assert.deepEqual(await client.barrier(), []);
});

Deno.test("PhoneApi takes a heartbeat with nonce 1 as a wish to announce the node, once a minute", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  await node.fake.tick(60_000);
  const announced = node.waitFor("transmit");
  await client.send({ case: "heartbeat", value: { nonce: 1 } });
  const report = await client.take("queueStatus");
  await node.fake.tick(1);
  const { packet } = await announced;
  assert.ok(packet.payloadVariant.case === "decoded" && packet.payloadVariant.value.portnum === PortNum.NODEINFO_APP);
  // The only report is that of the NodeInfo itself.
  assert.equal(report.meshPacketId, packet.id);
  await client.send({ case: "heartbeat", value: { nonce: 1 } });
  assert.deepEqual(await client.barrier(), []);
});

Deno.test("PhoneApi reports each packet with its id and the free places of the radio", async () => {
  await using node = await startStillNode({ nodes });
  await using client = await connectReady(node);
  const text = textPacket("hello", { to: FRIEND, from: node.nodeNum, wantAck: true });
  await client.sendPacket(text);
  assert.deepEqual(plain(await client.take("queueStatus")), { res: 0, free: 14, maxlen: 16, meshPacketId: text.id });
});

Deno.test("PhoneApi loses the oldest of three reports that come at once", async () => {
  await using node = await startStillNode({ nodes });
  await using client = await connectReady(node);
  const packets = [1, 2, 3].map(() => dataPacket(PortNum.UNKNOWN_APP, new Uint8Array(3), { to: FRIEND }));
  await client.send(...packets.map((value) => ({ case: "packet", value }) as const));
  const reports = [await client.take("queueStatus"), await client.take("queueStatus")];
  assert.deepEqual(reports.map(({ meshPacketId }) => meshPacketId), packets.slice(1).map(({ id }) => id));
  assert.deepEqual(await client.barrier(), []);
});

Deno.test("PhoneApi drops an id among the last 20 of the connection without a word, also one that it had refused", async () => {
  await using node = await startStillNode({ nodes });
  await using client = await connectReady(node);
  await sendText(client, 1);
  const refused = textPacket("too fast", { id: 2, from: node.nodeNum });
  await client.sendPacket(refused);
  assert.equal((await client.routing(2)).error, RoutingError.RATE_LIMIT_EXCEEDED);
  await node.fake.tick(5000);
  await client.barrier();
  for (const id of [1, 2]) await client.sendPacket(textPacket("again", { id, from: node.nodeNum }));
  assert.deepEqual(await client.barrier(), []);
});

Deno.test("PhoneApi remembers exactly 20 ids", async () => {
  await using node = await startStillNode({ nodes });
  await using client = await connect(node);
  await client.handshake(ONLY_CONFIG);
  const send = async (id: number) => {
    await client.sendPacket(dataPacket(PortNum.UNKNOWN_APP, new Uint8Array(1), { id, to: FRIEND }));
    await node.fake.tick(1);
  };
  const reported = async () =>
    (await client.take("queueStatus", ({ meshPacketId }) => meshPacketId >= 1 && meshPacketId <= 21)).meshPacketId;
  for (let id = 1; id <= 20; id += 1) {
    await send(id);
    assert.equal(await reported(), id);
    await node.fake.tick(1);
  }
  await send(1);
  await send(21);
  assert.equal(await reported(), 21);
  await send(1);
  assert.equal(await reported(), 1);
});

Deno.test("PhoneApi remembers ids for one connection only", async () => {
  await using node = await startStillNode();
  for (let round = 0; round < 2; round += 1) {
    await using client = await connectReady(node);
    await sendText(client, 77);
  }
});

async function sendText(client: TestClient, id: number): Promise<void> {
  await client.sendPacket(textPacket("hello", { id }));
  assert.equal((await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === id)).res, 0);
}

Deno.test("PhoneApi refuses a text within 2 s of the one before; its report looks as if all were well", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  await sendText(client, 1);
  await node.fake.tick(1999);
  await client.sendPacket(textPacket("too fast", { id: 2, from: node.nodeNum }));
  assert.equal((await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === 2)).res, 0);
  const refusal = await client.routing(2);
  assert.deepEqual([refusal.error, refusal.from], [RoutingError.RATE_LIMIT_EXCEEDED, node.nodeNum]);
  // A refused text does not move the limit.
  await node.fake.tick(1);
  await sendText(client, 3);
  assert.deepEqual((await client.barrier()).filter(({ payloadVariant }) => payloadVariant.case === "packet"), []);
});

Deno.test("PhoneApi shows a refused text only to a client that names the node as the sender", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  await sendText(client, 1);
  await client.sendPacket(textPacket("from nobody", { id: 2, from: 0 }));
  await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === 2);
  assert.deepEqual(await client.barrier(), []);
});

Deno.test("PhoneApi of 2.6 has no limit for texts", async () => {
  await using node = await startStillNode({ firmware: "2.6.11" });
  await using client = await connectReady(node);
  const sent: number[] = [];
  node.on("transmit", ({ packet }) => sent.push(packet.id));
  for (const id of [1, 2, 3]) await sendText(client, id);
  await node.fake.tick(1);
  await node.fake.tick(1);
  await node.fake.tick(1);
  assert.deepEqual(sent.filter((id) => id <= 3), [1, 2, 3]);
});

Deno.test("PhoneApi sends one traceroute in 30 s, and says so in a notice", async () => {
  await using node = await startStillNode({ nodes });
  await using client = await connectReady(node);
  const trace = (id: number) => dataPacket(PortNum.TRACEROUTE_APP, new Uint8Array(0), { id, to: FRIEND }, { wantResponse: true });
  await client.sendPacket(trace(1));
  await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === 1);
  await node.fake.tick(29_999);
  await client.sendPacket(trace(2));
  const notice = await client.take("clientNotification");
  assert.equal(notice.replyId, 2);
  assert.match(notice.message, /30 seconds/);
  await node.fake.tick(1);
  const sent = node.waitFor("transmit", ({ packet }) => packet.id === 3);
  await client.sendPacket(trace(3));
  await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === 3);
  await node.fake.tick(1);
  // Since 2.7.12 a traceroute wants an acknowledgement, and with it the default hop limit.
  const { packet } = await sent;
  assert.deepEqual([packet.wantAck, packet.hopLimit, packet.hopStart], [true, 3, 3]);
});

Deno.test("PhoneApi refuses a traceroute to everybody over more than one hop", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  await client.sendPacket(dataPacket(PortNum.TRACEROUTE_APP, new Uint8Array(0), { hopLimit: 3 }, { wantResponse: true }));
  assert.match((await client.take("clientNotification")).message, /not allowed/);
});

Deno.test("PhoneApi takes one position, and one telemetry, in 10 s", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  const sent: number[] = [];
  node.on("transmit", ({ packet }) => sent.push(packet.id));
  const send = async (portnum: number, id: number) => {
    await client.sendPacket(dataPacket(portnum, new Uint8Array(0), { id }));
    assert.equal((await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === id)).res, 0);
    await node.fake.tick(1);
  };
  await send(PortNum.POSITION_APP, 1);
  await send(PortNum.TELEMETRY_APP, 2);
  await send(PortNum.POSITION_APP, 3);
  await node.fake.tick(10_000);
  await send(PortNum.POSITION_APP, 4);
  await send(PortNum.NEIGHBORINFO_APP, 5);
  await send(PortNum.NEIGHBORINFO_APP, 6);
  assert.deepEqual(sent.filter((id) => id <= 6), [1, 2, 4, 5, 6]);
});

Deno.test("PhoneApi accepts texts up to the limit of the air, byte by byte", async () => {
  await using node = await startStillNode({ nodes });
  await using client = await connectReady(node);
  const longest = [
    { to: 0xffff_ffff, replyId: 0, limit: 232 },
    { to: 0xffff_ffff, replyId: 5, limit: 227 },
    { to: FRIEND, replyId: 0, limit: 220 },
    { to: FRIEND, replyId: 5, limit: 215 },
  ];
  for (const { to, replyId, limit } of longest) {
    for (const length of [limit, limit + 1]) {
      await node.fake.tick(2000);
      const text = textPacket("x".repeat(length), { to, replyId, from: node.nodeNum, wantAck: true });
      await client.sendPacket(text);
      const { res } = await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === text.id);
      assert.equal(res, length > limit ? RoutingError.TOO_LARGE : 0, `${length} bytes`);
      if (length > limit) assert.equal((await client.routing(text.id)).error, RoutingError.TOO_LARGE);
    }
  }
});

Deno.test("PhoneApi throws a message away that the firmware could not read: not even a report comes", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  await client.sendPacket(textPacket("x".repeat(234)));
  await client.write(encodeFrame(new Uint8Array([0xff, 0xff, 0xff])));
  assert.deepEqual(await client.barrier(), []);
});

Deno.test("PhoneApi ignores the wake-up bytes and a broken frame before a good one", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  await client.write(WAKE_BYTES);
  await client.write(new Uint8Array([0x94, 0xc3, 0xff, 0xff, 1, 2, 3]));
  await client.send({ case: "heartbeat", value: {} });
  await client.take("queueStatus");
});

Deno.test("PhoneApi tells nothing but heartbeats before a handshake was asked for", async () => {
  await using node = await startStillNode();
  node.receiveFromMesh(textPacket("early", { from: FRIEND }));
  await using client = await connect(node);
  await client.send({ case: "heartbeat", value: {} });
  await client.next();
  assert.deepEqual(client.messages.map(({ payloadVariant }) => payloadVariant.case), ["queueStatus"]);
  assert.equal(node.queued, 1);
});

Deno.test("PhoneApi answers administration of its own node", async () => {
  for (const firmware of ["2.6.11", "2.7.26"] satisfies FirmwareVersion[]) {
    await using node = await startStillNode({ firmware });
    await using client = await connectReady(node);
    const ask = admin(node.nodeNum, { case: "getDeviceMetadataRequest", value: true });
    await client.sendPacket(ask);
    const report = await client.take("queueStatus");
    assert.deepEqual([report.meshPacketId, report.res], [ask.id, firmware === "2.6.11" ? 35 : 0]);
    const answer = await client.packet();
    assert.ok(answer.payloadVariant.case === "decoded" && answer.payloadVariant.value.requestId === ask.id);
    assert.equal(answer.from, node.nodeNum);
  }
});

Deno.test("PhoneApi lets a client set the node's clock; until then packets carry no time", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  node.receiveFromMesh(textPacket("no time yet", { from: FRIEND }));
  assert.equal((await client.packet()).rxTime, 0);
  await client.sendPacket(admin(node.nodeNum, { case: "setTimeOnly", value: 1_800_000_000 }));
  await client.barrier();
  await node.fake.tick(5000);
  node.receiveFromMesh(textPacket("five seconds later", { from: FRIEND }));
  assert.equal((await client.packet()).rxTime, 1_800_000_005);
  assert.equal(node.station.nodes.get(FRIEND)?.lastHeardS, 1_800_000_005);
});

Deno.test("PhoneApi of a managed node drops administration without a word", async () => {
  await using node = await startStillNode({ managed: true });
  await using client = await connect(node);
  await client.handshake(ONLY_CONFIG);
  await client.take("queueStatus", ({ meshPacketId }) => meshPacketId !== 0);
  const ask = admin(node.nodeNum, { case: "getDeviceMetadataRequest", value: true });
  await client.sendPacket(ask);
  await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === ask.id);
  const text = textPacket("x".repeat(233), { from: node.nodeNum });
  await client.sendPacket(text);
  assert.equal(routingOf(await client.packet())?.requestId, text.id);
});

Deno.test("PhoneApi learns a contact's key from its client", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  const send = async () => {
    await node.fake.tick(2000);
    const text = textPacket("hello", { to: 0x7777, from: node.nodeNum });
    await client.sendPacket(text);
    return (await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === text.id)).res;
  };
  assert.equal(await send(), RoutingError.PKI_SEND_FAIL_PUBLIC_KEY);
  const user = { longName: "New", shortName: "NEW", publicKey: new Uint8Array(32).fill(7) };
  await client.sendPacket(admin(node.nodeNum, { case: "addContact", value: { nodeNum: 0x7777, user } }));
  await client.barrier();
  assert.equal(await send(), 0);
});

Deno.test("PhoneApi answers an unknown request to its own node with NO_RESPONSE", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  const ask = dataPacket(PortNum.NEIGHBORINFO_APP, new Uint8Array(0), { to: node.nodeNum }, { wantResponse: true });
  await client.sendPacket(ask);
  assert.equal((await client.routing(ask.id)).error, RoutingError.NO_RESPONSE);
});

function admin(to: number, payloadVariant: NonNullable<Parameters<typeof encode<"AdminMessage">>[1]["payloadVariant"]>) {
  return dataPacket(PortNum.ADMIN_APP, encode("AdminMessage", { payloadVariant }), { to }, {
    wantResponse: payloadVariant.case === "getDeviceMetadataRequest",
  });
}

function plain(status: object): object {
  const { res, free, maxlen, meshPacketId } = status as Record<string, number>;
  return { res, free, maxlen, meshPacketId };
}
