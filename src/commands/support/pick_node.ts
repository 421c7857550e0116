/** The node that somebody means. */
import type { BotContext } from "../../context.ts";
import { cleanText } from "../../mesh/clean_text.ts";
import type { NodeRecord } from "../../mesh/node_db.ts";
import { textLengthBytes } from "../../mesh/text.ts";
import { formatNodeId } from "../../node_id.ts";
import { shorten } from "./fit.ts";
import { answerLimitBytes } from "./limit.ts";

const MAX_SHOWN = 5;
const QUERY_BYTES = 40;
const MIN_NAME_BYTES = 4;

/** The one node, or what to answer instead. */
export type PickedNode = { readonly node: NodeRecord } | { readonly answer: string };

/** Looks for the node by id or name; several or none give the answer that says so. */
export function pickNode(context: BotContext, query: string): PickedNode {
  const found = context.nodes.find(query);
  const [first] = found;
  if (first === undefined) return { answer: `🔍 ${context.say.pick.none(cleanText(query, { maxBytes: QUERY_BYTES }))}` };
  return found.length === 1 ? { node: first } : { answer: severalText(context, found) };
}

function severalText(context: BotContext, found: readonly NodeRecord[]): string {
  const shown = found.slice(0, MAX_SHOWN);
  const header = `🔍 ${context.say.pick.several(found.length)}`;
  const rest = found.length > shown.length ? `\n+${found.length - shown.length}` : "";
  const fixedBytes = textLengthBytes(header) + textLengthBytes(rest) + shown.length * textLengthBytes("\n !00000000");
  const nameBytes = Math.max(MIN_NAME_BYTES, Math.floor((answerLimitBytes(context.config) - fixedBytes) / shown.length));
  const lines = shown.map(({ num }) => `\n${shorten(context.nodes.nameOf(num), nameBytes)} ${formatNodeId(num)}`);
  return header + lines.join("") + rest;
}
