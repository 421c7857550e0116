/**
 * /ping (/test): how the request reached our node. SNR and RSSI are about the last hop, so they are the asker's own only when
 * there was no other; a text carries no time of sending, so there is no delay to tell.
 */
import type { CommandContext } from "../context.ts";
import { signalIcon } from "../mesh/signal.ts";
import { hopsIcon, hopsText, isDirect } from "./support/hops.ts";
import { levelsText } from "./support/levels.ts";
import type { NamedCommand } from "./support/named.ts";

/** The command /ping. */
export const ping: NamedCommand = {
  name: "ping",
  aliases: ["test"],
  usage: "",
  scope: "channel",
  run: pingText,
};

function pingText({ message, say }: CommandContext): string {
  const { snr, rssi, viaMqtt, relayNode } = message;
  const way = { hops: message.hopsUsed, viaMqtt };
  const hops = `${hopsIcon(way)} ${hopsText(way, say)}`;
  if (viaMqtt) return hops;
  if (snr === undefined) return `${signalIcon(undefined)} ${say.signal.unknown} | ${hops}`;
  const levels = levelsText(snr, rssi);
  if (isDirect(way)) return `${signalIcon(snr)} ${levels} | ${hops}`;
  // The packet names its relay by the last byte of its number only.
  const via = relayNode === 0 ? undefined : `…${(relayNode & 0xff).toString(16).padStart(2, "0")}`;
  return `${hops} | ${say.signal.lastHop(via)}: ${levels}`;
}
