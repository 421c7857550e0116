/**
 * /neighbors [node]: who hears whom by radio, from the neighbour reports of the nodes; without any, from what our node heard directly and
 * from traced routes. Of one node: whom it hears and who hears it, from all three.
 */
import type { CommandContext } from "../context.ts";
import { formatLevel } from "../i18n/format.ts";
import type { RadioLink } from "../store/questions.ts";
import { fitTable } from "./support/fit_table.ts";
import { answerLimitBytes } from "./support/limit.ts";
import type { NamedCommand } from "./support/named.ts";
import { ask, fromPast, hoursText, lastHours } from "./support/past.ts";
import { pickNode } from "./support/pick_node.ts";
import { shortNameOrMe } from "./support/short_name.ts";

const HOURS = 48;
const MAX_LINKS = 5000;
const NAME_BYTES = [16, 12, 8];
const NODE_NAME_BYTES = 40;

/** The command /neighbors. */
export const neighbors: NamedCommand = {
  name: "neighbors",
  usage: "[name|id]",
  scope: "direct",
  run: (context) => {
    if (context.args === "") return fromPast(context, () => everybodyText(context));
    const picked = pickNode(context, context.args);
    return "answer" in picked ? picked.answer : fromPast(context, () => nodeText(context, picked.node.num));
  },
};

async function everybodyText(context: CommandContext): Promise<string> {
  const reports = await ask(context, "links", { ...lastHours(context.clock, HOURS), sources: ["report"], count: MAX_LINKS });
  return reports.length > 0 ? reportsText(context, reports) : await heardText(context);
}

/** `👥 4 nodes, 16 links (48h)` and a line for each node that reported: how many it hears, and how well. */
function reportsText(context: CommandContext, links: readonly RadioLink[]): string {
  const { config, say } = context;
  const byHearer = Map.groupBy(links, ({ hearer }) => hearer);
  const most = [...byHearer].sort(([a, heardByA], [b, heardByB]) => heardByB.length - heardByA.length || a - b);
  const header = `👥 ${say.stats.neighbours.reports(byHearer.size, links.length, hoursText(HOURS, say))}`;
  const tables = NAME_BYTES.map((nameBytes) => ({
    header,
    lines: most.map(([hearer, heard]) =>
      say.stats.neighbours.line(shortNameOrMe(context, hearer, nameBytes), heard.length, formatLevel(meanSnr(heard), 0))
    ),
  }));
  return fitTable(tables, answerLimitBytes(config));
}

function meanSnr(links: readonly RadioLink[]): number | undefined {
  const known = links.flatMap(({ snrMean }) => snrMean === undefined ? [] : [snrMean]);
  return known.length === 0 ? undefined : known.reduce((sum, snr) => sum + snr, 0) / known.length;
}

/** Why there are no reports, and a line for each other link, the strongest first. */
async function heardText(context: CommandContext): Promise<string> {
  const { clock, config, say } = context;
  const found = await ask(context, "links", { ...lastHours(clock, HOURS), sources: ["direct", "traceroute"], count: MAX_LINKS });
  const links = strongest(found);
  const { noReports, links: linksText } = say.stats.neighbours;
  const header = `👥 ${noReports}\n📡 ${linksText(links.length, hoursText(HOURS, say))}`;
  const tables = NAME_BYTES.map((nameBytes) => ({
    header,
    lines: links.map(({ heard, hearer, snrMax }) =>
      `${shortNameOrMe(context, heard, nameBytes)}→${shortNameOrMe(context, hearer, nameBytes)} ${formatLevel(snrMax)}`
    ),
  }));
  return fitTable(tables, answerLimitBytes(config));
}

/** `👥 Paris Nord (48h) 👂 hears 📢 heard by` and a line for each node on the other end, with the best SNR of either direction. */
async function nodeText(context: CommandContext, node: number): Promise<string> {
  const { clock, config, say } = context;
  const sources = ["report", "direct", "traceroute"] as const;
  const links = strongest(await ask(context, "links", { ...lastHours(clock, HOURS), sources, node, count: MAX_LINKS }));
  const span = hoursText(HOURS, say);
  const { hears, heardBy, none } = say.stats.neighbours;
  if (links.length === 0) return `👥 ${none(shortNameOrMe(context, node, NODE_NAME_BYTES), span)}`;
  const byOther = Map.groupBy(links, ({ heard, hearer }) => heard === node ? hearer : heard);
  const tables = NAME_BYTES.map((nameBytes) => ({
    header: `👥 ${shortNameOrMe(context, node, NODE_NAME_BYTES)} (${span}) 👂 ${hears} 📢 ${heardBy}`,
    lines: Array.from(byOther, ([other, links]) => {
      const levels = links.map(({ hearer, snrMax }) => `${hearer === node ? "👂" : "📢"}${formatLevel(snrMax)}`);
      return [shortNameOrMe(context, other, nameBytes), ...levels.toSorted()].join(" ");
    }),
  }));
  return fitTable(tables, answerLimitBytes(config));
}

/** One for each direction of a pair, whatever it is known from; strongest first. */
function strongest(links: readonly RadioLink[]): RadioLink[] {
  const byPair = new Map<string, RadioLink>();
  for (const link of links) {
    const key = `${link.heard} ${link.hearer}`;
    const known = byPair.get(key);
    if (known === undefined || (link.snrMax ?? -Infinity) > (known.snrMax ?? -Infinity)) byPair.set(key, link);
  }
  return [...byPair.values()].sort((a, b) => (b.snrMax ?? -Infinity) - (a.snrMax ?? -Infinity));
}
