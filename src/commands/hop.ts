/** /hop [hours]: the nodes that let their packets go farthest, and how far packets came. */
import type { CommandContext } from "../context.ts";
import type { Answers } from "../store/questions.ts";
import { fitTable } from "./support/fit_table.ts";
import { answerLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";
import { readNumbers, wordsOf } from "./support/numbers.ts";
import { ask, fromPast, hoursText, lastHours } from "./support/past.ts";
import { shortName } from "./support/short_name.ts";

const HOURS = { most: 168, usual: 24 };
const COUNT = 10;
const NAME_BYTES = [14, 8];

/** The command /hop. */
export const hop: NamedCommand = {
  name: "hop",
  usage: "[hours]",
  scope: "direct",
  run: (context) => {
    const numbers = readNumbers(wordsOf(context.args), { hours: HOURS });
    return numbers === undefined ? usageOf(hop, context) : fromPast(context, () => hopText(context, numbers.hours));
  },
};

/** `🔄 Hop(24h) Top10` and a line for each node with the greatest hop limit that it set. Throws HistoryError. */
export async function hopText(context: CommandContext, hours: number): Promise<string> {
  const { clock, config, say } = context;
  const span = hoursText(hours, say);
  const { farthest, taken } = await ask(context, "hops", { ...lastHours(clock, hours), count: COUNT });
  if (farthest.length === 0) return `📊 ${say.stats.silence(span)}`;
  const header = `🔄 ${say.stats.hops(span)} Top${farthest.length}`;
  const footer = takenText(taken, context);
  const tables = NAME_BYTES.map((nameBytes) => ({
    header,
    lines: farthest.map(({ node, hopStart }) => `${shortName(context, node, nameBytes)}:${hopStart}`),
    footer,
  }));
  return fitTable(tables, answerLimitBytes(config));
}

/** `Taken: 0:52% 1:31% 2:17%`; nothing when no packet tells. */
function takenText(taken: Answers["hops"]["taken"], { say }: CommandContext): string | undefined {
  const all = taken.reduce((sum, { packets }) => sum + packets, 0);
  if (all === 0) return undefined;
  return say.stats.hopsTaken(taken.map(({ hops, packets }) => `${hops}:${Math.round(100 * packets / all)}%`).join(" "));
}
