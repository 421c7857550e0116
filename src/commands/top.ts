/** /top [hours] [count]: who sent most by radio, and what is sent most. */
import type { CommandContext } from "../context.ts";
import type { Answers } from "../store/questions.ts";
import { fitTable, type Table } from "./support/fit_table.ts";
import { answerLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";
import { readNumbers, wordsOf } from "./support/numbers.ts";
import { packetType } from "./support/packet_types.ts";
import { ask, fromPast, hoursText, lastHours } from "./support/past.ts";
import { shortName } from "./support/short_name.ts";
import { bytesText, shareText, sumText } from "./support/sums.ts";

const HOURS = { most: 24, usual: 3 };
const COUNT = { most: 20, usual: 7 };
const NAME_BYTES = [20, 14, 10, 8];

/** The command /top. */
export const top: NamedCommand = {
  name: "top",
  usage: "[hours] [count]",
  scope: "direct",
  run: (context) => {
    const numbers = readNumbers(wordsOf(context.args), { hours: HOURS, count: COUNT });
    return numbers === undefined ? usageOf(top, context) : fromPast(context, () => topText(context, numbers));
  },
};

/** What the answer is to tell. */
export interface TopWish {
  readonly hours: number;
  readonly count: number;
  /** The bytes of each node too. */
  readonly withBytes?: boolean;
}

/** `🏆TOP 3h (230pkt 14kB 10n):` and a line for each node. Throws HistoryError. */
export async function topText(context: CommandContext, { hours, count, withBytes = false }: TopWish): Promise<string> {
  const { clock, config, say } = context;
  const span = hoursText(hours, say);
  const answer = await ask(context, "top", { ...lastHours(clock, hours), count });
  if (answer.packets === 0) return `📊 ${say.stats.silence(span)}`;
  const header = `🏆${say.stats.top(span, `${sumText(answer, say)} ${answer.nodes}${say.stats.units.nodes}`)}:`;
  const footer = mostSent(answer, context);
  const tables = NAME_BYTES.map((nameBytes): Table => ({
    header,
    lines: answer.top.map(({ node, packets, bytes }) =>
      `${shortName(context, node, nameBytes)}:${packets}${withBytes ? ` ${bytesText(bytes, say)}` : ""}`
    ),
    footer,
  }));
  return fitTable(tables, answerLimitBytes(config));
}

function mostSent({ packets, types: [first] }: Answers["top"], { say }: CommandContext): string | undefined {
  return first && say.stats.mostOf(`${packetType(first.portnum, say)} ${shareText(first.packets, packets)}`);
}
