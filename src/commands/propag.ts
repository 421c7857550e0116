/**
 * /propag [hours] [count]: the longest radio links with distance and SNR, and the longest of 30 days. A link is a packet that our node heard
 * from its sender itself, or a neighbour report: the ends of a relayed packet are no link.
 */
import type { CommandContext } from "../context.ts";
import { distanceM } from "../geo.ts";
import { formatLevel } from "../i18n/format.ts";
import type { Place } from "../mesh/node_db.ts";
import type { RadioLink } from "../store/questions.ts";
import { fitTable } from "./support/fit_table.ts";
import { answerLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";
import { readNumbers, wordsOf } from "./support/numbers.ts";
import { ask, fromPast, hoursText, lastHours } from "./support/past.ts";
import { shortNameOrMe } from "./support/short_name.ts";
import { distanceText, ownPlace } from "./support/whereabouts.ts";

const HOURS = { most: 72, usual: 24 };
const COUNT = { most: 10, usual: 5 };
const RECORD_DAYS = 30;
const NAME_BYTES = [16, 12, 8];

// No LoRa link on the ground or from an aircraft is longer: one of the places is wrong.
const MAX_METRES = 1_000_000;
// Wrong places come first when the longest links are asked for.
const ASKED = 200;

/** The command /propag. */
export const propag: NamedCommand = {
  name: "propag",
  usage: "[hours] [count]",
  scope: "direct",
  run: (context) => {
    const numbers = readNumbers(wordsOf(context.args), { hours: HOURS, count: COUNT });
    return numbers === undefined ? usageOf(propag, context) : fromPast(context, () => propagText(context, numbers));
  },
};

/** A link with its length. */
interface LongLink {
  readonly link: RadioLink;
  readonly metres: number;
  /** As text, `~` in front when a place is blurred. */
  readonly distance: string;
}

async function propagText(context: CommandContext, { hours, count }: { readonly hours: number; readonly count: number }): Promise<string> {
  const { config, say } = context;
  const span = hoursText(hours, say);
  const [now, [record]] = await Promise.all([longest(context, hours, count), longest(context, RECORD_DAYS * 24, 1)]);
  if (record === undefined) return `📡 ${say.stats.propag.none(span)}`;
  const days = `${RECORD_DAYS}${say.units.day}`;
  const tables = NAME_BYTES.map((nameBytes) => ({
    header: now.length === 0 ? `📡 ${say.stats.propag.none(span)}` : `📡 ${say.stats.propag.header(now.length, span)}:`,
    lines: now.map((link, index) => `${index + 1}.${linkText(context, link, nameBytes)}`),
    footer: isSame(now[0], record) ? undefined : `🏆 ${say.stats.propag.record(days, linkText(context, record, nameBytes))}`,
  }));
  return fitTable(tables, answerLimitBytes(config));
}

/** The longest links, each pair of nodes once. Throws HistoryError. */
async function longest(context: CommandContext, hours: number, count: number): Promise<LongLink[]> {
  const own = ownPlace(context);
  const links = await ask(context, "links", {
    ...lastHours(context.clock, hours),
    order: "distance",
    count: ASKED,
    ...(own === undefined ? {} : { ownPlace: { latitude: own.latitude, longitude: own.longitude } }),
  });
  const byPair = new Map<string, LongLink>();
  for (const link of links) {
    const long = measured(context, link);
    if (long === undefined) continue;
    const pair = [link.heard, link.hearer].sort((a, b) => a - b).join(" ");
    const known = byPair.get(pair);
    if (known === undefined || (link.snrMax ?? -Infinity) > (known.link.snrMax ?? -Infinity)) byPair.set(pair, long);
  }
  return [...byPair.values()].sort((a, b) => b.metres - a.metres).slice(0, count);
}

function measured(context: CommandContext, link: RadioLink): LongLink | undefined {
  const [from, to] = [placeOf(context, link.heard), placeOf(context, link.hearer)];
  const distance = distanceText(from, to);
  if (from === undefined || to === undefined || distance === undefined) return undefined;
  const metres = distanceM(from, to);
  return metres > 0 && metres <= MAX_METRES ? { link, metres, distance } : undefined;
}

function placeOf(context: CommandContext, num: number): Place | undefined {
  return num === context.radio()?.nodeNum ? ownPlace(context) : context.nodes.get(num)?.place;
}

function isSame(a: LongLink | undefined, b: LongLink): boolean {
  return a?.metres === b.metres && (a.link.heard === b.link.heard || a.link.heard === b.link.hearer);
}

/** `Paris→Velo 45km SNR:8`. */
function linkText(context: CommandContext, { link, distance }: LongLink, nameBytes: number): string {
  const [heard, hearer] = [shortNameOrMe(context, link.heard, nameBytes), shortNameOrMe(context, link.hearer, nameBytes)];
  return `${heard}→${hearer} ${distance} SNR:${formatLevel(link.snrMax)}`;
}
