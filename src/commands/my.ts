/** /my (/whoami): how our node hears the asker: the last signal without a relay in between, distance and bearing, hops of this message. */
import type { CommandContext } from "../context.ts";
import { formatAge } from "../i18n/format.ts";
import type { DirectSignal } from "../mesh/node_db.ts";
import { signalIcon, signalQuality } from "../mesh/signal.ts";
import { hopsIcon, hopsText, isDirect } from "./support/hops.ts";
import { levelsText } from "./support/levels.ts";
import type { NamedCommand } from "./support/named.ts";
import { whereabouts } from "./support/whereabouts.ts";

/** The command /my. */
export const my: NamedCommand = {
  name: "my",
  aliases: ["whoami"],
  usage: "",
  scope: "channel",
  run: myText,
};

function myText(context: CommandContext): string {
  const { clock, fromNode, message, say } = context;
  const way = { hops: message.hopsUsed, viaMqtt: message.viaMqtt };
  const direct = lastDirect(context);
  const parts: string[] = [];
  if (direct === undefined) {
    parts.push(`${signalIcon(undefined)} ${say.signal.neverDirect}`);
  } else {
    const age = formatAge(clock.wallMs() - direct.atWallMs, say);
    parts.push(`${signalIcon(direct.snr)} ${levelsText(direct.snr, direct.rssi)}`);
    parts.push(`📈 ${say.quality[signalQuality(direct.snr, direct.rssi)]} (${age})`);
  }
  const place = whereabouts(context, fromNode?.place);
  if (place !== undefined) parts.push(`📍 ${place}`);
  parts.push(`${hopsIcon(way)} ${say.hops.ofThisMessage(hopsText(way, say))}`);
  return parts.join(" | ");
}

/** This very message when it came without a relay, else what is remembered. */
function lastDirect({ clock, fromNode, message }: CommandContext): DirectSignal | undefined {
  const { snr, rssi, hopsUsed: hops, viaMqtt } = message;
  if (snr !== undefined && isDirect({ hops, viaMqtt })) return { snr, rssi, atWallMs: clock.wallMs() };
  return fromNode?.direct;
}
