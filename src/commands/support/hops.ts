/** How a packet came, with its icon: unknown is never shown as direct, and what came over the internet never is. */
import type { Sentences } from "../../i18n/mod.ts";

/** The way of a packet, or of the packets of a node. */
export interface Way {
  readonly hops: number | undefined;
  readonly viaMqtt: boolean;
}

/** True only for what our node heard from the sender itself. */
export function isDirect(way: Way): boolean {
  return way.hops === 0 && !way.viaMqtt;
}

/** `direct`, `2 hops`, `hops unknown`, `via MQTT`, `via MQTT, 2 hops`. */
export function hopsText(way: Way, say: Sentences): string {
  const { hops } = say;
  if (way.viaMqtt) return way.hops ? `${hops.mqtt}, ${hops.count(way.hops)}` : hops.mqtt;
  if (way.hops === undefined) return hops.unknown;
  return way.hops === 0 ? hops.direct : hops.count(way.hops);
}

/** The icon in front of `hopsText`. */
export function hopsIcon(way: Way): string {
  if (way.viaMqtt) return "🌐";
  if (way.hops === undefined) return "❔";
  return way.hops === 0 ? "✅" : "🔀";
}
