/** /keys: whose public keys are missing among the nodes heard in the last day. /keys name|id: what is known of one node's key. */
import type { CommandContext } from "../context.ts";
import type { NodeRecord } from "../mesh/node_db.ts";
import { fitTable } from "./support/fit_table.ts";
import { answerLimitBytes } from "./support/limit.ts";
import type { NamedCommand } from "./support/named.ts";
import { ask, fromPast, hoursText, lastHours } from "./support/past.ts";
import { pickNode } from "./support/pick_node.ts";
import { shortName } from "./support/short_name.ts";

const HOURS = 24;
const MAX_SHOWN = 20;
const NAME_BYTES = 14;
const NODE_NAME_BYTES = 40;
// Enough to compare with what an app shows, which writes keys in base64 too.
const KEY_START = 8;

/** The command /keys. */
export const keys: NamedCommand = {
  name: "keys",
  usage: "[name|id]",
  scope: "direct",
  run: (context) => {
    if (context.args === "") return fromPast(context, () => everybodyText(context));
    const picked = pickNode(context, context.args);
    return "answer" in picked ? picked.answer : nodeText(context, picked.node);
  },
};

/** `🔑 Heard: 10 (24h). 3 without key:` and who they are, those that sent most first. */
async function everybodyText(context: CommandContext): Promise<string> {
  const { clock, config, nodes, say } = context;
  const span = hoursText(HOURS, say);
  const seen = await ask(context, "seen", lastHours(clock, HOURS));
  if (seen.length === 0) return `🔑 ${say.stats.keys.nobody(span)}`;
  const without = seen.filter(({ node }) => (nodes.get(node)?.publicKey.length ?? 0) === 0);
  if (without.length === 0) return `✅ ${say.stats.keys.all(span, seen.length)}`;
  const shown = without.slice(0, MAX_SHOWN);
  return fitTable([{
    header: `🔑 ${say.stats.keys.missing(span, seen.length, without.length)}:`,
    lines: shown.map(({ node }) => shortName(context, node, NAME_BYTES)),
    left: without.length - shown.length,
  }], answerLimitBytes(config));
}

function nodeText(context: CommandContext, { num, longName, shortName: short, publicKey, keyConflict }: NodeRecord): string {
  const { keys } = context.say.stats;
  const name = shortName(context, num, NODE_NAME_BYTES);
  const start = btoa(String.fromCharCode(...publicKey)).slice(0, KEY_START);
  if (keyConflict) return `⚠️ ${keys.conflict(name, start)}`;
  if (publicKey.length > 0) return `✅ ${keys.known(name, start)}`;
  // A NODEINFO always brings a name.
  return longName === "" && short === "" ? `⚠️ ${keys.noNodeInfo(name)}` : `❌ ${keys.none(name)}`;
}
