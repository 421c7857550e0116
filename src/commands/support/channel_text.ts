/** How busy the nodes say that the radio channel is. */
import type { CommandContext } from "../../context.ts";
import { fitTable } from "./fit_table.ts";
import { answerLimitBytes } from "./limit.ts";
import { ask, hoursText, lastHours } from "./past.ts";
import { shortName } from "./short_name.ts";

// As many as the node database holds: each has its colour.
const MAX_NODES = 10_000;
const SHOWN = 5;
const NAME_BYTES = [14, 10];
const BUSY_PERCENT = 15;

/** `📡 Channel(24h): 14.2% | 10n`, the nodes by colour, the busiest, the verdict. Throws HistoryError. */
export async function channelText(context: CommandContext, hours: number): Promise<string> {
  const { clock, config, say } = context;
  const span = hoursText(hours, say);
  const { meanPercent, nodes, busiest } = await ask(context, "channel", { ...lastHours(clock, hours), count: MAX_NODES });
  if (meanPercent === undefined) return `📡 ${say.stats.noChannel(span)}`;
  const header = `📡 ${say.stats.channel(span, percentText(meanPercent), nodes)}\n${coloursText(busiest)}`;
  const footer = meanPercent > BUSY_PERCENT ? say.stats.channelBusy : say.stats.channelFree;
  const tables = NAME_BYTES.map((nameBytes) => ({
    header,
    lines: busiest.slice(0, SHOWN).map(({ node, percent }) =>
      `${colourOf(percent)}${shortName(context, node, nameBytes)}:${percentText(percent)}`
    ),
    footer,
  }));
  return fitTable(tables, answerLimitBytes(config));
}

/** `4🟡 4🟢 2⚪`. */
function coloursText(nodes: readonly { readonly percent: number }[]): string {
  const counts = new Map<string, number>();
  // Busiest first, and so are the colours.
  for (const { percent } of nodes) counts.set(colourOf(percent), (counts.get(colourOf(percent)) ?? 0) + 1);
  return [...counts].map(([colour, count]) => `${count}${colour}`).join(" ");
}

function colourOf(percent: number): string {
  if (percent > 25) return "🔴";
  if (percent > BUSY_PERCENT) return "🟡";
  return percent > 10 ? "🟢" : "⚪";
}

function percentText(percent: number): string {
  return `${percent.toFixed(1)}%`;
}
