/** The node that an admin means, known to us or not. */
import type { CommandContext } from "../../context.ts";
import { BROADCAST_NUM, formatNodeId, parseNodeId } from "../../node_id.ts";
import { shorten } from "./fit.ts";
import { pickNode } from "./pick_node.ts";

const NAME_BYTES = 30;

/** The node's number and how to call it, or what to answer instead. */
export type PickedPerson = { readonly num: number; readonly name: string } | { readonly answer: string };

/** Finds the node by name or id; an id such as `!a1b2c3d4` needs no node that we have heard. Our own node and the asker's are refused. */
export function pickPerson(context: CommandContext, query: string): PickedPerson {
  const id = query.startsWith("!") ? parseNodeId(query) : undefined;
  const picked = id === undefined || id === 0 || id === BROADCAST_NUM ? pickNode(context, query) : { node: { num: id } };
  if ("answer" in picked) return picked;
  const { num } = picked.node;
  if (num === context.radio()?.nodeNum) return { answer: `🤖 ${context.say.admin.notMe}` };
  if (num === context.message.from) return { answer: `🤖 ${context.say.admin.notYou}` };
  const id8 = formatNodeId(num);
  const name = context.nodes.nameOf(num);
  return { num, name: name === id8 ? id8 : `${shorten(name, NAME_BYTES)} ${id8}` };
}
