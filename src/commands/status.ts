/**
 * /status: the bot's own link to the mesh: state and since when, reconnects, firmware, queue, channel utilisation and air time of its
 * node, air time of its own texts in the last hour, nodes known, clients of the shared radio, the services.
 */
import type { BotContext } from "../context.ts";
import { formatAge, formatPercent } from "../i18n/format.ts";
import { cleanText } from "../mesh/clean_text.ts";
import type { NodeRecord } from "../mesh/node_db.ts";
import { textLengthBytes } from "../mesh/text.ts";
import type { NamedCommand } from "./support/named.ts";

// The node measures about every minute; five minutes later its figure says nothing about now.
const METRICS_MAX_AGE_MS = 5 * 60_000;
const FIRMWARE_BYTES = 12;

/** The command /status. */
export const status: NamedCommand = {
  name: "status",
  usage: "",
  scope: "direct",
  run: statusText,
};

function statusText(context: BotContext): string {
  const { airtime, budget, clock, nodes, say } = context;
  const link = context.link();
  const radio = context.radio();
  const firmware = cleanText(radio?.firmwareVersion.split(".", 3).join(".") ?? "", { maxBytes: FIRMWARE_BYTES }) || say.unknown;
  const metrics = freshMetrics(radio === undefined ? undefined : nodes.get(radio.nodeNum), clock.nowMs());
  const channel = formatPercent(metrics?.channelUtilizationPercent) ?? say.unknown;
  const nodeAirTime = formatPercent(metrics?.airUtilTxPercent);
  const { rule } = budget.rule();
  const usedMs = airtime.usedMsLastHour();
  const { delivered, relayed, failed, unknown, expired } = link.outcomes;
  const lines = [
    `🔗 ${say.status.link(say.status.states[link.state], formatAge(clock.wallMs() - link.sinceWallMs, say), link.reconnects)}`,
    `📻 ${firmware}, ${say.status.queue} ${link.queueLength}`,
    `📶 ${channel} ${say.status.rules[rule]}${nodeAirTime === undefined ? "" : `, ${say.status.nodeAirTime} ${nodeAirTime}`}`,
    `⏳ ${say.status.ownAirTime(seconds(usedMs), seconds(usedMs + budget.leftMs()))}`,
    `📨 ${say.status.sent(delivered, link.deliveredSealed, relayed, failed + unknown + expired)}`,
    `👥 ${say.status.nodes(nodes.size)}${link.clients === undefined ? "" : ` 📱${link.clients}`}`,
  ];
  if (link.otherClient) lines.unshift(`⚠️ ${say.status.otherClient}`);
  return [...lines, ...servicesLine(context, context.config.mesh.message_bytes - textLengthBytes(lines.join("\n")) - 1)].join("\n");
}

/** How many of the services that are on are well, and the names of those that are not, as far as that fits. */
function servicesLine({ services }: BotContext, limitBytes: number): string[] {
  const on = Object.values(services).filter((service) => service !== undefined);
  if (on.length === 0) return [];
  const failing = on.filter(({ health }) => health.state === "failing").map(({ name }) => name);
  const count = `🌐 ${on.length - failing.length}/${on.length}`;
  const named = failing.length === 0 ? count : `${count} ❌ ${failing.join(" ")}`;
  const fitting = [named, count].find((line) => textLengthBytes(line) <= limitBytes);
  return fitting === undefined ? [] : [fitting];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(0);
}

function freshMetrics(own: NodeRecord | undefined, nowMs: number): NodeRecord | undefined {
  if (own?.metricsAtMs === undefined) return undefined;
  return nowMs - own.metricsAtMs <= METRICS_MAX_AGE_MS ? own : undefined;
}
