/** The hops of a packet, as the firmware counts them (MeshTypes.h, getHopsAway; RoutingModule.cpp). */
import type { MeshPacket } from "../link/messages.ts";

/** Hops that the packet took; undefined when it does not tell. */
export function hopsAway(packet: MeshPacket): number | undefined {
  const { hopStart, hopLimit, payloadVariant } = packet;
  if (hopStart < hopLimit) return undefined;
  if (hopStart === 0 && !(payloadVariant.case === "decoded" && payloadVariant.value.bitfield !== undefined)) return undefined;
  return hopStart - hopLimit;
}

/** The hop limit of an answer: what the request took and two to spare, at most `own`, unless the request took more. */
export function responseHopLimit(request: MeshPacket, own: number): number {
  const hops = hopsAway(request);
  if (hops === undefined) return own;
  if (hops > own) return hops;
  if (request.hopStart === 0) return 0;
  return hops + 2 < own ? hops + 2 : own;
}
