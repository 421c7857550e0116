/** How a packet came, with its icon: unknown is never shown as direct, and what came over the internet never is. */
import type { Sentences } from "../../i18n/mod.ts";

/** The way of a packet, or of the packets of a node. */
export interface Way {
  readonly hops: number | undefined;
  readonly viaMqtt: boolean;
}

// A hop limit has three bits.
const MAX_HOPS = 7;

/** True only for what our node heard from the sender itself. */
export function isDirect(way: Way): boolean {
  return way.hops === 0 && !way.viaMqtt;
}

/** `direct`, `2 hops`, `hops unknown`, `via MQTT`, `via MQTT, 2 hops`. */
export function hopsText(way: Way, say: Sentences): string {
  const { hops } = say;
  const count = knownHops(way);
  if (way.viaMqtt) return count ? `${hops.mqtt}, ${hops.count(count)}` : hops.mqtt;
  if (count === undefined) return hops.unknown;
  return count === 0 ? hops.direct : hops.count(count);
}

/** The icon in front of `hopsText`. */
export function hopsIcon(way: Way): string {
  if (way.viaMqtt) return "🌐";
  const count = knownHops(way);
  if (count === undefined) return "❔";
  return count === 0 ? "✅" : "🔀";
}

function knownHops({ hops }: Way): number | undefined {
  return hops !== undefined && hops >= 0 && hops <= MAX_HOPS ? hops : undefined;
}
