import assert from "node:assert/strict";
import { TransportMechanism } from "../../src/link/enums.ts";
import type { Init } from "../../src/link/messages.ts";
import type { NodeRecord } from "../../src/mesh/node_db.ts";
import { emptyRecord } from "../../src/mesh/node_fields.ts";
import { openHistory } from "../../src/store/history_file.ts";
import { writeBatch } from "../../src/store/history_writer.ts";
import { loadNodes } from "../../src/store/load_nodes.ts";
import { nodeCells, nodeRecord } from "../../src/store/node_rows.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { batchOf, heardPacket, OWN } from "./support.ts";

const KEPT_MS = createFakeClock().wallMs();
const HOUR_MS = 3_600_000;

/** What is loaded of these records, kept at that time, and the packets that came. */
function loaded(records: readonly NodeRecord[], packets: readonly (readonly [Init<"MeshPacket">, number])[] = []): NodeRecord[] {
  const { db } = openHistory(undefined, { maxMb: 512 }, createFakeClock());
  using _db = db;
  const batch = batchOf(packets.map(([packet, atMs]) => [heardPacket(packet), atMs] as const));
  writeBatch(db, { ...batch, rows: { nodes: records.map((record) => nodeCells(record, KEPT_MS)) } });
  return loadNodes(db).rows.map(nodeRecord);
}

function record(more: Partial<NodeRecord> = {}): NodeRecord {
  return { ...emptyRecord(7), longName: "Alice", lastHeardWallMs: KEPT_MS - 1000, radioHeardWallMs: KEPT_MS - 2000, hopsAway: 4, ...more };
}

Deno.test("nodeRecord() gives a record back as it was kept, whatever of it is known", () => {
  const full: NodeRecord = {
    num: 7,
    longName: "Alice",
    shortName: "A",
    role: 2,
    hwModel: 43,
    publicKey: new Uint8Array(32).fill(3),
    keyConflict: true,
    isLicensed: true,
    isUnmessagable: true,
    isFavorite: true,
    place: { latitude: 48.5, longitude: -9.25, altitudeM: 0, precisionBits: 13 },
    placeAtWallMs: 5,
    batteryPercent: 0,
    voltage: 4.1,
    channelUtilizationPercent: 0,
    airUtilTxPercent: 1.5,
    uptimeS: 0,
    lastHeardWallMs: 1,
    hopsAway: 0,
    viaMqtt: true,
    radioHeardWallMs: 2,
    direct: { snr: -3.5, rssi: undefined, atWallMs: 3 },
    metricsAtMs: undefined,
  };
  assert.deepEqual(loaded([full]), [full]);
  assert.deepEqual(loaded([emptyRecord(7)]), [emptyRecord(7)]);
  const place = { latitude: 0, longitude: 0 };
  assert.deepEqual(loaded([record({ place, direct: { snr: 0, rssi: -90, atWallMs: 0 } })]), [
    record({ place, direct: { snr: 0, rssi: -90, atWallMs: 0 } }),
  ]);
});

Deno.test("loadNodes() brings a node up to date by the packets that came after it was kept, or an hour before", () => {
  const atMs = KEPT_MS + 5000;
  const [node] = loaded([record()], [[{ from: 7, hopStart: 3, hopLimit: 1 }, atMs]]);
  assert.deepEqual(
    [node?.lastHeardWallMs, node?.radioHeardWallMs, node?.hopsAway, node?.viaMqtt, node?.direct].map((value) =>
      typeof value === "number" ? Math.floor(value) : value
    ),
    [
      atMs,
      atMs,
      2,
      false,
      undefined,
    ],
  );
  const since = (agoMs: number) => {
    const [kept] = loaded([record({ lastHeardWallMs: undefined })], [[{ from: 7 }, KEPT_MS - agoMs]]);
    return kept?.lastHeardWallMs !== undefined;
  };
  assert.deepEqual([since(HOUR_MS - 1), since(HOUR_MS + 1)], [true, false]);
});

Deno.test("loadNodes() knows a signal of a packet that came straight, and keeps a later one that was kept", () => {
  const direct = (kept: NodeRecord["direct"], ...packets: (readonly [Init<"MeshPacket">, number])[]) => {
    const [node] = loaded([record({ direct: kept })], packets);
    return node?.direct === undefined ? undefined : { ...node.direct, atWallMs: Math.floor(node.direct.atWallMs) };
  };
  const straight = { from: 7, rxSnr: 5, rxRssi: -80 };
  assert.deepEqual(direct(undefined, [straight, KEPT_MS + 1]), { snr: 5, rssi: -80, atWallMs: KEPT_MS + 1 });
  assert.deepEqual(direct(undefined, [{ ...straight, hopLimit: 2 }, KEPT_MS + 1]), undefined);
  const kept = { snr: 9, rssi: -70, atWallMs: KEPT_MS + 2 };
  assert.deepEqual(direct(kept, [straight, KEPT_MS + 1]), kept);
  assert.deepEqual(direct({ ...kept, atWallMs: KEPT_MS }, [straight, KEPT_MS + 1], [{ ...straight, rxSnr: 6 }, KEPT_MS + 3]), {
    snr: 6,
    rssi: -80,
    atWallMs: KEPT_MS + 3,
  });
});

Deno.test("loadNodes() takes an MQTT packet for a sign of life, not for one by radio, and other packets for neither", () => {
  const [node] = loaded([record()], [[{ from: 7, viaMqtt: true }, KEPT_MS + 5]]);
  assert.deepEqual([Math.floor(node?.lastHeardWallMs ?? 0), node?.radioHeardWallMs, node?.viaMqtt], [KEPT_MS + 5, KEPT_MS - 2000, true]);
  const [unheard] = loaded([record()], [[{ from: 7, transportMechanism: TransportMechanism.TRANSPORT_API }, KEPT_MS + 5]]);
  assert.equal(unheard?.lastHeardWallMs, KEPT_MS - 1000);
  const [never] = loaded([record({ radioHeardWallMs: undefined })], [[{ from: 7, viaMqtt: true }, KEPT_MS + 5]]);
  assert.equal(never?.radioHeardWallMs, undefined);
});

Deno.test("loadNodes() keeps what a later record knows, the hops where a packet tells none, and makes no node of a packet", () => {
  const [later] = loaded([record({ lastHeardWallMs: KEPT_MS + 9000 })], [[{ from: 7 }, KEPT_MS + 5]]);
  assert.equal(later?.lastHeardWallMs, KEPT_MS + 9000);
  const [node, ...others] = loaded([record()], [[{ from: 7, hopStart: 0, hopLimit: 3 }, KEPT_MS + 5], [{ from: 8 }, KEPT_MS + 6]]);
  assert.deepEqual([node?.hopsAway, others], [4, []]);
  assert.deepEqual(loaded([], [[{ from: 8 }, KEPT_MS + 6]]), []);
});

Deno.test("loadNodes() knows who we were", () => {
  const { db } = openHistory(undefined, { maxMb: 512 }, createFakeClock());
  using _db = db;
  assert.deepEqual(loadNodes(db), { ownNum: undefined, rows: [] });
  writeBatch(db, batchOf([[heardPacket(), KEPT_MS]]));
  assert.equal(loadNodes(db).ownNum, OWN);
  db.exec("UPDATE facts SET value = 'nobody' WHERE name = 'own_node'");
  assert.equal(loadNodes(db).ownNum, undefined);
});
