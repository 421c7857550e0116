/** /histo [pos|tele|node|text] [hours]: how many packets of each kind; of one kind when they came, as a curve. */
import type { CommandContext } from "../context.ts";
import { PortNum } from "../link/enums.ts";
import { fitTable } from "./support/fit_table.ts";
import { hourColumns, trendOf } from "./support/hour_columns.ts";
import { answerLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";
import { type NumberBounds, readNumbers, wordsOf } from "./support/numbers.ts";
import { ask, fromPast, hoursText, lastHours } from "./support/past.ts";
import { sparkline } from "./support/sparkline.ts";
import { sumText } from "./support/sums.ts";

const HOURS = { most: 48, usual: 24 };
// Whether they fit depends on the length of a message.
const COLUMNS = [24, 12];

/** A kind of packet by the word that people know. */
interface Kind {
  readonly label: string;
  readonly portnum: number;
}

const POS: Kind = { label: "POS", portnum: PortNum.POSITION_APP };
const TELE: Kind = { label: "TELE", portnum: PortNum.TELEMETRY_APP };
const NODE: Kind = { label: "NODE", portnum: PortNum.NODEINFO_APP };
const TEXT: Kind = { label: "TEXT", portnum: PortNum.TEXT_MESSAGE_APP };
const KINDS: readonly Kind[] = [POS, TELE, NODE, TEXT];
const WORDS: ReadonlyMap<string, Kind> = new Map([
  ["pos", POS],
  ["position", POS],
  ["tele", TELE],
  ["telemetry", TELE],
  ["node", NODE],
  ["nodeinfo", NODE],
  ["text", TEXT],
  ["texte", TEXT],
]);

/** The words of the kinds, as a usage names them. */
const KIND_WORDS = KINDS.map(({ label }) => label.toLowerCase());

/** The command /histo. */
export const histo: NamedCommand = {
  name: "histo",
  usage: `[${KIND_WORDS.join("|")}] [hours]`,
  scope: "direct",
  run: (context) => {
    const wish = readHistoWish(wordsOf(context.args), HOURS);
    if (wish === undefined) return usageOf(histo, context);
    return fromPast(context, () => wish.kind === undefined ? kindsText(context, wish.hours) : curveText(context, wish));
  },
};

/** What somebody wants to see; no kind is all packets. */
export interface HistoWish {
  readonly kind: Kind | undefined;
  readonly hours: number;
}

/** Reads `[kind] [hours]`; undefined for anything else. */
export function readHistoWish(words: readonly string[], hours: NumberBounds): HistoWish | undefined {
  const kind = WORDS.get(words[0]?.toLowerCase() ?? "");
  const numbers = readNumbers(kind === undefined ? words : words.slice(1), { hours });
  return numbers && { kind, hours: numbers.hours };
}

async function kindsText(context: CommandContext, hours: number): Promise<string> {
  const { clock, config, say } = context;
  const all = await ask(context, "types", lastHours(clock, hours));
  const counts = KINDS.map(({ label, portnum }) => ({ label, packets: all.types.find((type) => type.portnum === portnum)?.packets ?? 0 }));
  const others = all.packets - counts.reduce((sum, { packets }) => sum + packets, 0);
  const table = {
    header: `📦 ${say.stats.packets(hoursText(hours, say))}:`,
    lines: [...counts.map(({ label, packets }) => `${label}: ${packets}`), `${say.stats.otherPackets}: ${others}`],
    footer: `📊 ${say.stats.total(sumText(all, say))}`,
  };
  const details = [say.stats.details(`${config.commands.prefix}${histo.name} <type>`), say.stats.kinds(KIND_WORDS.join(", "))];
  return fitTable([{ ...table, footer: [table.footer, ...details].join("\n") }, table], answerLimitBytes(config));
}

/** `📊 POS(6h)`, the curve, how many from how many nodes and whether they become more, the last hour and the mean. Throws HistoryError. */
export async function curveText(context: CommandContext, { kind, hours }: HistoWish): Promise<string> {
  const { clock, config, say } = context;
  const span = lastHours(clock, hours);
  const portnums = kind === undefined ? {} : { portnums: [kind.portnum] };
  const [past, now] = await Promise.all([
    ask(context, "hours", { ...span, ...portnums }),
    ask(context, "hours", { ...lastHours(clock, 1), ...portnums }),
  ]);
  const tables = COLUMNS.map((most) => {
    const columns = hourColumns(past.hours, span, most);
    return {
      header: `📊 ${kind?.label ?? say.stats.allPackets}(${hoursText(hours, say)})`,
      lines: [sparkline(columns), `${sumText(past, say)} ${past.nodes}${say.stats.units.nodes} ${trendOf(columns)}`],
      footer: say.stats.nowAndMean(String(now.packets), (past.packets / hours).toFixed(1)),
    };
  });
  return fitTable(tables, answerLimitBytes(config));
}
