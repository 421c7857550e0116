/**
 * /node name|id (/info): what is known of one node: place, altitude, distance and bearing, hops, battery, last heard, key.
 */
import type { BotContext, CommandContext } from "../context.ts";
import { formatAge } from "../i18n/format.ts";
import type { Sentences } from "../i18n/mod.ts";
import { formatPlace } from "../geo.ts";
import type { NodeRecord } from "../mesh/node_db.ts";
import { textLengthBytes } from "../mesh/text.ts";
import { formatNodeId } from "../node_id.ts";
import { shorten } from "./support/fit.ts";
import { hopsIcon, hopsText } from "./support/hops.ts";
import { answerLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";
import { pickNode } from "./support/pick_node.ts";
import { whereabouts } from "./support/whereabouts.ts";

const MIN_NAME_BYTES = 8;

/** The command /node. */
export const node: NamedCommand = {
  name: "node",
  aliases: ["info"],
  usage: "name|id",
  scope: "direct",
  run: nodeText,
};

function nodeText(context: CommandContext): string {
  if (context.args === "") return usageOf(node, context);
  const picked = pickNode(context, context.args);
  return "answer" in picked ? picked.answer : describe(picked.node, context);
}

function describe(record: NodeRecord, context: BotContext): string {
  const id = `(${formatNodeId(record.num)})`;
  const facts = [...placeFacts(record, context), ...radioFacts(record, context)];
  const rest = [id, facts.join(" | ")].join(" | ");
  const nameBytes = answerLimitBytes(context.config) - textLengthBytes(`ℹ️  ${rest}`);
  return `ℹ️ ${shorten(context.nodes.nameOf(record.num), Math.max(MIN_NAME_BYTES, nameBytes))} ${rest}`;
}

function placeFacts({ num, place }: NodeRecord, context: BotContext): string[] {
  if (place === undefined) return [];
  const facts = [`📍 ${formatPlace(place)}`];
  if (place.altitudeM !== undefined) facts.push(`⛰️ ${Math.round(place.altitudeM)}m`);
  const seen = num === context.radio()?.nodeNum ? undefined : whereabouts(context, place);
  if (seen !== undefined) facts.push(`↔️ ${seen}`);
  return facts;
}

function radioFacts(record: NodeRecord, { clock, radio, say }: BotContext): string[] {
  const facts: string[] = [];
  const isOwn = record.num === radio()?.nodeNum;
  const way = { hops: record.hopsAway, viaMqtt: record.viaMqtt };
  facts.push(isOwn ? `🤖 ${say.node.me}` : `${hopsIcon(way)} ${hopsText(way, say)}`);
  const battery = batteryText(record.batteryPercent, say.node.mains);
  if (battery !== undefined) facts.push(battery);
  if (!isOwn) {
    const { lastHeardWallMs } = record;
    facts.push(`⏱️ ${lastHeardWallMs === undefined ? say.node.neverHeard : formatAge(clock.wallMs() - lastHeardWallMs, say)}`);
  }
  facts.push(`🔑 ${keyText(record, say)}`);
  return facts;
}

function keyText({ publicKey, keyConflict }: NodeRecord, { node }: Sentences): string {
  if (keyConflict) return node.keyConflict;
  return publicKey.length > 0 ? node.keyKnown : node.keyUnknown;
}

function batteryText(percent: number | undefined, mains: string): string | undefined {
  if (percent === undefined) return undefined;
  // 101 stands for a node on external power (firmware, DeviceTelemetry.cpp).
  return percent > 100 ? `🔌 ${mains}` : `🔋 ${Math.round(percent)}%`;
}
