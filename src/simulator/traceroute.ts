/** Traceroutes as nodes write them: each adds itself and how well it heard (TraceRouteModule.cpp). */
import { decode, encode } from "../link/codec.ts";
import { PortNum } from "../link/enums.ts";
import type { MeshPacket, RouteDiscovery } from "../link/messages.ts";
import { BROADCAST_NUM } from "../node_id.ts";
import { hopsAway } from "./hops.ts";

// ROUTE_SIZE; an unknown node is the broadcast number, an unknown SNR is INT8_MIN.
const MAX_ROUTE = 8;
const UNKNOWN_NODE = BROADCAST_NUM;
const UNKNOWN_SNR = -128;

/** SNR in dB as traceroutes carry it: quarters, as a signed byte. */
export function quarterDecibels(snr: number): number {
  return Math.max(-127, Math.min(127, Math.round(snr * 4)));
}

/** A traceroute that has come to its end, with what its last stretch was worth; any other packet as it is. */
export function addOurSnr(packet: MeshPacket): MeshPacket {
  if (packet.payloadVariant.case !== "decoded" || packet.payloadVariant.value.portnum !== PortNum.TRACEROUTE_APP) return packet;
  const data = packet.payloadVariant.value;
  let route: RouteDiscovery;
  try {
    route = decode("RouteDiscovery", data.payload);
  } catch {
    return packet;
  }
  const towards = data.requestId === 0;
  const hops = hopsAway(packet);
  const nodes = towards ? route.route : route.routeBack;
  const snrs = towards ? route.snrTowards : route.snrBack;
  while (hops !== undefined && nodes.length < Math.min(hops, MAX_ROUTE)) nodes.push(UNKNOWN_NODE);
  while (hops !== undefined && snrs.length < nodes.length) snrs.push(UNKNOWN_SNR);
  if (snrs.length < MAX_ROUTE) snrs.push(quarterDecibels(packet.rxSnr));
  return { ...packet, payloadVariant: { case: "decoded", value: { ...data, payload: encode("RouteDiscovery", route) } } };
}
