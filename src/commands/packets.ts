/** /packets [hours]: what the packets carried that came by radio. */
import type { CommandContext } from "../context.ts";
import { fitTable } from "./support/fit_table.ts";
import { answerLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";
import { readNumbers, wordsOf } from "./support/numbers.ts";
import { packetType, packetTypeName } from "./support/packet_types.ts";
import { ask, fromPast, hoursText, lastHours } from "./support/past.ts";
import { shareText, sumText } from "./support/sums.ts";

const HOURS = { most: 24, usual: 1 };

/** The command /packets. */
export const packets: NamedCommand = {
  name: "packets",
  usage: "[hours]",
  scope: "direct",
  run: (context) => {
    const numbers = readNumbers(wordsOf(context.args), { hours: HOURS });
    return numbers === undefined ? usageOf(packets, context) : fromPast(context, () => packetsText(context, numbers.hours));
  },
};

/** `📦 Packet types (1h, 96pkt 5.4kB):` and a line for each type. Throws HistoryError. */
export async function packetsText(context: CommandContext, hours: number): Promise<string> {
  const { clock, config, say } = context;
  const span = hoursText(hours, say);
  const all = await ask(context, "types", lastHours(clock, hours));
  if (all.packets === 0) return `📊 ${say.stats.silence(span)}`;
  const header = `📦 ${say.stats.packetTypes(span, sumText(all, say))}:`;
  const wide = all.types.map(({ portnum, packets }) => `${packetType(portnum, say)}: ${packets} (${shareText(packets, all.packets)})`);
  const narrow = all.types.map(({ portnum, packets }) =>
    `${packetTypeName(portnum, say)}:${packets} ${shareText(packets, all.packets, 0)}`
  );
  return fitTable([{ header, lines: wide }, { header, lines: narrow }], answerLimitBytes(config));
}
