/** How far a packet of ours may travel. */
import type { Reception } from "./packet.ts";

/** The firmware's default, which stands behind a configured 0. */
export const DEFAULT_HOP_LIMIT = 3;

/** The node's configured hop limit; 3 when it is 0 or unknown. */
export function ownHopLimit(lora: { readonly hopLimit: number } | undefined): number {
  return lora === undefined || lora.hopLimit === 0 ? DEFAULT_HOP_LIMIT : lora.hopLimit;
}

/**
 * The hop limit of a reply: the hops that the request took and two to spare, because the way back may be longer; never
 * more than our node's own, unless the request itself needed more; 0 when a direct neighbour asked with 0.
 */
export function replyHopLimit(request: Pick<Reception, "hopsUsed" | "hopStart">, own: number): number {
  const { hopsUsed, hopStart } = request;
  if (hopsUsed === undefined) return own;
  if (hopsUsed === 0 && hopStart === 0) return 0;
  return Math.max(hopsUsed, Math.min(hopsUsed + 2, own));
}
