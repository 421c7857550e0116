/** A node's name where there is little room. */
import type { BotContext } from "../../context.ts";
import { cleanText } from "../../mesh/clean_text.ts";
import { textLengthBytes } from "../../mesh/text.ts";
import { formatNodeId, lastFourOf } from "../../node_id.ts";

/** The beginning of its long name; else its short name; else its id, or the last four digits of that. At least 4 bytes. */
export function shortName({ nodes }: Pick<BotContext, "nodes">, num: number, maxBytes: number): string {
  const { longName = "", shortName = "" } = nodes.get(num) ?? {};
  const name = cleanText(longName || shortName, { maxBytes });
  if (name !== "") return name;
  const id = formatNodeId(num);
  return textLengthBytes(id) <= maxBytes ? id : lastFourOf(num);
}

/** The same, and `me` for our own node. */
export function shortNameOrMe(context: BotContext, num: number, maxBytes: number): string {
  return num === context.radio()?.nodeNum ? context.say.me : shortName(context, num, maxBytes);
}
