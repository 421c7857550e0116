/**
 * /nodes [page] (/nodemt): the nodes that ours heard directly in the last 3 days, best SNR first: icon, name, SNR, age, distance.
 */
import type { BotContext, CommandContext } from "../context.ts";
import { formatAge, formatLevel } from "../i18n/format.ts";
import type { DirectSignal, NodeRecord, Place } from "../mesh/node_db.ts";
import { signalIcon } from "../mesh/signal.ts";
import { paginate, shorten } from "./support/fit.ts";
import { answerLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";
import { distanceText, ownPlace } from "./support/whereabouts.ts";

const MAX_AGE_MS = 3 * 24 * 3_600_000;
const NAME_BYTES = 20;
const MIN_NAME_BYTES = 6;
// Icon, SNR, age, distance and footer at their longest.
const REST_OF_LINE_BYTES = 40;

/** The command /nodes. */
export const nodes: NamedCommand = {
  name: "nodes",
  aliases: ["nodemt"],
  usage: "[page]",
  scope: "direct",
  run: nodesText,
};

interface HeardNode {
  readonly node: NodeRecord;
  readonly direct: DirectSignal;
}

function nodesText(context: CommandContext): string {
  const { args, say } = context;
  if (!/^(?:-?\d+)?$/.test(args)) return usageOf(nodes, context);
  const heard = heardDirectly(context);
  if (heard.length === 0) return `📡 ${say.nodes.none}`;
  const own = ownPlace(context);
  const lines = heard.map((entry) => lineOf(entry, own, context));
  const pages = paginate(`📡 ${say.nodes.header(heard.length)}`, lines, answerLimitBytes(context.config));
  const page = Math.min(Math.max(Number(args || 1), 1), pages.length);
  return pages[page - 1] as string;
}

function heardDirectly({ nodes, radio, clock }: BotContext): HeardNode[] {
  const ownNum = radio()?.nodeNum;
  const sinceWallMs = clock.wallMs() - MAX_AGE_MS;
  const heard: HeardNode[] = [];
  for (const node of nodes.all()) {
    if (node.num === ownNum || node.direct === undefined || !(node.direct.atWallMs >= sinceWallMs)) continue;
    heard.push({ node, direct: node.direct });
  }
  // The number decides between equals, so that a page is the same however the nodes are stored.
  return heard.sort((a, b) => b.direct.snr - a.direct.snr || a.node.num - b.node.num);
}

function lineOf({ node, direct }: HeardNode, own: Place | undefined, { nodes, clock, config, say }: BotContext): string {
  const nameBytes = Math.max(MIN_NAME_BYTES, Math.min(NAME_BYTES, answerLimitBytes(config) - REST_OF_LINE_BYTES));
  const parts = [
    signalIcon(direct.snr),
    shorten(nodes.nameOf(node.num), nameBytes),
    `${formatLevel(direct.snr)}dB`,
    formatAge(clock.wallMs() - direct.atWallMs, say),
  ];
  const distance = distanceText(own, node.place);
  if (distance !== undefined) parts.push(distance);
  return parts.join(" ");
}
