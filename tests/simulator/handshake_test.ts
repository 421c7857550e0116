import assert from "node:assert/strict";
import { decode } from "../../src/link/codec.ts";
import { FrameParser } from "../../src/link/frame.ts";
import type { FromRadio, MeshPacket } from "../../src/link/messages.ts";
import { ONLY_NODES } from "../../src/simulator/handshake.ts";
import type { SimulatedNode } from "../../src/simulator/node.ts";
import { readRecording } from "../support/recording.ts";
import { connect, ONLY_CONFIG, routingOf, startStillNode, textOf, textPacket } from "../support/sim.ts";

const ALPHA = 0xa1b2_0a01;
const BRAVO = 0xc3d4_0b02;

Deno.test("SimulatedNode answers the requests of the recording as the real firmware did, in order and kind", async () => {
  const recording = await readRecording();
  await using node = await startStillNode({
    nodeNum: ALPHA,
    position: "unknown",
    airScale: 0.01,
    // The recorded node told its own telemetry 12.066 s after the client came.
    telemetryMs: 60_000,
    nodes: [{
      num: BRAVO,
      longName: "Node Bravo",
      shortName: "BRVO",
      publicKey: bravoKey(recording.flatMap(({ dir, bytes }) => dir === "from" ? messages(bytes) : [])),
    }],
  });
  await node.fake.tick(60_000 - 12_066);
  await using client = await connect(node);
  const startedAtMs = node.fake.nowMs();
  const hearFromMesh = meshOf(node);
  let compared = 0;
  for (const line of recording) {
    await node.fake.tick(Math.max(0, Math.round(line.t * 1000) - (node.fake.nowMs() - startedAtMs)));
    if (line.dir === "to") {
      // The first line is the wake-up: 32 bytes that are no message.
      const taken = compared === 0 && line.bytes[0] === 0xc3 ? undefined : node.waitFor("toRadio");
      await client.write(line.bytes);
      await taken;
    } else if (line.dir === "eof") {
      assert.equal(await client.ended, "eof");
    } else {
      for (const expected of messages(line.bytes)) {
        // Time for what the node has to send: some answers to it are in the same read.
        if (expected.payloadVariant.case === "packet") await node.fake.tick(20);
        hearFromMesh(expected);
        assert.equal(describe(await client.next()), describe(expected), `${line.t} s into the recording`);
        compared += 1;
      }
    }
  }
  assert.ok(compared > 110, `${compared} messages were compared`);
});

/** What the recorded node heard by radio is heard by ours too: Bravo's packets, and Bravo repeating a channel text. */
function meshOf(node: SimulatedNode): (message: FromRadio) => void {
  // Bravo acknowledges our node's own acknowledgements: those have other ids here than in the recording.
  const ownAcks: number[] = [];
  const clientIds = new Set<number>();
  node.on("toRadio", ({ message }) => {
    if (message.payloadVariant.case === "packet") clientIds.add(message.payloadVariant.value.id);
  });
  node.on("transmit", ({ packet }) => {
    if (routingOf(packet) !== undefined) ownAcks.push(packet.id);
  });
  return ({ payloadVariant }) => {
    if (payloadVariant.case !== "packet") return;
    const packet = payloadVariant.value;
    const routing = routingOf(packet);
    if (packet.from !== BRAVO) {
      if (routing?.error === 0) node.receiveFromMesh({ from: ALPHA, id: routing.requestId, payloadVariant: { case: undefined } });
    } else if (routing !== undefined && !clientIds.has(routing.requestId) && packet.payloadVariant.case === "decoded") {
      const value = { ...packet.payloadVariant.value, requestId: ownAcks.shift() ?? 0 };
      node.receiveFromMesh({ ...packet, payloadVariant: { case: "decoded", value } });
    } else node.receiveFromMesh({ ...packet, rxSnr: 6, rxRssi: -70 });
  };
}

/** The kind of a message, with what must be the same in both. */
function describe({ payloadVariant }: FromRadio): string {
  switch (payloadVariant.case) {
    case "config":
    case "moduleConfig":
      return `${payloadVariant.case} ${payloadVariant.value.payloadVariant.case}`;
    case "channel":
      return `channel ${payloadVariant.value.index} role ${payloadVariant.value.role}`;
    case "nodeInfo":
      return `nodeInfo ${payloadVariant.value.num.toString(16)} favourite ${payloadVariant.value.isFavorite}`;
    case "queueStatus":
      return `queueStatus res ${payloadVariant.value.res}, ${payloadVariant.value.free} of ${payloadVariant.value.maxlen}`;
    case "packet":
      return describePacket(payloadVariant.value);
    case "fileInfo":
      return `fileInfo ${payloadVariant.value.fileName}`;
    case "configCompleteId":
      return `configCompleteId ${payloadVariant.value}`;
    default:
      return String(payloadVariant.case);
  }
}

function describePacket(packet: MeshPacket): string {
  if (packet.payloadVariant.case !== "decoded") return "packet without data";
  const { portnum, payload, requestId, bitfield } = packet.payloadVariant.value;
  const who = `from ${packet.from.toString(16)} to ${packet.to.toString(16)}`;
  // Ids of the node's own packets differ from run to run: only whether one is answered is compared.
  const what = `port ${portnum} ${routingOf(packet)?.error ?? ""} answers ${requestId !== 0} bitfield ${bitfield}`;
  const how = `hops ${packet.hopLimit}/${packet.hopStart} ack ${packet.wantAck} priority ${packet.priority} pki ${packet.pkiEncrypted}`;
  const telemetry = portnum === 67 ? decode("Telemetry", payload).variant.case : "";
  return `packet ${who} ${what} ${how} rxTime ${packet.rxTime} ${telemetry}`;
}

function messages(bytes: Uint8Array): FromRadio[] {
  const found: FromRadio[] = [];
  new FrameParser({ onFrame: (payload) => void found.push(decode("FromRadio", payload.slice())) }).push(bytes);
  return found;
}

function bravoKey(all: readonly FromRadio[]): Uint8Array {
  const info = all.find(({ payloadVariant }) => payloadVariant.case === "nodeInfo" && payloadVariant.value.num === BRAVO);
  return info?.payloadVariant.case === "nodeInfo" ? info.payloadVariant.value.user?.publicKey ?? new Uint8Array(0) : new Uint8Array(0);
}

Deno.test("handshake() tells who the node is, and the settings that a client needs", async () => {
  await using node = await startStillNode({ nodeNum: 0x1234_5678, channels: [{ name: "" }, { name: "Echo" }], nodes: 3 });
  await using client = await connect(node);
  const answers = await client.handshake(4711);
  const first = answers[0]?.payloadVariant;
  assert.ok(first?.case === "myInfo");
  assert.deepEqual([first.value.myNodeNum, first.value.nodedbCount, first.value.rebootCount], [0x1234_5678, 4, 0]);
  const channels = answers.flatMap(({ payloadVariant }) => payloadVariant.case === "channel" ? [payloadVariant.value] : []);
  assert.deepEqual(channels.map(({ role }) => role), [1, 2, 0, 0, 0, 0, 0, 0]);
  assert.equal(channels[1]?.settings?.name, "Echo");
  const lora =
    answers.flatMap(({ payloadVariant }) =>
      payloadVariant.case === "config" && payloadVariant.value.payloadVariant.case === "lora"
        ? [payloadVariant.value.payloadVariant.value]
        : []
    )[0];
  assert.deepEqual([lora?.region, lora?.modemPreset, lora?.hopLimit, lora?.usePreset], [3, 0, 3, true]);
  const others = answers.flatMap(({ payloadVariant }) => payloadVariant.case === "nodeInfo" ? [payloadVariant.value] : []).slice(1);
  assert.equal(others.length, 3);
  for (const other of others) assert.ok(other.user !== undefined && other.lastHeard > 0 && other.deviceMetrics !== undefined);
});

Deno.test("handshake() gives the configuration alone for 69420, the nodes alone for 69421, again and again on one connection", async () => {
  await using node = await startStillNode({ nodes: 5 });
  await using client = await connect(node);
  for (const nonce of [ONLY_CONFIG, ONLY_NODES, ONLY_CONFIG]) {
    const kinds = (await client.handshake(nonce)).map(({ payloadVariant }) => payloadVariant.case);
    const nodeInfos = kinds.filter((kind) => kind === "nodeInfo").length;
    assert.equal(nodeInfos, nonce === ONLY_NODES ? 6 : 1);
    assert.equal(kinds.includes("myInfo"), nonce === ONLY_CONFIG);
    assert.equal(kinds.includes("fileInfo"), nonce === ONLY_CONFIG);
    if (nonce === ONLY_NODES) assert.equal(kinds.length, 7);
    await client.barrier();
  }
});

Deno.test("handshake() begins anew when it is asked for in the middle", async () => {
  await using node = await startStillNode({ nodes: 50 });
  await using client = await connect(node);
  await client.send({ case: "wantConfigId", value: 1 }, { case: "wantConfigId", value: 2 });
  const answers = await client.until(({ payloadVariant }) => payloadVariant.case === "configCompleteId");
  assert.deepEqual(answers.at(-1)?.payloadVariant, { case: "configCompleteId", value: 2 });
});

Deno.test("handshake() of 2.8 has region_presets, thin nodes, and replays positions and metrics with stable ids", async () => {
  await using node = await startStillNode({ firmware: "2.8.0", nodes: 8 });
  await using client = await connect(node);
  const answers = await client.handshake(99);
  const kinds = answers.map(({ payloadVariant }) => payloadVariant.case);
  const presets = answers[kinds.indexOf("metadata") + 1] as FromRadio & { $unknown?: { no: number; data: Uint8Array }[] };
  assert.equal(presets.payloadVariant.case, undefined);
  assert.deepEqual(presets.$unknown?.map(({ no }) => no), [19]);
  assert.equal(kinds.filter((kind) => kind === "moduleConfig").length, 17);
  const others = answers.flatMap(({ payloadVariant }) => payloadVariant.case === "nodeInfo" ? [payloadVariant.value] : []).slice(1);
  assert.ok(others.every(({ position, deviceMetrics }) => position === undefined && deviceMetrics === undefined));

  const replayed = await replayedIds(client);
  assert.equal(replayed.filter(({ portnum }) => portnum === 67).length, 8);
  assert.ok(replayed.some(({ portnum }) => portnum === 3));
  for (const { packet } of replayed) assert.ok(packet.rxRssi === 0 && packet.rxTime > 0 && packet.hopStart === 3);

  await client.handshake(100);
  assert.deepEqual((await replayedIds(client)).map(({ packet }) => packet.id), replayed.map(({ packet }) => packet.id));
  await client.handshake(ONLY_CONFIG);
  assert.deepEqual(await client.barrier(), []);
});

async function replayedIds(client: { barrier(): Promise<FromRadio[]> }): Promise<{ portnum: number; packet: MeshPacket }[]> {
  // Live packets come before replayed ones: the barrier's answer, too. A second barrier waits for the rest.
  const told = [...await client.barrier(), ...await client.barrier()];
  return told.flatMap(({ payloadVariant }) =>
    payloadVariant.case === "packet" && payloadVariant.value.payloadVariant.case === "decoded"
      ? [{ portnum: payloadVariant.value.payloadVariant.value.portnum, packet: payloadVariant.value }]
      : []
  );
}

Deno.test("handshake() of 2.6 has 13 module configurations", async () => {
  await using node = await startStillNode({ firmware: "2.6.11" });
  await using client = await connect(node);
  const kinds = (await client.handshake(7)).map(({ payloadVariant }) => payloadVariant.case);
  assert.equal(kinds.filter((kind) => kind === "moduleConfig").length, 13);
});

Deno.test("handshake() is followed by the packets that waited, in their order", async () => {
  await using node = await startStillNode();
  for (const text of ["one", "two", "three"]) node.receiveFromMesh(textPacket(text, { from: 77 }));
  await using client = await connect(node);
  await client.handshake(5);
  const texts = [await client.packet(), await client.packet(), await client.packet()].map(textOf);
  assert.deepEqual(texts, ["one", "two", "three"]);
});
