/** A traceroute's answer as text, in one message where the names can be made short enough. */
import type { BotContext } from "../../context.ts";
import { formatLevel } from "../../i18n/format.ts";
import type { RouteHop, TracerouteResult } from "../../mesh/requests.ts";
import { textLengthBytes } from "../../mesh/text.ts";
import { BROADCAST_NUM } from "../../node_id.ts";
import { shorten } from "./fit.ts";
import { hopsText } from "./hops.ts";
import { answerLimitBytes } from "./limit.ts";

/** How much room the parts may take. */
interface Width {
  /** 0 shows short names. */
  readonly nameBytes: number;
  readonly decimals: number;
  /** Between the arrow and the name. */
  readonly gap: string;
}

// Widest first; the last holds seven relays there and back with short names of four letters.
const WIDTHS: readonly Width[] = [
  { nameBytes: 40, decimals: 1, gap: " " },
  { nameBytes: 20, decimals: 1, gap: " " },
  { nameBytes: 12, decimals: 1, gap: " " },
  { nameBytes: 0, decimals: 1, gap: " " },
  { nameBytes: 0, decimals: 0, gap: "" },
];
const TITLE_BYTES = 24;
const SHORT_NAME_BYTES = 8;

/** Header, way there and way back; `age` is said when the answer is an old one. */
export function routeText(context: BotContext, result: TracerouteResult, age?: string): string {
  const limitBytes = answerLimitBytes(context.config);
  const hops = hopsText({ hops: result.towards.length - 1, viaMqtt: false }, context.say);
  const facts = age === undefined ? hops : `${hops}, ${age}`;
  const header = `🔍 ${shorten(context.nodes.nameOf(result.target), TITLE_BYTES)} (${facts})`;
  const texts = WIDTHS.map((width) => [header, ...legs(context, result, width)]);
  const fitting = texts.find((lines) => textLengthBytes(lines.join("\n")) <= limitBytes);
  if (fitting !== undefined) return fitting.join("\n");
  // Two messages then; only a forged answer has so many hops that something is lost.
  const lineBytes = Math.max(0, limitBytes - textLengthBytes(header));
  return [header, ...(texts.at(-1) as string[]).slice(1).map((leg) => shorten(leg, lineBytes))].join("\n");
}

function legs(context: BotContext, { target, towards, back }: TracerouteResult, width: Width): string[] {
  const there = `➡️ ${context.say.me}${towards.map((hop) => hopText(context, hop, width)).join("")}`;
  if (back.length === 0) return [there, "⬅️ ?"];
  return [there, `⬅️ ${nameText(context, target, width)}${back.map((hop) => hopText(context, hop, width)).join("")}`];
}

/** ` 5.5> Name`: how well that node heard the one before it. */
function hopText(context: BotContext, hop: RouteHop, width: Width): string {
  return ` ${formatLevel(hop.snr, width.decimals)}>${width.gap}${nameText(context, hop.nodeNum, width)}`;
}

function nameText({ nodes, radio, say }: BotContext, nodeNum: number, { nameBytes }: Width): string {
  // The firmware writes the broadcast address for a relay that did not tell its number.
  if (nodeNum === BROADCAST_NUM || nodeNum === 0) return "?";
  if (nodeNum === radio()?.nodeNum) return say.me;
  return nameBytes === 0 ? shorten(nodes.shortNameOf(nodeNum), SHORT_NAME_BYTES) : shorten(nodes.nameOf(nodeNum), nameBytes);
}
