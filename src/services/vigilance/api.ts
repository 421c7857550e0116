/** Météo-France's API: the map of the mainland as JSON (DPVigilance, `cartevigilance/encours`). */
import { type Bulletin, type BulletinDay, checkDate, type Issue, whoIs } from "./bulletin.ts";
import { departmentOf } from "./departments.ts";
import { field, items, parseJson, textOf } from "./json.ts";
import { type LocalDate, localTime, momentOf, nextDate } from "./local_time.ts";
import { type Colour, COLOURS, GREEN, merge, type Phenomenon, type Standing } from "./standing.ts";
import { UnreadableError } from "./unreadable.ts";

const WHO = whoIs("api");
const PARIS = "Europe/Paris";

// phenomenon_id 1 to 9.
const PHENOMENA: readonly Phenomenon[] = ["wind", "rain", "thunderstorms", "floods", "snow", "heat", "cold", "avalanches", "waves"];

/**
 * What the API says. Its periods "J" and "J1" are today and tomorrow, or those of yesterday early in the morning. Every department is named,
 * green ones too. Throws UnreadableError.
 */
export function readApi(text: string, wallMs: number): Bulletin {
  const product = field(parseJson(WHO, text), "product");
  const periods = items(field(product, "periods"));
  if (periods.length === 0) throw new UnreadableError(WHO, "field", "product.periods");
  const updated = momentOf(field(product, "update_time"));
  const now = localTime(wallMs, PARIS);
  const issue: Issue | undefined = updated === undefined ? undefined : localTime(updated, PARIS);
  const firstDate = issue?.date ?? now.date;
  const days: BulletinDay[] = [];
  for (const [echeance, date] of [["J", firstDate], ["J1", nextDate(firstDate)]] as const) {
    const period = periods.find((candidate) => field(candidate, "echeance") === echeance);
    const day = dayOf(period, date, issue);
    if (day !== undefined) days.push(day);
    else if (echeance === "J") throw new UnreadableError(WHO, "field", 'timelaps.domain_ids of "J"');
  }
  checkDate(WHO, (days[0] as BulletinDay).date, now);
  return { way: "api", days, unnamed: "unknown" };
}

/** Undefined when there is no such period or nobody in it. */
function dayOf(period: unknown, date: LocalDate, issue: Issue | undefined): BulletinDay | undefined {
  const begin = momentOf(field(period, "begin_validity_time"));
  const standings = new Map<string, Standing>();
  const coasts: (readonly [code: string, standing: Standing])[] = [];
  for (const domain of items(field(field(period, "timelaps"), "domain_ids"))) {
    // `5910` is the coast of 59, which has the high waves.
    const [, id = "", coast] = /^(\d{2}|2[AB])(10)?$/i.exec(textOf(field(domain, "domain_id"))) ?? [];
    const code = departmentOf(id)?.code;
    const standing = standingOf(domain);
    if (code === undefined || standing === undefined) continue;
    if (coast === undefined) standings.set(code, merge(standings.get(code) ?? GREEN, standing));
    else coasts.push([code, standing]);
  }
  for (const [code, coast] of coasts) {
    const inland = standings.get(code);
    if (inland !== undefined) standings.set(code, merge(inland, coast));
  }
  if (standings.size === 0) return undefined;
  return { date: begin === undefined ? date : localTime(begin, PARIS).date, issue, standings };
}

/** Undefined when the colour is none that is known: such a department is not green, it is unknown. */
function standingOf(domain: unknown): Standing | undefined {
  let colour = colourOf(field(domain, "max_color_id"));
  if (colour === undefined) return undefined;
  const phenomena = new Map<Phenomenon, Colour>();
  for (const item of items(field(domain, "phenomenon_items"))) {
    const phenomenon = PHENOMENA[Number(textOf(field(item, "phenomenon_id")) || 0) - 1];
    const own = colourOf(field(item, "phenomenon_max_color_id"));
    if (phenomenon !== undefined && own !== undefined && own !== "green") phenomena.set(phenomenon, own);
  }
  for (const own of phenomena.values()) if (COLOURS.indexOf(own) > COLOURS.indexOf(colour)) colour = own;
  return { colour, phenomena };
}

/** 1 green to 4 red, as a number or a text. */
function colourOf(id: unknown): Colour | undefined {
  return COLOURS[Number(textOf(id) || 0) - 1];
}
