/** How radio waves carry on the simulated map: rings of hops around the node, signals that weaken with distance. */
import type { Random } from "./random.ts";

/** How well a packet is heard. */
export interface Signal {
  /** dB, in quarters as the radio chip gives it. */
  readonly snr: number;
  /** dBm. */
  readonly rssi: number;
}

/** Outer edge of each ring in metres: inside the first the node is heard directly, in the next over one hop, and so on. */
export const RING_EDGES_M: readonly number[] = [6000, 12_000, 19_000, 27_000];

/** Hops from the node to a place at this distance. */
export function hopsAt(distanceM: number): number {
  const ring = RING_EDGES_M.findIndex((edgeM) => distanceM < edgeM);
  return ring < 0 ? RING_EDGES_M.length : ring;
}

/** The signal over a distance, with some luck in it. */
export function signalAt(distanceM: number, random: Random): Signal {
  const km = Math.max(0.05, distanceM / 1000);
  const luck = (random.next() + random.next() - 1) * 3;
  const snr = Math.max(-19, Math.min(12.5, 11 - 19 * Math.log10(1 + km / 1.5) + luck));
  const rssi = Math.max(-136, Math.min(-18, -48 - 38 * Math.log10(1 + km * 4) + luck));
  return { snr: Math.round(snr * 4) / 4, rssi: Math.round(rssi) };
}
