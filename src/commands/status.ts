/**
 * /status: the bot's own link to the mesh: state and since when, reconnects, firmware, queue, channel utilisation and air time of its
 * node, air time of its own texts in the last hour, nodes known.
 */
import type { BotContext } from "../context.ts";
import { formatAge, formatPercent } from "../i18n/format.ts";
import { cleanText } from "../mesh/clean_text.ts";
import type { NodeRecord } from "../mesh/node_db.ts";
import type { NamedCommand } from "./support/named.ts";

// The node measures about every minute; five minutes later its figure says nothing about now.
const METRICS_MAX_AGE_MS = 5 * 60_000;
const FIRMWARE_BYTES = 24;

/** The command /status. */
export const status: NamedCommand = {
  name: "status",
  usage: "",
  scope: "direct",
  run: statusText,
};

function statusText(context: BotContext): string {
  const { airtime, clock, nodes, say } = context;
  const link = context.link();
  const radio = context.radio();
  const firmware = cleanText(radio?.firmwareVersion ?? "", { maxBytes: FIRMWARE_BYTES }) || say.unknown;
  const metrics = freshMetrics(radio === undefined ? undefined : nodes.get(radio.nodeNum), clock.nowMs());
  const channel = formatPercent(metrics?.channelUtilizationPercent) ?? say.unknown;
  const nodeAirTime = formatPercent(metrics?.airUtilTxPercent) ?? say.unknown;
  return [
    `🔗 ${say.status.link(say.status.states[link.state], formatAge(clock.wallMs() - link.sinceWallMs, say), link.reconnects)}`,
    `📻 ${say.status.firmware} ${firmware}, ${say.status.queue} ${link.queueLength}`,
    `📶 ${say.status.channel} ${channel}, ${say.status.nodeAirTime} ${nodeAirTime}`,
    `⏳ ${say.status.ownAirTime((airtime.usedMsLastHour() / 1000).toFixed(1))}`,
    `👥 ${say.status.nodes(nodes.size)}`,
  ].join("\n");
}

function freshMetrics(own: NodeRecord | undefined, nowMs: number): NodeRecord | undefined {
  if (own?.metricsAtMs === undefined) return undefined;
  return nowMs - own.metricsAtMs <= METRICS_MAX_AGE_MS ? own : undefined;
}
