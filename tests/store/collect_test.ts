import assert from "node:assert/strict";
import fc from "fast-check";
import { encode, encodedLengthBytes, make } from "../../src/link/codec.ts";
import { PortNum, TransportMechanism } from "../../src/link/enums.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { type Cell, type PacketNumbers, packetsOf, type RowTable } from "../../src/store/batch.ts";
import { dataLengthBytes, isHeard, receivedMs } from "../../src/store/collect.ts";
import { batchOf, heardPacket } from "./support.ts";

const NOW_MS = 1.9e12;
const uint32 = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff_ffff }));

Deno.test("dataLengthBytes() is what the codec makes of it", () => {
  const data = fc.record({
    portnum: fc.integer({ min: 0, max: 511 }),
    payload: fc.uint8Array({ maxLength: 237 }),
    wantResponse: fc.boolean(),
    dest: uint32,
    source: uint32,
    requestId: uint32,
    replyId: uint32,
    emoji: uint32,
    bitfield: fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined }),
  });
  fc.assert(fc.property(data, ({ bitfield, ...rest }) => {
    const made = make("Data", { ...rest, ...(bitfield === undefined ? {} : { bitfield }) });
    assert.equal(dataLengthBytes(made), encodedLengthBytes("Data", made));
  }));
});

Deno.test("receivedMs() takes the node's time for what waited there, and ours for all else", () => {
  const nowS = NOW_MS / 1000;
  assert.equal(receivedMs({ rxTime: 0 }, NOW_MS + 0.4), NOW_MS);
  assert.equal(receivedMs({ rxTime: nowS - 3 }, NOW_MS), NOW_MS, "two clocks differ by a little");
  assert.equal(receivedMs({ rxTime: nowS - 600 }, NOW_MS), NOW_MS - 600_000);
  assert.equal(receivedMs({ rxTime: nowS + 600 }, NOW_MS), NOW_MS, "never in the future");
  assert.equal(receivedMs({ rxTime: 1000 }, NOW_MS), NOW_MS, "its clock was never set");
});

Deno.test("isHeard() is false for a packet that 2.8 firmware replays from its memory", () => {
  assert.equal(isHeard(heardPacket()), true);
  assert.equal(isHeard(heardPacket({ rxRssi: 0 })), false);
});

Deno.test("collectPacket() keeps the bytes of every packet, whatever is in it, in rows that the tables take", () => {
  const packet = fc.record({
    portnum: fc.constantFrom(...Object.values(PortNum), 999),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 230 }),
      fc.array(fc.record({ nodeId: uint32, snr: fc.float() }), { maxLength: 30 }).map((neighbors) => encode("NeighborInfo", { neighbors })),
      fc.record({ route: fc.array(uint32), snrTowards: fc.array(fc.integer({ min: -200, max: 200 })) }).map((route) =>
        encode("RouteDiscovery", route)
      ),
    ),
    requestId: uint32,
    from: uint32,
    to: uint32,
    rxSnr: fc.float(),
    rxRssi: fc.integer({ min: -200, max: 100 }),
    hopStart: fc.integer({ min: 0, max: 300 }),
    hopLimit: fc.integer({ min: 0, max: 300 }),
    rxTime: uint32,
  });
  fc.assert(fc.property(fc.array(packet, { maxLength: 40 }), (drawn) => {
    const packets = drawn.map(({ portnum, payload, requestId, ...rest }) =>
      heardPacket({ ...rest, data: { portnum, payload, requestId } })
    );
    const batch = batchOf(packets.map((one) => [one, NOW_MS]));
    const kept = [...packetsOf(batch)];
    assert.deepEqual(kept.map(({ raw }) => [...raw]), packets.map((one) => [...encode("MeshPacket", one)]));
    assert.deepEqual(kept.map(({ numbers }) => numbers.from), packets.map(({ from }) => from));
    assert.equal(new Set(kept.map(({ numbers }) => numbers.atUs)).size, kept.length, "no two have the same key");
    assert.equal(batch.rows.texts?.length ?? 0, packets.filter((one) => readPacket(one).kind === "text").length);
    for (const cells of Object.values(batch.rows).flat(2)) {
      assert.ok(cells === null || typeof cells === "string" || Number.isFinite(cells), String(cells));
    }
  }));
});

Deno.test("collectPacket() takes the lowest bit of the bitfield for the leave to pass it on by MQTT", () => {
  const packets = [undefined, 0, 1, 2, 3].map((bitfield) => heardPacket(bitfield === undefined ? {} : { data: { bitfield } }));
  const unsaid = heardPacket({ payloadVariant: { case: "encrypted", value: new Uint8Array(20) } });
  const kept = [...packetsOf(batchOf([...packets, unsaid].map((one) => [one, NOW_MS])))];
  // heardPacket() gives the leave unless it is told otherwise.
  assert.deepEqual(kept.map(({ numbers }) => numbers.okToMqtt), [1, 0, 1, 0, 1, 0]);
});

Deno.test("collectPacket() takes a report of twenty neighbours, and none of more", () => {
  const report = (count: number) => {
    const neighbors = Array.from({ length: count }, (_, index) => ({ nodeId: 0x2000 + index, snr: 4 }));
    const payload = encode("NeighborInfo", { nodeId: 0x1001, neighbors });
    return batchOf([[heardPacket({ data: { portnum: PortNum.NEIGHBORINFO_APP, payload } }), NOW_MS]]).rows.neighbours?.length ?? 0;
  };
  assert.deepEqual([19, 20, 21].map(report), [19, 20, 0]);
});

Deno.test("dataLengthBytes() counts numbers of every length", () => {
  for (const number of [0, 1, 126, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 0xffff_ffff]) {
    for (
      const value of [
        make("Data", { portnum: PortNum.TEXT_MESSAGE_APP, bitfield: number }),
        make("Data", { portnum: number & 0x7fff_ffff }),
      ]
    ) {
      assert.equal(dataLengthBytes(value), encodedLengthBytes("Data", value), String(number));
    }
  }
  const negative = make("Data", { portnum: -1 });
  assert.equal(dataLengthBytes(negative), encodedLengthBytes("Data", negative));
  for (const length of [0, 1, 127, 128, 233]) {
    const value = make("Data", { payload: new Uint8Array(length) });
    assert.equal(dataLengthBytes(value), encodedLengthBytes("Data", value));
  }
});

Deno.test("receivedMs() takes the node's time from 10 s to a day before ours", () => {
  const waited = (ms: number) => receivedMs({ rxTime: NOW_MS / 1000 }, NOW_MS + ms) === NOW_MS;
  assert.deepEqual([10_000, 10_001, 86_399_999, 86_400_000].map(waited), [false, true, true, false]);
  assert.equal(receivedMs({ rxTime: 1 }, 60_000), 1000);
});

Deno.test("isHeard() is true for every LoRa radio, and false for MQTT, the network and the API", () => {
  const transports = Array.from({ length: 10 }, (_, value) => value);
  const heard = transports.filter((value) => isHeard(heardPacket({ transportMechanism: value as never })));
  assert.deepEqual(heard, transports.filter((value) => value < TransportMechanism.TRANSPORT_MQTT));
  assert.equal(isHeard(heardPacket({ viaMqtt: true })), false);
  assert.equal(isHeard(heardPacket({ rxRssi: 1 })), true);
});

/** The numbers of one packet. */
function numbersOf(...args: Parameters<typeof heardPacket>): PacketNumbers {
  const [kept] = packetsOf(batchOf([[heardPacket(...args), NOW_MS]]));
  return kept?.numbers ?? assert.fail();
}

Deno.test("collectPacket() keeps the numbers of a packet that was heard", () => {
  const packet = {
    from: 5,
    to: 6,
    id: 7,
    channel: 2,
    hopStart: 4,
    hopLimit: 1,
    rxRssi: -91,
    rxSnr: -3.5,
    relayNode: 8,
    pkiEncrypted: true,
  };
  const { atUs, rawBytes, airBytes, ...numbers } = numbersOf(packet);
  assert.deepEqual(numbers, {
    from: 5,
    to: 6,
    id: 7,
    portnum: PortNum.TEXT_MESSAGE_APP,
    channel: 2,
    hopStart: 4,
    hopLimit: 1,
    hops: 3,
    rssi: -91,
    snr: -3.5,
    heard: 1,
    viaMqtt: 0,
    transport: TransportMechanism.TRANSPORT_LORA,
    relayNode: 8,
    pki: 1,
    okToMqtt: 1,
  });
  assert.equal(Math.floor(atUs / 1000), NOW_MS);
  assert.equal(rawBytes, encode("MeshPacket", heardPacket(packet)).length);
  // A header of 16, a Data of 11, and 12 for one person's key.
  assert.equal(airBytes, 16 + 11 + 12);
  assert.deepEqual([numbersOf().pki, numbersOf().airBytes], [0, 27]);
});

Deno.test("collectPacket() keeps no signal of what did not come by radio, and no hops where none are told", () => {
  const signal = ({ rssi, snr, heard, viaMqtt }: PacketNumbers) => [rssi, snr, heard, viaMqtt];
  assert.deepEqual(signal(numbersOf({ viaMqtt: true })), [0, NaN, 0, 1]);
  assert.deepEqual(signal(numbersOf({ transportMechanism: TransportMechanism.TRANSPORT_MQTT })), [0, NaN, 0, 1]);
  assert.deepEqual(signal(numbersOf({ rxRssi: 0 })), [0, NaN, 0, 0]);
  assert.deepEqual(signal(numbersOf({ rxSnr: Infinity })), [-90, NaN, 1, 0]);
  assert.equal(numbersOf({ hopStart: 0, hopLimit: 3 }).hops, -1);
  assert.equal(numbersOf({ hopStart: 3, hopLimit: 3 }).hops, 0);
});

Deno.test("collectPacket() keeps of a packet that nobody can read what it weighs", () => {
  const { portnum, airBytes, pki } = numbersOf({ payloadVariant: { case: "encrypted", value: new Uint8Array(20) }, pkiEncrypted: true });
  assert.deepEqual([portnum, airBytes, pki], [-1, 36, 1]);
  assert.equal(numbersOf({ payloadVariant: { case: undefined } as never }).airBytes, 16);
});

/** The rows that a packet of this kind brings, without their times. */
function rowsOf<Table extends RowTable>(
  table: Table,
  portnum: number,
  payload: Uint8Array,
  packet: Parameters<typeof heardPacket>[0] = {},
): Cell[][] {
  const { data, ...rest } = packet;
  const batch = batchOf([[heardPacket({ from: 5, ...rest, data: { portnum, payload, ...data } }), NOW_MS]]);
  return (batch.rows[table] ?? []).map(([, ...cells]) => cells);
}

Deno.test("collectPacket() keeps places on earth, and no other", () => {
  const place = (position: Parameters<typeof encode<"Position">>[1]) =>
    rowsOf("positions", PortNum.POSITION_APP, encode("Position", position));
  assert.deepEqual(place({ latitudeI: 485_000_000, longitudeI: -92_000_000, altitude: 0, precisionBits: 13 }), [[
    5,
    485_000_000,
    -92_000_000,
    0,
    13,
  ]]);
  assert.deepEqual(place({ latitudeI: 900_000_000, longitudeI: 1_800_000_000 }), [[5, 900_000_000, 1_800_000_000, null, 0]]);
  assert.deepEqual(place({ latitudeI: -900_000_000, longitudeI: -1_800_000_000 }).length, 1);
  assert.deepEqual([place({ latitudeI: 0, longitudeI: 1 }).length, place({ latitudeI: 1, longitudeI: 0 }).length], [1, 1]);
  for (const none of [{}, { latitudeI: 0, longitudeI: 0 }, { latitudeI: 5 }, { longitudeI: 5 }]) assert.deepEqual(place(none), []);
  for (const [latitudeI, longitudeI] of [[900_000_001, 5], [-900_000_001, 5], [5, 1_800_000_001], [5, -1_800_000_001]] as const) {
    assert.deepEqual(place({ latitudeI, longitudeI }), []);
  }
});

Deno.test("collectPacket() keeps the measurements of a device, of our own node and of the weather", () => {
  const told = (variant: Parameters<typeof encode<"Telemetry">>[1]["variant"]) =>
    rowsOf("telemetry", PortNum.TELEMETRY_APP, encode("Telemetry", { variant } as never));
  assert.deepEqual(
    told({
      case: "deviceMetrics",
      value: { batteryLevel: 0, voltage: 4.1234, channelUtilization: 12.345, airUtilTx: 0, uptimeSeconds: 9 },
    }),
    [[5, 1, 0, 4123, 1235, 0, 9, null, null, null]],
  );
  assert.deepEqual(told({ case: "deviceMetrics", value: {} }), [[5, 1, null, null, null, null, null, null, null, null]]);
  const metrics = (value: object) => told({ case: "deviceMetrics", value } as never)[0]?.slice(3, 6);
  assert.deepEqual(metrics({ voltage: 999.5, channelUtilization: 100, airUtilTx: 100.5 }), [999_500, 10_000, null]);
  assert.deepEqual(metrics({ voltage: 1000, channelUtilization: -0.5, airUtilTx: 99.5 }), [null, null, 9950]);
  assert.deepEqual(metrics({ voltage: -1000, channelUtilization: 0, airUtilTx: 100 }), [null, 0, 10_000]);
  assert.deepEqual(told({ case: "localStats", value: { channelUtilization: 5, airUtilTx: 2.5, uptimeSeconds: 7 } }), [
    [5, 1, null, null, 500, 250, 7, null, null, null],
  ]);
  assert.deepEqual(told({ case: "environmentMetrics", value: { temperature: 21.1, relativeHumidity: 0, barometricPressure: NaN } }), [
    [5, 1, null, null, null, null, null, 21.1, 0, null],
  ]);
  const pressure = told({ case: "environmentMetrics", value: { barometricPressure: 1013.2541 } })[0]?.at(-1);
  assert.equal(pressure, 1013.254);
  assert.deepEqual(rowsOf("telemetry", PortNum.TELEMETRY_APP, encode("Telemetry", { time: 5 })), []);
});

Deno.test("collectPacket() keeps texts, and whether they were for one person", () => {
  const text = (packet: Parameters<typeof heardPacket>[0]) =>
    rowsOf("texts", PortNum.TEXT_MESSAGE_APP, new TextEncoder().encode("hello"), packet);
  assert.deepEqual(text({ to: BROADCAST_NUM, id: 7, channel: 2, data: { replyId: 9, bitfield: 0 } }), [[
    5,
    BROADCAST_NUM,
    7,
    2,
    0,
    0,
    1,
    9,
    "hello",
  ]]);
  assert.deepEqual(text({ to: 6, id: 7, rxRssi: 0 }), [[5, 6, 7, 0, 1, 1, 0, 0, "hello"]]);
});

Deno.test("collectPacket() keeps the hops of a traced way whose signal is known", () => {
  const hops = (route: Parameters<typeof encode<"RouteDiscovery">>[1], requestId = 9) =>
    rowsOf("traceroutes", PortNum.TRACEROUTE_APP, encode("RouteDiscovery", route), { to: 6, data: { requestId } });
  const way = { route: [7], snrTowards: [8, -14], routeBack: [8], snrBack: [127, 0] };
  assert.deepEqual(hops(way), [
    [0, 5, 6, 1, 6, 7, 2],
    [1, 5, 6, 1, 7, 5, -3.5],
    [2, 5, 6, 1, 5, 8, 31.75],
    [3, 5, 6, 1, 8, 6, 0],
  ]);
  assert.deepEqual(hops(way, 0), []);
  assert.deepEqual(hops({ route: [7], snrTowards: [-128, -127] }), [[0, 5, 6, 1, 7, 5, -31.75]]);
  assert.deepEqual(hops({ route: [7], snrTowards: [128] }), []);
  assert.deepEqual(hops({ route: [7], snrTowards: [4] }).length, 1);
  assert.deepEqual(hops({ snrTowards: [4, 4, 4] }), [[0, 5, 6, 1, 6, 5, 1]]);
  for (const route of [[0], [BROADCAST_NUM], [6]]) assert.deepEqual(hops({ route, snrTowards: [4] }), [], String(route));
  assert.deepEqual(hops({ route: [1], snrTowards: [4] }).length, 1);
  assert.deepEqual(hops({ route: [BROADCAST_NUM - 1], snrTowards: [4] }).length, 1);
});

Deno.test("collectPacket() keeps neighbours that are nodes, and no report that nobody can read", () => {
  const neighbours = (list: readonly { readonly nodeId: number; readonly snr: number }[]) =>
    rowsOf("neighbours", PortNum.NEIGHBORINFO_APP, encode("NeighborInfo", { neighbors: [...list] }));
  assert.deepEqual(neighbours([{ nodeId: 7, snr: 4.1 }, { nodeId: 5, snr: 4 }, { nodeId: 0, snr: 4 }, { nodeId: BROADCAST_NUM, snr: 4 }]), [
    [7, 5, 4.1, 1],
  ]);
  assert.deepEqual(neighbours([{ nodeId: 7, snr: NaN }, { nodeId: 1, snr: 0 }]), [[1, 5, 0, 1]]);
  assert.deepEqual(rowsOf("neighbours", PortNum.NEIGHBORINFO_APP, new Uint8Array([0xff])), []);
  assert.deepEqual(rowsOf("neighbours", 70 + 200, encode("NeighborInfo", { neighbors: [{ nodeId: 7, snr: 4 }] })), []);
});
