import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode, make } from "../../src/link/codec.ts";
import { PortNum, Priority, RoutingError, TransportMechanism } from "../../src/link/enums.ts";
import { FrameParser } from "../../src/link/frame.ts";
import type { Init, MeshPacket } from "../../src/link/messages.ts";
import { hopsUsed, type Incoming, readPacket } from "../../src/mesh/packet.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { readRecording } from "../support/recording.ts";

const OWN = 0xa1b20a01;
const NEIGHBOUR = 0xc3d40b02;

/** A packet of that kind, heard directly; `data` and `packet` for what is to be different. */
function packet(portnum: number, payload: Uint8Array, data: Init<"Data"> = {}, rest: Init<"MeshPacket"> = {}): MeshPacket {
  return make("MeshPacket", {
    from: NEIGHBOUR,
    to: OWN,
    id: 7,
    hopStart: 3,
    hopLimit: 3,
    rxSnr: 6.25,
    rxRssi: -88,
    ...rest,
    payloadVariant: { case: "decoded", value: { portnum, payload, ...data } },
  });
}

/** The packets that the recorded firmware told its client. */
async function recordedPackets(): Promise<Incoming[]> {
  const packets: Incoming[] = [];
  const parser = new FrameParser({
    onFrame(payload) {
      const { payloadVariant } = decode("FromRadio", payload.slice());
      if (payloadVariant.case === "packet") packets.push(readPacket(payloadVariant.value));
    },
  });
  for (const line of await readRecording()) if (line.dir === "from") parser.push(line.bytes);
  return packets;
}

const HOPS: [what: string, hopStart: number, hopLimit: number, bitfield: number | undefined, hops: number | undefined][] = [
  ["of a direct neighbour", 3, 3, undefined, 0],
  ["over one relay", 3, 2, undefined, 1],
  ["over seven relays", 7, 0, undefined, 7],
  ["with hop_start 0 and a bitfield, a true zero-hop packet", 0, 0, 1, 0],
  ["with hop_start 0 and a bitfield of 0, which is present all the same", 0, 0, 0, 0],
  ["with hop_start 0 and no bitfield, from firmware that does not fill it in", 0, 0, undefined, undefined],
  ["with hop_start 0 and hop_limit 3, of our own node", 0, 3, undefined, undefined],
  ["with hop_start < hop_limit", 2, 3, undefined, undefined],
  ["with hop_start < hop_limit and a bitfield", 2, 3, 1, undefined],
  ["with hop_start 0 < hop_limit and a bitfield", 0, 3, 1, undefined],
  ["with hop_start and a bitfield", 3, 1, 1, 2],
];
for (const [what, hopStart, hopLimit, bitfield, hops] of HOPS) {
  Deno.test(`rule 4: hopsUsed() is ${hops ?? "unknown"} for a packet ${what}`, () => {
    const data = bitfield === undefined ? {} : { bitfield };
    assert.equal(hopsUsed(packet(PortNum.TEXT_MESSAGE_APP, new Uint8Array(), data, { hopStart, hopLimit })), hops);
  });
}

Deno.test("rule 4: hopsUsed() knows no bitfield of a packet that is still encrypted", () => {
  const sealed = make("MeshPacket", { hopStart: 0, hopLimit: 0, payloadVariant: { case: "encrypted", value: new Uint8Array([1, 2, 3]) } });
  assert.equal(hopsUsed(sealed), undefined);
  assert.equal(hopsUsed({ ...sealed, hopStart: 3, hopLimit: 1 }), 2);
  assert.equal(readPacket(sealed).kind, "encrypted");
});

Deno.test("rule 4: hopsUsed() is unknown or never below 0, whatever a packet says", () => {
  const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
  fc.assert(fc.property(uint32, uint32, fc.option(uint32, { nil: undefined }), (hopStart, hopLimit, bitfield) => {
    const data = bitfield === undefined ? {} : { bitfield };
    const hops = hopsUsed(packet(PortNum.TEXT_MESSAGE_APP, new Uint8Array(), data, { hopStart, hopLimit }));
    assert.ok(hops === undefined || hops >= 0);
    if (hops === 0) assert.equal(hopStart, hopLimit);
  }));
});

const SIGNALS: [what: string, rest: Init<"MeshPacket">, signal: [number, number] | undefined, viaMqtt: boolean][] = [
  ["heard by radio", { transportMechanism: TransportMechanism.TRANSPORT_LORA }, [6.25, -88], false],
  ["of older firmware, which names no transport", {}, [6.25, -88], false],
  ["with an SNR of 0", { rxSnr: 0 }, [0, -88], false],
  ["replayed by the node, with RSSI 0", { rxRssi: 0, transportMechanism: TransportMechanism.TRANSPORT_LORA }, undefined, false],
  ["by MQTT", { viaMqtt: true }, undefined, true],
  ["by MQTT as its transport alone tells", { transportMechanism: TransportMechanism.TRANSPORT_MQTT }, undefined, true],
  ["that a neighbour's gateway took from MQTT and sent by radio", { viaMqtt: true, rxSnr: 3, rxRssi: -70 }, undefined, true],
];
for (const [what, rest, signal, viaMqtt] of SIGNALS) {
  Deno.test(`rule 5: readPacket() gives a packet ${what} ${signal === undefined ? "no signal" : "its signal"}`, () => {
    const read = readPacket(packet(PortNum.TEXT_MESSAGE_APP, new TextEncoder().encode("hi"), {}, rest));
    assert.deepEqual([read.snr, read.rssi], signal ?? [undefined, undefined]);
    assert.equal(read.viaMqtt, viaMqtt);
  });
}

Deno.test("readPacket() reads what a real firmware said, packet by packet", async () => {
  const read = await recordedPackets();
  assert.deepEqual(
    read.map(({ kind, from, hopsUsed }) => [kind, from === OWN ? "own" : "neighbour", hopsUsed]),
    [
      ["nodeInfo", "neighbour", 0],
      ["text", "neighbour", 0],
      ["routing", "neighbour", 0],
      ["text", "neighbour", 0],
      ["text", "neighbour", 0],
      ["routing", "neighbour", 0],
      ["unreadable", "neighbour", 0],
      ["routing", "neighbour", 0],
      ["telemetry", "own", undefined],
      ["telemetry", "own", undefined],
      ["routing", "neighbour", 0],
      ["routing", "own", undefined],
      ["routing", "own", undefined],
      ["routing", "neighbour", 0],
      ["routing", "own", undefined],
      ["routing", "own", undefined],
      ["traceroute", "neighbour", 0],
      ["admin", "own", undefined],
      ["telemetry", "neighbour", 0],
    ],
  );
  // The recorded nodes had no radio between them: no packet has a signal.
  assert.ok(read.every(({ snr, rssi }) => snr === undefined && rssi === undefined));
});

Deno.test("readPacket() reads the recorded direct message as one that its sender's key vouches for", async () => {
  const [direct, onChannel] = (await recordedPackets()).filter(({ kind }) => kind === "text");
  assert.ok(direct?.kind === "text" && onChannel?.kind === "text");
  assert.deepEqual([direct.text, direct.lengthBytes, direct.to, direct.id], ["/ping", 5, OWN, 1863279581]);
  assert.deepEqual([direct.pkiEncrypted, direct.publicKey.length, direct.wantAck], [true, 32, true]);
  assert.deepEqual([onChannel.text, onChannel.lengthBytes, onChannel.to], ["bonjour à tous 🎉 é", 23, BROADCAST_NUM]);
  assert.deepEqual([onChannel.pkiEncrypted, onChannel.publicKey.length], [false, 0]);
});

Deno.test("readPacket() reads the recorded answers of the node about packets that it was given", async () => {
  const answers = (await recordedPackets()).filter((read) => read.kind === "routing" && read.from === OWN);
  assert.deepEqual(answers.map((read) => read.kind === "routing" ? read.error : undefined), [
    RoutingError.NONE,
    RoutingError.RATE_LIMIT_EXCEEDED,
    RoutingError.TOO_LARGE,
    RoutingError.PKI_SEND_FAIL_PUBLIC_KEY,
  ]);
});

Deno.test("readPacket() tells tapbacks and replies apart from other texts", () => {
  const text = new TextEncoder().encode("👍");
  const tapback = readPacket(packet(PortNum.TEXT_MESSAGE_APP, text, { emoji: 1, replyId: 99 }));
  assert.ok(tapback.kind === "text");
  assert.deepEqual([tapback.emoji, tapback.replyId], [true, 99]);
  // Some apps put the code point itself there.
  const other = readPacket(packet(PortNum.TEXT_MESSAGE_APP, text, { emoji: 0x1f44d }));
  assert.ok(other.kind === "text" && other.emoji);
  const plain = readPacket(packet(PortNum.TEXT_MESSAGE_APP, text));
  assert.ok(plain.kind === "text" && !plain.emoji && plain.replyId === 0);
});

Deno.test("readPacket() takes a Routing packet without an error for a success, one with a route too", () => {
  for (const routing of [{}, { variant: { case: "routeReply", value: {} } }] as Init<"Routing">[]) {
    const read = readPacket(packet(PortNum.ROUTING_APP, encode("Routing", routing), { requestId: 5 }));
    assert.ok(read.kind === "routing");
    assert.deepEqual([read.requestId, read.error], [5, RoutingError.NONE]);
  }
});

Deno.test("readPacket() hands on what it does not know with its bytes", () => {
  const read = readPacket(packet(PortNum.NEIGHBORINFO_APP, new Uint8Array([0xff, 0xff]), { requestId: 3 }));
  assert.ok(read.kind === "other");
  assert.deepEqual([read.portnum, read.requestId, [...read.payload]], [PortNum.NEIGHBORINFO_APP, 3, [0xff, 0xff]]);
});

// No UTF-8; as a protobuf, a field of 127 bytes that are not there.
const INVALID = new Uint8Array([0x0a, 0x7f, 0xff]);
const READ_KINDS = {
  TEXT_MESSAGE_APP: PortNum.TEXT_MESSAGE_APP,
  POSITION_APP: PortNum.POSITION_APP,
  NODEINFO_APP: PortNum.NODEINFO_APP,
  TELEMETRY_APP: PortNum.TELEMETRY_APP,
  TRACEROUTE_APP: PortNum.TRACEROUTE_APP,
  ROUTING_APP: PortNum.ROUTING_APP,
  ADMIN_APP: PortNum.ADMIN_APP,
};
for (const [name, portnum] of Object.entries(READ_KINDS)) {
  Deno.test(`readPacket() finds an invalid ${name} payload unreadable and says why`, () => {
    const read = readPacket(packet(portnum, INVALID));
    assert.ok(read.kind === "unreadable", read.kind);
    assert.equal(read.portnum, portnum);
    assert.notEqual(read.reason, "");
    assert.deepEqual([read.from, read.id, read.hopsUsed], [NEIGHBOUR, 7, 0]);
  });
}

Deno.test("readPacket() never throws, whatever bytes a packet of any kind carries", () => {
  const portnum = fc.oneof(fc.constantFrom(...Object.values(PortNum)), fc.integer({ min: 0, max: 511 }));
  fc.assert(
    fc.property(portnum, fc.uint8Array({ maxLength: 300 }), (kind, payload) => {
      const read = readPacket(packet(kind, payload));
      assert.equal(read.from, NEIGHBOUR);
      if (read.kind === "unreadable") assert.equal(read.portnum, kind);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("readPacket() never throws, whatever packet was read from bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      let read: MeshPacket;
      try {
        read = decode("MeshPacket", bytes);
      } catch {
        return;
      }
      readPacket(read);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("readPacket() keeps the node's time of reception, the relay and who wants an answer", () => {
  const read = readPacket(
    packet(PortNum.POSITION_APP, new Uint8Array(), { wantResponse: true }, {
      rxTime: 1_780_000_000,
      relayNode: 0xa3,
      wantAck: true,
      channel: 2,
    }),
  );
  assert.deepEqual([read.rxTimeS, read.relayNode, read.wantAck, read.wantsResponse, read.channel], [1_780_000_000, 0xa3, true, true, 2]);
  const quiet = readPacket(packet(PortNum.POSITION_APP, new Uint8Array(), {}, { priority: Priority.DEFAULT }));
  assert.deepEqual([quiet.wantAck, quiet.wantsResponse], [false, false]);
});
