/**
 * What 2.8 sends behind config_complete_id: positions and metrics of the others as packets that look heard, with ids
 * that stay the same while the data does (PhoneAPI.cpp, popReplayPacket).
 */
import { encode, make } from "../link/codec.ts";
import { PortNum, Priority, TransportMechanism } from "../link/enums.ts";
import type { MeshPacket } from "../link/messages.ts";
import { BROADCAST_NUM } from "../node_id.ts";
import type { KnownNode } from "./node_table.ts";
import type { Station } from "./station.ts";

const KNUTH = 2_654_435_761;
const DEVICE_METRICS_FIELD = 2;

/** The packets, one after the other: all positions, then all device metrics. */
export function* replay(station: Station): Generator<MeshPacket, void> {
  for (const node of station.nodes.all()) {
    if (node.num === station.nodeNum || node.position === undefined) continue;
    const rxTime = node.position.time ?? 0;
    yield replayed(station, node, rxTime, PortNum.POSITION_APP, PortNum.POSITION_APP, encode("Position", node.position));
  }
  for (const node of station.nodes.all()) {
    if (node.num === station.nodeNum || node.metrics === undefined) continue;
    const rxTime = node.lastHeardS ?? 0;
    const payload = encode("Telemetry", { time: rxTime, variant: { case: "deviceMetrics", value: node.metrics } });
    yield replayed(station, node, rxTime, DEVICE_METRICS_FIELD, PortNum.TELEMETRY_APP, payload);
  }
}

function replayed(station: Station, node: KnownNode, rxTime: number, kind: number, portnum: number, payload: Uint8Array): MeshPacket {
  return make("MeshPacket", {
    id: replayId(node.num, rxTime, kind),
    from: node.num,
    to: BROADCAST_NUM,
    rxTime,
    rxSnr: node.snr ?? 0,
    hopStart: station.hopLimit,
    hopLimit: Math.max(0, station.hopLimit - (node.hopsAway ?? 0)),
    priority: Priority.BACKGROUND,
    transportMechanism: TransportMechanism.TRANSPORT_LORA,
    payloadVariant: { case: "decoded", value: { portnum, payload } },
  });
}

function replayId(nodeNum: number, timestamp: number, kind: number): number {
  const mixed = (Math.imul(nodeNum, KNUTH) + timestamp) >>> 0;
  return ((Math.imul(mixed, KNUTH) + kind) >>> 0) || 1;
}
