import assert from "node:assert/strict";
import { decode, encode } from "../../src/link/codec.ts";
import { PortNum, Priority, RegionCode, RoutingError } from "../../src/link/enums.ts";
import type { Init, MeshPacket } from "../../src/link/messages.ts";
import { loraMs } from "../../src/simulator/lora_time.ts";
import { connect, connectReady, dataPacket, ONLY_CONFIG, routingOf, startStillNode, textOf, textPacket } from "../support/sim.ts";

const FRIEND = 0x0f0f_0f01;
const STRANGER = 0x0e0e_0e02;
const nodes = [{ num: FRIEND }, { num: 0x0d0d_0d03, publicKey: new Uint8Array(0) }];

type StillNode = Awaited<ReturnType<typeof startStillNode>>;

/** Collects what the node sends, in order. */
function onAir(node: StillNode): MeshPacket[] {
  const sent: MeshPacket[] = [];
  node.on("transmit", ({ packet }) => sent.push(packet));
  return sent;
}

function acknowledgement(requestId: number, from: number, error: number = RoutingError.NONE): Init<"MeshPacket"> {
  const payload = encode("Routing", { variant: { case: "errorReason", value: error } });
  return dataPacket(PortNum.ROUTING_APP, payload, { from, to: 0, hopStart: 2, hopLimit: 2, priority: Priority.ACK }, {
    requestId,
    bitfield: 0,
  });
}

Deno.test("Router sends a direct message with the recipient's key, and passes the recipient's acknowledgement on", async () => {
  await using node = await startStillNode({ nodes });
  await using client = await connectReady(node);
  const sent = onAir(node);
  const text = textPacket("hello", { to: FRIEND, from: node.nodeNum, wantAck: true, channel: 0 });
  await client.sendPacket(text);
  await client.take("queueStatus");
  await node.fake.tick(1);
  const [packet] = sent.filter(({ id }) => id === text.id);
  assert.ok(packet?.pkiEncrypted && packet.from === node.nodeNum && packet.hopStart === 3 && packet.relayNode === (node.nodeNum & 0xff));
  assert.deepEqual(packet.publicKey, node.station.publicKey);
  node.receiveFromMesh({ ...acknowledgement(text.id, FRIEND), to: node.nodeNum });
  assert.deepEqual(await routing(client, text.id), [RoutingError.NONE, FRIEND]);
  // It is not sent again.
  await node.fake.tick(60_000);
  assert.equal(sent.filter(({ id }) => id === text.id).length, 1);
});

async function routing(client: Awaited<ReturnType<typeof connect>>, id: number): Promise<[error: number, from: number]> {
  const { error, from } = await client.routing(id);
  return [error, from];
}

Deno.test("Router takes a neighbour's repeating as an acknowledgement from the node itself, for channel and direct texts", async () => {
  await using node = await startStillNode({ nodes });
  await using client = await connectReady(node);
  const sent = onAir(node);
  for (const to of [0xffff_ffff, FRIEND]) {
    await node.fake.tick(2000);
    const text = textPacket("hello", { to, wantAck: true });
    await client.sendPacket(text);
    await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === text.id);
    await node.fake.tick(1);
    const packet = sent.find(({ id }) => id === text.id) as MeshPacket;
    // Broadcasts go out without the flag.
    assert.equal(packet.wantAck, to === FRIEND);
    node.receiveFromMesh({ ...packet, hopLimit: packet.hopLimit - 1 });
    assert.deepEqual(await routing(client, text.id), [RoutingError.NONE, node.nodeNum]);
    node.receiveFromMesh({ ...packet, hopLimit: packet.hopLimit - 2 });
    await node.fake.tick(60_000);
    assert.equal(sent.filter(({ id }) => id === text.id).length, 1);
  }
  assert.deepEqual(packets(await client.barrier()), []);
});

Deno.test("Router sends a packet that nobody acknowledges three times in about 20 s, then gives it up", async () => {
  await using node = await startStillNode({ nodes });
  await using client = await connectReady(node);
  const sent = onAir(node);
  const text = textPacket("hello", { to: FRIEND, wantAck: true });
  const gaveUp = node.waitFor("gaveUp");
  await client.sendPacket(text);
  await client.take("queueStatus");
  await node.fake.tick(19_000);
  assert.equal(sent.filter(({ id }) => id === text.id).length, 3);
  await node.fake.tick(2000);
  assert.deepEqual(await routing(client, text.id), [RoutingError.MAX_RETRANSMIT, node.nodeNum]);
  assert.equal((await gaveUp).packet.id, text.id);
});

Deno.test("Router refuses a direct message to a node whose key it does not know; old firmware uses the channel's key", async () => {
  for (const firmware of ["2.7.26", "2.6.11"] as const) {
    await using node = await startStillNode({ nodes, firmware });
    await using client = await connectReady(node);
    const sent = onAir(node);
    const text = textPacket("hello", { to: STRANGER, from: node.nodeNum, wantAck: true });
    await client.sendPacket(text);
    const { res } = await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === text.id);
    await node.fake.tick(1);
    if (firmware === "2.7.26") {
      assert.equal(res, RoutingError.PKI_SEND_FAIL_PUBLIC_KEY);
      assert.deepEqual(await routing(client, text.id), [RoutingError.PKI_SEND_FAIL_PUBLIC_KEY, node.nodeNum]);
      await node.fake.tick(60_000);
      assert.ok(!sent.some(({ id }) => id === text.id));
    } else {
      assert.equal(res, 0);
      assert.equal(sent.find(({ id }) => id === text.id)?.pkiEncrypted, false);
    }
  }
});

Deno.test("Router refuses encryption with a key that is not the recipient's, and for everybody; sealed packets pass", async () => {
  await using node = await startStillNode({ nodes });
  await using client = await connectReady(node);
  const sent = onAir(node);
  const results: number[] = [];
  const send = async (packet: Init<"MeshPacket"> & { readonly id: number }) => {
    await node.fake.tick(2000);
    await client.sendPacket(packet);
    results.push((await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === packet.id)).res);
  };
  await send(textPacket("wrong key", { to: FRIEND, pkiEncrypted: true, publicKey: new Uint8Array(32).fill(9) }));
  await send(
    textPacket("right key", { to: FRIEND, pkiEncrypted: true, publicKey: node.station.nodes.publicKeyOf(FRIEND) ?? assert.fail() }),
  );
  await send(textPacket("everybody", { pkiEncrypted: true }));
  await send({ id: 5, to: FRIEND, payloadVariant: { case: "encrypted", value: new Uint8Array(9) } });
  await send({ id: 6, to: FRIEND });
  assert.deepEqual(results, [RoutingError.PKI_FAILED, 0, RoutingError.PKI_FAILED, 0, RoutingError.BAD_REQUEST]);
  await node.fake.tick(1);
  assert.equal(sent.find(({ id }) => id === 5)?.payloadVariant.case, "encrypted");
});

Deno.test("Router replaces a hop limit of 0 by its own only when an acknowledgement is wanted, and 8 by 3", async () => {
  await using node = await startStillNode({ hopLimit: 5 });
  await using client = await connectReady(node);
  const sent = onAir(node);
  const cases = [
    { wantAck: true, hopLimit: 0, hops: 5 },
    { wantAck: false, hopLimit: 0, hops: 0 },
    { wantAck: false, hopLimit: 7, hops: 7 },
    { wantAck: false, hopLimit: 8, hops: 3 },
  ];
  for (const { wantAck, hopLimit, hops } of cases) {
    await node.fake.tick(2000);
    const text = textPacket("hello", { wantAck, hopLimit });
    await client.sendPacket(text);
    await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === text.id);
    await node.fake.tick(1);
    const packet = sent.find(({ id }) => id === text.id);
    assert.deepEqual([packet?.hopLimit, packet?.hopStart], [hops, hops]);
  }
});

Deno.test("Router refuses a channel that is not in use, and transmits nothing without a region", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  const text = textPacket("hello", { channel: 3, from: node.nodeNum });
  await client.sendPacket(text);
  assert.equal((await client.take("queueStatus")).res, RoutingError.NO_CHANNEL);
  assert.equal((await client.routing(text.id)).error, RoutingError.NO_CHANNEL);

  await using unset = await startStillNode({ region: RegionCode.UNSET });
  await using other = await connectReady(unset);
  const sent = onAir(unset);
  await other.sendPacket(textPacket("hello"));
  assert.equal((await other.take("queueStatus")).res, 34);
  await unset.fake.tick(1000);
  assert.deepEqual(sent, []);
});

Deno.test("Router reports a full radio queue, and stops at the duty cycle until the hour has passed", async () => {
  await using node = await startStillNode({ nodes, airScale: 1 });
  await using client = await connectReady(node);
  const send = async () => {
    const packet = dataPacket(PortNum.UNKNOWN_APP, new Uint8Array(220), { to: 0xffff_ffff });
    await client.sendPacket(packet);
    return { ...(await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === packet.id)), id: packet.id };
  };
  let free = 16;
  while (free > 0) free = (await send()).free;
  assert.deepEqual((({ res, free }) => [res, free])(await send()), [32, 0]);
  let refused: Awaited<ReturnType<typeof send>>;
  do {
    await node.fake.tick(2500);
    refused = await send();
  } while (refused.res === 0 || refused.res === 32);
  assert.equal(refused.res, RoutingError.DUTY_CYCLE_LIMIT);
  assert.match((await client.take("clientNotification")).message, /Duty cycle limit exceeded. You can send again in \d+ mins/);
  assert.equal((await client.routing(refused.id)).error, RoutingError.DUTY_CYCLE_LIMIT);
  await node.fake.tick(3_600_000);
  await node.fake.tick(60_000);
  await using later = await connectReady(node);
  const packet = dataPacket(PortNum.UNKNOWN_APP, new Uint8Array(220));
  await later.sendPacket(packet);
  assert.equal((await later.take("queueStatus", ({ meshPacketId }) => meshPacketId === packet.id)).res, 0);
});

Deno.test("Router acknowledges a direct text, and only once shows it to the client", async () => {
  await using node = await startStillNode({ nodes });
  await using client = await connectReady(node);
  const sent = onAir(node);
  const text = textPacket("/ping", {
    from: FRIEND,
    to: node.nodeNum,
    wantAck: true,
    hopStart: 3,
    hopLimit: 3,
    pkiEncrypted: true,
    rxSnr: 5.5,
    rxRssi: -80,
  });
  node.receiveFromMesh(text);
  const shown = await client.packet();
  assert.deepEqual([textOf(shown), shown.id, shown.rxSnr, shown.rxRssi, shown.pkiEncrypted], ["/ping", text.id, 5.5, -80, true]);
  await node.fake.tick(1);
  const [ack] = sent.filter((packet) => routingOf(packet)?.requestId === text.id);
  assert.deepEqual([ack?.to, ack?.hopLimit, ack?.wantAck, ack?.priority], [FRIEND, 2, true, Priority.ACK]);
  // The sender has not heard it: it sends again, and gets another one.
  node.receiveFromMesh(text);
  await node.fake.tick(1);
  assert.equal(sent.filter((packet) => routingOf(packet)?.requestId === text.id).length, 2);
  assert.deepEqual(packets(await client.barrier()), []);
});

Deno.test("Router shows channel texts and packets for the node, not those for others", async () => {
  await using node = await startStillNode({ nodes });
  await using client = await connectReady(node);
  node.receiveFromMesh(textPacket("for somebody else", { from: FRIEND, to: STRANGER }));
  node.receiveFromMesh(textPacket("for all", { from: FRIEND, channel: 1 }));
  node.receiveFromMesh({ from: FRIEND, to: 0xffff_ffff, channel: 99, payloadVariant: { case: "encrypted", value: new Uint8Array(20) } });
  node.receiveFromMesh(textPacket("from nobody", { from: 0 }));
  const seen = packets(await client.barrier());
  assert.deepEqual(seen.map(textOf), ["for all", undefined]);
  assert.equal(seen[0]?.channel, 1);
  assert.equal(seen[1]?.payloadVariant.case, "encrypted");
});

Deno.test("Router says to the sender why a sealed message could not be opened", async () => {
  await using node = await startStillNode({ nodes });
  const sent = onAir(node);
  const sealed = (from: number, channel: number) =>
    ({
      from,
      to: node.nodeNum,
      channel,
      id: 5 + channel,
      wantAck: true,
      payloadVariant: { case: "encrypted", value: new Uint8Array(20) },
    }) as const;
  node.receiveFromMesh(sealed(STRANGER, 0));
  node.receiveFromMesh(sealed(FRIEND, 8));
  await node.fake.tick(10);
  const errors = sent.map(routingOf).filter((answer) => answer !== undefined).map(({ error }) => error);
  assert.deepEqual(errors, [RoutingError.PKI_UNKNOWN_PUBKEY, RoutingError.NO_CHANNEL]);
});

Deno.test("Router learns from what it hears: names, places, metrics, hops, signal", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  const hear = (portnum: number, payload: Uint8Array) =>
    node.receiveFromMesh(dataPacket(portnum, payload, { from: STRANGER, hopStart: 3, hopLimit: 1, rxSnr: -4.25, rxRssi: -101 }));
  hear(
    PortNum.NODEINFO_APP,
    encode("User", { id: "!ffffffff", longName: "New here", shortName: "NEW", publicKey: new Uint8Array(32).fill(1) }),
  );
  hear(PortNum.POSITION_APP, encode("Position", { latitudeI: 488_000_000, longitudeI: 23_000_000 }));
  hear(PortNum.TELEMETRY_APP, encode("Telemetry", { variant: { case: "deviceMetrics", value: { batteryLevel: 77 } } }));
  hear(PortNum.NODEINFO_APP, new Uint8Array([0xff, 0xff]));
  const answers = await client.handshake(69421);
  const known = answers.flatMap(({ payloadVariant }) => payloadVariant.case === "nodeInfo" ? [payloadVariant.value] : []).at(-1);
  assert.equal(known?.num, STRANGER);
  // The id is derived from the number, whatever the sender claims.
  assert.deepEqual([known.user?.id, known.user?.longName], ["!0e0e0e02", "New here"]);
  assert.deepEqual([known.position?.latitudeI, known.deviceMetrics?.batteryLevel], [488_000_000, 77]);
  assert.deepEqual([known.hopsAway, known.snr], [2, -4.25]);
});

Deno.test("Router answers other nodes: traceroute, NodeInfo, telemetry, position, and NO_RESPONSE for the rest", async () => {
  await using node = await startStillNode({ nodes });
  const sent = onAir(node);
  await node.fake.tick(600_000);
  const ask = async (portnum: number, payload: Uint8Array) => {
    const request = dataPacket(portnum, payload, { from: FRIEND, to: node.nodeNum, hopStart: 3, hopLimit: 2, rxSnr: 6.25, rxRssi: -70 }, {
      wantResponse: true,
    });
    node.receiveFromMesh(request);
    await node.fake.tick(5);
    const answer = sent.find((packet) => packet.payloadVariant.case === "decoded" && packet.payloadVariant.value.requestId === request.id);
    return answer?.payloadVariant.case === "decoded" ? answer.payloadVariant.value : undefined;
  };
  const traced = await ask(PortNum.TRACEROUTE_APP, encode("RouteDiscovery", { route: [STRANGER], snrTowards: [10] }));
  const route = decode("RouteDiscovery", traced?.payload ?? new Uint8Array(0));
  assert.deepEqual([route.route, route.snrTowards], [[STRANGER], [10, 25]]);
  const user = decode("User", (await ask(PortNum.NODEINFO_APP, new Uint8Array(0)))?.payload ?? new Uint8Array(0));
  assert.equal(user.longName, "Simulated Node");
  // It has just introduced itself.
  assert.equal(await ask(PortNum.NODEINFO_APP, new Uint8Array(0)), undefined);
  const metrics = await ask(PortNum.TELEMETRY_APP, encode("Telemetry", { variant: { case: "deviceMetrics", value: {} } }));
  assert.equal(decode("Telemetry", metrics?.payload ?? new Uint8Array(0)).variant.case, "deviceMetrics");
  assert.equal((await ask(PortNum.POSITION_APP, new Uint8Array(0)))?.portnum, PortNum.POSITION_APP);
  assert.equal((await ask(PortNum.NEIGHBORINFO_APP, new Uint8Array(0)))?.portnum, PortNum.ROUTING_APP);
});

Deno.test("Router adds the last stretch to a traceroute's answer, and unknown nodes that did not sign", async () => {
  await using node = await startStillNode({ nodes });
  await using client = await connectReady(node);
  const payload = encode("RouteDiscovery", { route: [STRANGER], snrTowards: [20, 12], routeBack: [], snrBack: [] });
  node.receiveFromMesh(
    dataPacket(PortNum.TRACEROUTE_APP, payload, { from: FRIEND, to: node.nodeNum, hopStart: 3, hopLimit: 2, rxSnr: -3.5, rxRssi: -99 }, {
      requestId: 9,
    }),
  );
  const answer = await client.packet();
  assert.ok(answer.payloadVariant.case === "decoded");
  const route = decode("RouteDiscovery", answer.payloadVariant.value.payload);
  assert.deepEqual([route.route, route.snrTowards, route.routeBack, route.snrBack], [[STRANGER], [20, 12], [0xffff_ffff], [-128, -14]]);
});

Deno.test("Router introduces the node to a sender that it does not know", async () => {
  await using node = await startStillNode();
  const sent = onAir(node);
  await node.fake.tick(600_000);
  node.receiveFromMesh(textPacket("hi", { from: STRANGER }));
  await node.fake.tick(1);
  const introduction = sent.at(-1);
  assert.ok(introduction?.to === STRANGER && introduction.payloadVariant.case === "decoded");
  assert.deepEqual([introduction.payloadVariant.value.portnum, introduction.payloadVariant.value.wantResponse], [
    PortNum.NODEINFO_APP,
    true,
  ]);
});

Deno.test("OwnTelemetry comes every minute, but only while nothing else waits for the client", async () => {
  await using node = await startStillNode({ telemetryMs: 60_000 });
  // Nobody is there: the first one waits, and keeps further ones away.
  await node.fake.tick(300_000);
  assert.equal(node.queued, 2);
  await using client = await connect(node);
  await client.handshake(ONLY_CONFIG);
  const kinds = [await client.packet(), await client.packet()].map((packet) => {
    assert.ok(packet.payloadVariant.case === "decoded" && packet.from === node.nodeNum);
    return decode("Telemetry", packet.payloadVariant.value.payload).variant.case;
  });
  assert.deepEqual(kinds, ["deviceMetrics", "localStats"]);
  await node.fake.tick(60_000);
  const packet = await client.packet();
  assert.ok(packet.payloadVariant.case === "decoded");
  const telemetry = decode("Telemetry", packet.payloadVariant.value.payload);
  assert.ok(telemetry.variant.case === "deviceMetrics" && telemetry.variant.value.uptimeSeconds === 360);
});

Deno.test("loraMs() gives the air time of LongFast", () => {
  // With the header of 16 bytes: 50 bytes on air, and 216.
  assert.equal(Math.round(loraMs(34)), 641);
  assert.equal(Math.round(loraMs(200)), 1870);
});

function packets(messages: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>["barrier"]>>): MeshPacket[] {
  return messages.flatMap(({ payloadVariant }) => payloadVariant.case === "packet" ? [payloadVariant.value] : []);
}
