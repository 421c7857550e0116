import assert from "node:assert/strict";
import fc from "fast-check";
import { PortNum, TransportMechanism } from "../../src/link/enums.ts";
import { encode } from "../../src/link/codec.ts";
import type { MeshPacket } from "../../src/link/messages.ts";
import { emptyRecord } from "../../src/mesh/node_fields.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { isHeard } from "../../src/store/collect.ts";
import { openHistory } from "../../src/store/history_file.ts";
import { DAY_MS, HOUR_MS, writeBatch } from "../../src/store/history_writer.ts";
import { nodeCells } from "../../src/store/node_rows.ts";
import { QUERIES } from "../../src/store/queries/mod.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { batchOf, heardPacket, OWN } from "./support.ts";

// Half a day of the clock, so that spans of days, of hours and of minutes all have an end of their own.
const NOW_MS = createFakeClock().wallMs() + 17 * 60_000 + 123;

type Came = readonly [MeshPacket, number];

const came: fc.Arbitrary<Came> = fc.record({
  from: fc.integer({ min: 1, max: 6 }),
  agoMs: fc.oneof(fc.integer({ min: 0, max: 3 * HOUR_MS }), fc.integer({ min: 0, max: 4 * DAY_MS })),
  portnum: fc.constantFrom(PortNum.TEXT_MESSAGE_APP, PortNum.POSITION_APP, PortNum.NODEINFO_APP, PortNum.TELEMETRY_APP, 257),
  hopStart: fc.integer({ min: 0, max: 7 }),
  hopLimit: fc.integer({ min: 0, max: 7 }),
  rxRssi: fc.constantFrom(-90, -120, 0),
  rxSnr: fc.integer({ min: -20, max: 12 }),
  viaMqtt: fc.constantFrom(false, false, false, true),
  transportMechanism: fc.constantFrom(
    TransportMechanism.TRANSPORT_LORA,
    TransportMechanism.TRANSPORT_LORA,
    ...Object.values(TransportMechanism),
  ),
  percent: fc.integer({ min: 0, max: 100 }),
  readable: fc.constantFrom(true, true, true, false),
}).map(({ agoMs, portnum, percent, readable, ...packet }): Came => {
  const payload = portnum === PortNum.TELEMETRY_APP
    ? encode("Telemetry", { variant: { case: "deviceMetrics", value: { channelUtilization: percent } } })
    : new Uint8Array(0);
  const mesh = readable
    ? heardPacket({ ...packet, data: { portnum, payload } })
    : heardPacket({ ...packet, payloadVariant: { case: "encrypted", value: new Uint8Array(20) } });
  return [mesh, NOW_MS - agoMs];
});

const spanMs = fc.oneof(fc.integer({ min: 0, max: 2 * HOUR_MS }), fc.integer({ min: 0, max: 4 * DAY_MS }));

/** What is to be counted, found again without any sum. */
function counted(packets: readonly Came[], fromMs: number): MeshPacket[] {
  return packets.filter(([packet, atMs]) => isHeard(packet) && atMs >= fromMs).map(([packet]) => packet);
}

function portnumOf({ payloadVariant }: MeshPacket): number {
  return payloadVariant.case === "decoded" ? payloadVariant.value.portnum : -1;
}

Deno.test("QUERIES agree with a recount of the packets, over any span and in any batches", () => {
  fc.assert(
    fc.property(fc.array(fc.array(came, { maxLength: 12 }), { maxLength: 6 }), spanMs, (batches, lengthMs) => {
      const { db } = openHistory(undefined, { maxMb: 512 }, createFakeClock());
      using _db = db;
      for (const batch of batches) writeBatch(db, batchOf(batch));
      const span = { fromMs: NOW_MS - lengthMs, toMs: NOW_MS };
      const all = counted(batches.flat(), span.fromMs);
      const senders = new Map<number, MeshPacket[]>();
      for (const packet of all) senders.set(packet.from, [...senders.get(packet.from) ?? [], packet]);

      const top = QUERIES.top(db, { ...span, count: 3 });
      assert.equal(top.packets, all.length);
      assert.equal(top.nodes, senders.size);
      const best = [...senders].sort(([a, x], [b, y]) => y.length - x.length || a - b).slice(0, 3);
      assert.deepEqual(top.top.map(({ node, packets }) => [node, packets]), best.map(([node, packets]) => [node, packets.length]));
      for (const { portnum, packets } of top.types) assert.equal(packets, all.filter((packet) => portnumOf(packet) === portnum).length);
      assert.equal(top.types.reduce((sum, { packets }) => sum + packets, 0), all.length);
      assert.equal(top.types.reduce((sum, { bytes }) => sum + bytes, 0), top.bytes);
      assert.deepEqual(QUERIES.types(db, span), { packets: top.packets, bytes: top.bytes, types: top.types });

      const overview = QUERIES.overview(db, span);
      assert.equal(overview.texts, all.filter((packet) => portnumOf(packet) === PortNum.TEXT_MESSAGE_APP).length);
      assert.deepEqual(overview.top, top.top[0]);

      const positions = all.filter((packet) => portnumOf(packet) === PortNum.POSITION_APP);
      const hours = QUERIES.hours(db, { ...span, portnums: [PortNum.POSITION_APP] });
      assert.equal(hours.packets, positions.length);
      assert.equal(hours.nodes, new Set(positions.map(({ from }) => from)).size);
      assert.equal(hours.hours.length, Math.floor(span.toMs / HOUR_MS) - Math.floor(span.fromMs / HOUR_MS) + 1);
      assert.equal(QUERIES.hours(db, span).packets, all.length);

      const hops = QUERIES.hops(db, { ...span, count: 10 });
      for (const { node, hopStart } of hops.farthest) {
        assert.equal(hopStart, Math.max(...(senders.get(node) ?? []).map((packet) => packet.hopStart)));
      }
      const known = all.map((packet) => readPacket(packet).hopsUsed).filter((used) => used !== undefined);
      for (const { hops: used, packets } of hops.taken) assert.equal(packets, known.filter((other) => other === used).length);
      assert.equal(hops.taken.reduce((sum, { packets }) => sum + packets, 0), known.length);

      for (const { heard, hearer, times, snrMax } of QUERIES.links(db, span)) {
        assert.equal(hearer, OWN);
        const direct = (senders.get(heard) ?? []).filter((packet) => readPacket(packet).hopsUsed === 0);
        assert.equal(times, direct.length);
        assert.equal(snrMax, Math.max(...direct.map(({ rxSnr }) => rxSnr)));
      }

      for (const { node, packets, nodeInfo } of QUERIES.seen(db, span)) {
        assert.equal(packets, senders.get(node)?.length);
        assert.equal(nodeInfo, senders.get(node)?.some((packet) => portnumOf(packet) === PortNum.NODEINFO_APP));
      }
      for (const { node, percent } of QUERIES.channel(db, { ...span, count: 100 }).busiest) {
        const told = (senders.get(node) ?? []).map(readPacket).flatMap((packet) =>
          packet.kind === "telemetry" && packet.telemetry.variant.case === "deviceMetrics"
            ? [packet.telemetry.variant.value.channelUtilization ?? NaN]
            : []
        );
        assert.ok(Math.abs(percent - told.reduce((sum, value) => sum + value, 0) / told.length) < 0.006);
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("QUERIES.types() leaves out MQTT, what is replayed without RSSI, and other transports", () => {
  const { db } = openHistory(undefined, { maxMb: 512 }, createFakeClock());
  using _db = db;
  const packets = [
    heardPacket({ id: 1 }),
    heardPacket({ id: 2, viaMqtt: true }),
    heardPacket({ id: 3, rxRssi: 0 }),
    heardPacket({ id: 4, transportMechanism: TransportMechanism.TRANSPORT_MULTICAST_UDP }),
    heardPacket({ id: 5, transportMechanism: TransportMechanism.TRANSPORT_MQTT }),
    heardPacket({ id: 6, transportMechanism: TransportMechanism.TRANSPORT_API }),
    // Firmware before 2.7.4 does not say what a packet came by.
    heardPacket({ id: 7, transportMechanism: TransportMechanism.TRANSPORT_INTERNAL }),
  ];
  writeBatch(db, batchOf(packets.map((packet) => [packet, NOW_MS])));
  assert.equal(QUERIES.types(db, { fromMs: NOW_MS - HOUR_MS, toMs: NOW_MS }).packets, 2);
  assert.equal(QUERIES.info(db, {}).tables.packets, 7, "all are kept");
});

Deno.test("QUERIES.texts() tells what was said on the channels asked for, never what was said to one alone", () => {
  const { db } = openHistory(undefined, { maxMb: 512 }, createFakeClock());
  using _db = db;
  const text = (id: number, channel: number, to = BROADCAST_NUM): Came => [
    heardPacket({ id, channel, to, data: { portnum: PortNum.TEXT_MESSAGE_APP, payload: new TextEncoder().encode(`t${id}`) } }),
    NOW_MS - 1000 + id,
  ];
  writeBatch(db, batchOf([text(1, 0), text(2, 1), text(3, 0, OWN), text(4, 2), text(5, 1)]));
  const span = { fromMs: NOW_MS - HOUR_MS, toMs: NOW_MS };
  const { total, texts } = QUERIES.texts(db, { ...span, channels: [0, 1], count: 2 });
  assert.equal(total, 3);
  assert.deepEqual(texts.map((kept) => kept.text), ["t2", "t5"]);
  assert.equal(QUERIES.texts(db, { ...span, channels: [], count: 2 }).total, 0);
});

Deno.test("QUERIES.links() gives neighbour reports and direct packets; traced routes when they are asked for", () => {
  const { db } = openHistory(undefined, { maxMb: 512 }, createFakeClock());
  using _db = db;
  const report = encode("NeighborInfo", { nodeId: 0x1002, neighbors: [{ nodeId: 0x1003, snr: 4.5 }, { nodeId: 0, snr: 0 }] });
  const route = encode("RouteDiscovery", { route: [0x1005], snrTowards: [8, -128], routeBack: [0x1005], snrBack: [-20] });
  writeBatch(
    db,
    batchOf([
      [heardPacket({ from: 0x1001, rxSnr: 3 }), NOW_MS],
      [heardPacket({ from: 0x1002, hopLimit: 1, data: { portnum: PortNum.NEIGHBORINFO_APP, payload: report } }), NOW_MS],
      [
        heardPacket({ from: 0x1004, to: OWN, hopLimit: 2, data: { portnum: PortNum.TRACEROUTE_APP, payload: route, requestId: 5 } }),
        NOW_MS,
      ],
      [heardPacket({ from: 0x1006, viaMqtt: true, data: { portnum: PortNum.NEIGHBORINFO_APP, payload: report } }), NOW_MS],
    ]),
  );
  const span = { fromMs: NOW_MS - HOUR_MS, toMs: NOW_MS };
  const brief = (links: ReturnType<typeof QUERIES.links>) =>
    links.map(({ heard, hearer, source, snrMax }) => [heard, hearer, source, snrMax]);
  assert.deepEqual(brief(QUERIES.links(db, span)), [[0x1003, 0x1002, "report", 4.5], [0x1001, OWN, "direct", 3]]);
  assert.deepEqual(brief(QUERIES.links(db, { ...span, sources: ["traceroute"] })), [
    [OWN, 0x1005, "traceroute", 2],
    [0x1004, 0x1005, "traceroute", -5],
  ]);
  assert.deepEqual(brief(QUERIES.links(db, { ...span, node: 0x1003 })), [[0x1003, 0x1002, "report", 4.5]]);
});

Deno.test("QUERIES.links() gives the longest links first where places are kept, our own from whoever knows it", () => {
  const { db } = openHistory(undefined, { maxMb: 512 }, createFakeClock());
  using _db = db;
  const cells = (num: number, latitude: number | null, longitude: number | null) =>
    nodeCells({ ...emptyRecord(num), place: latitude === null || longitude === null ? undefined : { latitude, longitude } }, NOW_MS);
  const batch = batchOf([
    [heardPacket({ from: 0x1001 }), NOW_MS],
    [heardPacket({ from: 0x1002 }), NOW_MS],
    [heardPacket({ from: 0x1003 }), NOW_MS],
    [heardPacket({ from: 0x1004 }), NOW_MS],
  ]);
  // At 60 degrees north a degree of longitude is half as long as one of latitude.
  const nodes = [cells(0x1001, 60, 2.5), cells(0x1002, 60.4, 2), cells(0x1003, 60, 3), cells(0x1004, null, null)];
  writeBatch(db, { ...batch, rows: { nodes } });
  const question = { fromMs: NOW_MS - HOUR_MS, toMs: NOW_MS, order: "distance" } as const;
  assert.deepEqual(QUERIES.links(db, question), [], "nobody knows where we are");
  const ownPlace = { latitude: 60, longitude: 2 };
  assert.deepEqual(QUERIES.links(db, { ...question, ownPlace }).map(({ heard }) => heard), [0x1003, 0x1002, 0x1001]);
  writeBatch(db, { ...batchOf([]), rows: { nodes: [cells(OWN, 60.4, 2)] } });
  assert.deepEqual(
    QUERIES.links(db, { ...question, ownPlace, count: 2 }).map(({ heard }) => heard),
    [0x1003, 0x1001],
    "our node's own word first",
  );
});

Deno.test("QUERIES.links() gives 1000 links of a kind at most, those with the best signal", () => {
  const { db } = openHistory(undefined, { maxMb: 512 }, createFakeClock());
  using _db = db;
  writeBatch(
    db,
    batchOf(Array.from({ length: 1005 }, (_, index) => [heardPacket({ from: 0x2000 + index, id: index + 1, rxSnr: index / 100 }), NOW_MS])),
  );
  const links = QUERIES.links(db, { fromMs: NOW_MS - HOUR_MS, toMs: NOW_MS });
  assert.equal(links.length, 1000);
  assert.deepEqual([links[0]?.heard, links.at(-1)?.heard], [0x2000 + 1004, 0x2000 + 5]);
});
