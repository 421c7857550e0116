import assert from "node:assert/strict";
import { decode, encode } from "../../src/link/codec.ts";
import { PortNum, RoutingError } from "../../src/link/enums.ts";
import { CHAT_LINES } from "../../src/simulator/chat_lines.ts";
import { CENTRE, metresBetween } from "../../src/simulator/geography.ts";
import { type Mesh, type MeshOptions, startMesh } from "../../src/simulator/mesh.ts";
import type { AirDelivery, AirText } from "../../src/simulator/mesh_events.ts";
import { hopsAt, signalAt } from "../../src/simulator/radio_path.ts";
import { Random } from "../../src/simulator/random.ts";
import type { VirtualNode } from "../../src/simulator/virtual_node.ts";
import { connect, connectReady, dataPacket, ONLY_CONFIG, startStillNode, type TestClient, textOf, textPacket } from "../support/sim.ts";

/** A node with a mesh that only answers. */
async function startQuietMesh(options: Partial<MeshOptions> & { readonly airScale?: number } = {}) {
  const node = await startStillNode({ airScale: options.airScale ?? 0.5 });
  const mesh = startMesh({ node, chat: false, beacons: false, ...options });
  return { node, mesh, fake: node.fake, [Symbol.asyncDispose]: () => (mesh.stop(), node.stop()) };
}

function withHops(mesh: Mesh, hops: number): VirtualNode {
  return mesh.nodes.find((node) => mesh.hopsTo(node) === hops && !node.viaMqtt && node.publicKey.length === 32) ??
    assert.fail(`nobody is ${hops} hops away`);
}

async function sendText(client: TestClient, to: number, text = "hello"): Promise<number> {
  const packet = textPacket(text, { to, wantAck: true });
  await client.sendPacket(packet);
  assert.equal((await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === packet.id)).res, 0);
  return packet.id;
}

Deno.test("Mesh says the same texts in the same order for the same seed, and others for another", async () => {
  const first = await textsOf(5);
  assert.deepEqual(await textsOf(5), first);
  assert.notDeepEqual(await textsOf(6), first);
  // Every line is said once before one is said again.
  assert.ok(first.length >= 40);
  assert.equal(new Set(first.slice(0, CHAT_LINES.length).map(({ text }) => text)).size, Math.min(first.length, CHAT_LINES.length));
});

async function textsOf(seed: number): Promise<{ text: string; from: number; answers: boolean }[]> {
  await using node = await startStillNode({ seed });
  using mesh = startMesh({ node, seed });
  const texts: { text: string; from: number; answers: boolean }[] = [];
  mesh.on("text", ({ text, from, replyId }) => texts.push({ text, from, answers: replyId !== 0 }));
  await node.fake.tick(5000);
  assert.ok(texts.length >= 1, "the first text comes within 5 s");
  await node.fake.tick(600_000);
  return texts;
}

Deno.test("CHAT_LINES are many, different, short, and in two languages", () => {
  assert.ok(CHAT_LINES.length >= 40);
  assert.equal(new Set(CHAT_LINES).size, CHAT_LINES.length);
  for (const line of CHAT_LINES) assert.ok(new TextEncoder().encode(line).length <= 200);
  assert.ok(CHAT_LINES.some((line) => /[éèà]/.test(line)) && CHAT_LINES.some((line) => /\bthe\b/.test(line)));
});

Deno.test("Mesh sends positions, telemetry and NodeInfo that a client can read, with plausible hops and signals", async () => {
  await using node = await startStillNode({ queueSize: 1000, airScale: 0 });
  using _mesh = startMesh({ node, chat: false });
  await node.fake.tick(300_000);
  const waiting = node.queued;
  await using client = await connect(node);
  await client.handshake(ONLY_CONFIG);
  const ports = new Map<number, number>();
  for (let left = waiting; left > 0; left -= 1) {
    const packet = await client.packet();
    assert.ok(packet.payloadVariant.case === "decoded");
    const { portnum, payload } = packet.payloadVariant.value;
    ports.set(portnum, (ports.get(portnum) ?? 0) + 1);
    decode(portnum === PortNum.POSITION_APP ? "Position" : portnum === PortNum.TELEMETRY_APP ? "Telemetry" : "User", payload);
    assert.ok(packet.hopStart === 3 && packet.hopLimit <= 3);
    if (packet.viaMqtt) assert.equal(packet.rxRssi, 0);
    else assert.ok(packet.rxSnr >= -20 && packet.rxSnr <= 13 && packet.rxRssi < -15 && packet.rxRssi > -140);
  }
  assert.deepEqual([...ports.keys()].sort((a, b) => a - b), [PortNum.POSITION_APP, PortNum.NODEINFO_APP, PortNum.TELEMETRY_APP]);
});

Deno.test("Mesh fills the node's database: names, keys, roles, places, most heard today, some directly and some far", async () => {
  await using quiet = await startQuietMesh({ nodes: 250 });
  const known = quiet.node.station.nodes.all().filter(({ num }) => num !== quiet.node.nodeNum);
  assert.equal(known.length, 250);
  assert.equal(new Set(known.map(({ user }) => user?.longName)).size, 250);
  for (const { user } of known) {
    assert.ok(new TextEncoder().encode(user?.shortName).length <= 4 && new TextEncoder().encode(user?.longName).length < 40);
  }
  const hops = new Set(known.map(({ hopsAway }) => hopsAway));
  for (const ring of [0, 1, 2, 3]) assert.ok(hops.has(ring), `${ring} hops`);
  assert.ok(known.some(({ viaMqtt }) => viaMqtt) && known.some(({ user }) => user?.publicKey?.length === 0));
  const nowS = quiet.fake.wallMs() / 1000;
  const today = known.filter(({ lastHeardS = 0 }) => nowS - lastHeardS < 86_400);
  assert.ok(today.length > 200 && today.length < 250);
  assert.ok(new Set(known.map(({ user }) => user?.role)).size >= 4);
});

Deno.test("Mesh acknowledges a direct text: a neighbour the node alone, one farther off the node and then the recipient", async () => {
  await using quiet = await startQuietMesh();
  const { node, mesh, fake } = quiet;
  await using client = await connectReady(node);
  const ended: AirDelivery[] = [];
  mesh.on("delivery", (delivery) => ended.push(delivery));
  const near = withHops(mesh, 0);
  const nearId = await sendText(client, near.num);
  await fake.tick(3000);
  assert.equal((await client.routing(nearId)).from, near.num);

  const far = withHops(mesh, 2);
  await fake.tick(2000);
  const farId = await sendText(client, far.num);
  await fake.tick(8000);
  const [relayed, delivered] = [await client.routing(farId), await client.routing(farId)];
  assert.deepEqual([relayed.from, relayed.error], [node.nodeNum, RoutingError.NONE]);
  assert.deepEqual([delivered.from, delivered.error], [far.num, RoutingError.NONE]);
  assert.deepEqual([delivered.packet.hopStart - delivered.packet.hopLimit, delivered.packet.payloadVariant.case], [2, "decoded"]);
  assert.deepEqual(ended.map(({ id, delivery, from, to }) => [id, delivery, from, to]), [
    [nearId, "delivered", node.nodeNum, near.num],
    [farId, "delivered", node.nodeNum, far.num],
  ]);
});

Deno.test("Mesh lets a text to a node that is off end as relayed by neighbours, or as failed when nobody is between", async () => {
  await using quiet = await startQuietMesh();
  const { node, mesh, fake } = quiet;
  await using client = await connectReady(node);
  const ended: AirDelivery[] = [];
  mesh.on("delivery", (delivery) => ended.push(delivery));
  for (
    const { hops, delivery, error } of [{ hops: 2, delivery: "relayed", error: RoutingError.NONE }, {
      hops: 0,
      delivery: "failed",
      error: RoutingError.MAX_RETRANSMIT,
    }]
  ) {
    const target = withHops(mesh, hops);
    target.off = true;
    const id = await sendText(client, target.num);
    await fake.tick(25_000);
    const answer = await client.routing(id);
    assert.deepEqual([answer.from, answer.error], [node.nodeNum, error]);
    assert.equal(ended.at(-1)?.delivery, delivery);
    if (delivery === "failed") assert.equal(ended.at(-1)?.reason, "MAX_RETRANSMIT");
  }
  // Two hops are not enough for three.
  const far = withHops(mesh, 3);
  const short = textPacket("too far", { to: far.num, wantAck: true, hopLimit: 2 });
  await client.sendPacket(short);
  await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === short.id);
  await fake.tick(25_000);
  assert.deepEqual([ended.at(-1)?.id, ended.at(-1)?.delivery], [short.id, "relayed"]);
});

Deno.test("Mesh repeats a channel text, which the node takes as its acknowledgement", async () => {
  await using quiet = await startQuietMesh();
  await using client = await connectReady(quiet.node);
  const ended = quiet.mesh.waitFor("delivery");
  const id = await sendText(client, 0xffff_ffff);
  await quiet.fake.tick(3000);
  assert.equal((await client.routing(id)).from, quiet.node.nodeNum);
  assert.equal((await ended).delivery, "relayed");

  // At zero hops nobody repeats it.
  const further: AirDelivery[] = [];
  quiet.mesh.on("delivery", (delivery) => further.push(delivery));
  const near = textPacket("for neighbours", { hopLimit: 0 });
  await client.sendPacket(near);
  await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === near.id);
  await quiet.fake.tick(10_000);
  assert.deepEqual(further, []);
});

Deno.test("Mesh answers a traceroute with the relays that carry packets, and the SNR of each stretch, both ways", async () => {
  await using quiet = await startQuietMesh();
  const { node, mesh, fake } = quiet;
  await using client = await connectReady(node);
  for (const hops of [0, 2]) {
    const target = withHops(mesh, hops);
    const ask = dataPacket(PortNum.TRACEROUTE_APP, encode("RouteDiscovery", {}), { to: target.num }, { wantResponse: true });
    await fake.tick(30_000);
    await client.sendPacket(ask);
    await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === ask.id);
    await fake.tick(10_000);
    const answer = await client.packet(({ payloadVariant }) =>
      payloadVariant.case === "decoded" && payloadVariant.value.portnum === PortNum.TRACEROUTE_APP
    );
    assert.ok(answer.payloadVariant.case === "decoded" && answer.payloadVariant.value.requestId === ask.id && answer.from === target.num);
    const route = decode("RouteDiscovery", answer.payloadVariant.value.payload);
    assert.equal(route.route.length, hops);
    assert.deepEqual(route.routeBack, route.route.toReversed());
    assert.deepEqual([route.snrTowards.length, route.snrBack.length], [hops + 1, hops + 1]);
    for (const num of route.route) assert.ok(mesh.nodes.some((relay) => relay.num === num && relay.repeats));
    for (const quarters of [...route.snrTowards, ...route.snrBack]) assert.ok(quarters >= -80 && quarters <= 52);
    assert.equal(route.snrBack.at(-1), answer.rxSnr * 4);
  }
});

Deno.test("Mesh answers requests for NodeInfo, position and telemetry, and NO_RESPONSE for what nobody knows", async () => {
  await using quiet = await startQuietMesh({ airScale: 0 });
  const { node, mesh, fake } = quiet;
  await using client = await connectReady(node);
  const target = mesh.nodes.find((virtual) => mesh.hopsTo(virtual) === 0 && virtual.position(0) !== undefined) ?? assert.fail("nobody");
  const ask = async (portnum: number, payload: Uint8Array = new Uint8Array(0)) => {
    const request = dataPacket(portnum, payload, { to: target.num }, { wantResponse: true });
    await client.sendPacket(request);
    await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === request.id);
    await fake.tick(100);
    const answer = await client.packet(({ payloadVariant }) =>
      payloadVariant.case === "decoded" && payloadVariant.value.requestId === request.id
    );
    return answer.payloadVariant.case === "decoded" ? answer.payloadVariant.value : assert.fail();
  };
  assert.equal(decode("User", (await ask(PortNum.NODEINFO_APP)).payload).longName, target.longName);
  assert.ok(decode("Position", (await ask(PortNum.POSITION_APP)).payload).latitudeI);
  const telemetry = encode("Telemetry", { variant: { case: "deviceMetrics", value: {} } });
  assert.equal(decode("Telemetry", (await ask(PortNum.TELEMETRY_APP, telemetry)).payload).variant.case, "deviceMetrics");
  const refused = await ask(PortNum.NEIGHBORINFO_APP);
  assert.deepEqual(decode("Routing", refused.payload).variant.value, RoutingError.NO_RESPONSE);
});

Deno.test("Person writes to the node and hears its answer; both see what became of their texts", async () => {
  for (const hops of [0, 1]) {
    await using quiet = await startQuietMesh();
    const { node, mesh, fake } = quiet;
    const person = mesh.addPerson({ longName: "You", shortName: "You", hops });
    await using client = await connectReady(node);
    const air: AirText[] = [];
    mesh.on("text", (text) => air.push(text));
    const marked = person.waitFor("delivery");
    const id = person.sendDirect("/ping é");
    await fake.tick(4000);
    const received = await client.packet(({ id: candidate }) => candidate === id);
    assert.equal(textOf(received), "/ping é");
    assert.deepEqual([received.from, received.to, received.wantAck, received.pkiEncrypted, received.publicKey.length], [
      person.nodeNum,
      node.nodeNum,
      true,
      true,
      32,
    ]);
    assert.deepEqual([received.hopStart - received.hopLimit, received.rxRssi < 0], [hops, true]);
    await fake.tick(4000);
    assert.deepEqual((({ id, delivery }) => [id, delivery])(await marked), [id, "delivered"]);

    const heard = person.waitFor("text");
    const reply = textPacket("pong", { to: person.nodeNum, wantAck: true, replyId: id });
    await client.sendPacket(reply);
    await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === reply.id);
    await fake.tick(8000);
    assert.deepEqual((({ text, from, replyId, bytes }) => [text, from, replyId, bytes])(await heard), ["pong", node.nodeNum, id, 4]);
    assert.deepEqual(air.map(({ text, from, to, bytes }) => [text, from, to, bytes]), [
      ["/ping é", person.nodeNum, node.nodeNum, 8],
      ["pong", node.nodeNum, person.nodeNum, 4],
    ]);
  }
});

Deno.test("Person is heard on the channel and hears it; a text that is sent again is heard once", async () => {
  await using quiet = await startQuietMesh({ airScale: 0 });
  const { node, mesh, fake } = quiet;
  const [one, two] = [mesh.addPerson({ longName: "One", shortName: "1" }), mesh.addPerson({ longName: "Two", shortName: "2", hops: 2 })];
  await using client = await connectReady(node);
  const heard: string[] = [];
  two.on("text", ({ text }) => heard.push(text));
  const marked = one.waitFor("delivery");
  const id = one.sendChannel("#hello");
  await fake.tick(100);
  assert.equal(textOf(await client.packet(({ id: candidate }) => candidate === id)), "#hello");
  assert.equal((await marked).delivery, "relayed");

  const air: string[] = [];
  mesh.on("text", ({ text }) => air.push(text));
  // A client that has lost its connection sends again what it is not sure of, under the same ids.
  const texts = [textPacket("to all"), textPacket("to two", { to: two.nodeNum, wantAck: true })];
  for (let connection = 0; connection < 2; connection += 1) {
    await using again = await connectReady(node);
    for (const text of texts) {
      await again.sendPacket(text);
      await again.take("queueStatus", ({ meshPacketId }) => meshPacketId === text.id);
      await fake.tick(2000);
    }
  }
  assert.deepEqual(air, ["to all", "to two"]);
  assert.deepEqual(heard, ["#hello", "to all", "to two"]);
});

Deno.test("Person sends three times when the node does not hear, then the text has failed", async () => {
  await using quiet = await startQuietMesh();
  const { node, mesh, fake } = quiet;
  const person = mesh.addPerson({ longName: "You", shortName: "You" });
  const failed = person.waitFor("delivery");
  await node.stop();
  const id = person.sendDirect("anybody there?");
  await fake.tick(21_000);
  assert.deepEqual((({ id, delivery, reason }) => [id, delivery, reason])(await failed), [id, "failed", "MAX_RETRANSMIT"]);
});

Deno.test("Person.sendDirect() and sendChannel() refuse what a radio would refuse", async () => {
  await using quiet = await startQuietMesh({ airScale: 0 });
  const person = quiet.mesh.addPerson({ longName: "You", shortName: "You" });
  person.sendDirect("x".repeat(220));
  person.sendChannel("x".repeat(232));
  assert.throws(() => person.sendDirect("x".repeat(221)), RangeError);
  assert.throws(() => person.sendDirect("x".repeat(216), { replyId: 1 }), RangeError);
  assert.throws(() => person.sendChannel("x".repeat(233)), RangeError);
  assert.throws(() => quiet.mesh.addPerson({ longName: "Far", shortName: "F", hops: 4 }), RangeError);
});

Deno.test("VirtualNode moves when it is mobile, stays on the map, and tells as much of its place as it wants", async () => {
  await using quiet = await startQuietMesh({ nodes: 60 });
  const { mesh, fake } = quiet;
  const before = mesh.nodes.map(({ place }) => place);
  for (const node of mesh.nodes) node.move(fake.nowMs());
  await fake.tick(3_600_000);
  for (const node of mesh.nodes) node.move(fake.nowMs());
  const moved = mesh.nodes.filter((node, index) => metresBetween(node.place, before[index] ?? CENTRE) > 10);
  assert.ok(moved.length > 0 && moved.length < 30);
  for (const node of mesh.nodes) {
    assert.ok(node.hops <= 3);
    const position = node.position(0);
    if (position === undefined) continue;
    const told = { latitude: (position.latitudeI ?? 0) / 1e7, longitude: (position.longitudeI ?? 0) / 1e7 };
    const offM = metresBetween(told, node.place);
    assert.ok(offM < ((position.precisionBits ?? 0) >= 32 ? 2 : 6000), `${offM} m off with ${position.precisionBits} bits`);
  }
});

Deno.test("signalAt() weakens with distance, hopsAt() counts rings", () => {
  const random = new Random(1);
  const mean = (distanceM: number) =>
    Array.from({ length: 200 }, () => signalAt(distanceM, random).snr).reduce((sum, snr) => sum + snr, 0) / 200;
  assert.ok(mean(500) > mean(3000) + 3 && mean(3000) > mean(10_000) + 3);
  assert.deepEqual([0, 5999, 6000, 13_000, 20_000, 90_000].map(hopsAt), [0, 0, 1, 2, 3, 4]);
});
