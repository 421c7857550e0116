/** The words of Météo-France's page that give it its structure, in the order in which they stand there. */
import { type LocalDate, localDate } from "./local_time.ts";
import type { Colour, Phenomenon } from "./standing.ts";

/** A word of structure, and what follows it up to the next one. */
export type Mark = MarkKind & {
  /** The colours that are spoken of behind it, outside the head of a list: `vigilance orange`. */
  readonly mentions: readonly Colour[];
};

type MarkKind =
  /** `Vigilance météo et crues pour le lundi 13 juillet 2026`. */
  | { readonly kind: "day"; readonly date: LocalDate | undefined }
  /** `Diffusion :`, with the text behind it. */
  | { readonly kind: "issue"; readonly after: string }
  /** `Nom des départements en vigilance rouge :`. */
  | { readonly kind: "list"; readonly colour: Colour }
  /** `Nord (59)`, with the text behind it. */
  | { readonly kind: "department"; readonly code: string; readonly after: string }
  /** `Aucun département …`. */
  | { readonly kind: "none" }
  /** `Définition de la vigilance …`, `Votre vigilance en outre-mer`: the lists are over. */
  | { readonly kind: "end" };

const MONTHS = ["janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre"];
const COLOUR_OF: Readonly<Record<string, Colour>> = { vert: "green", jaune: "yellow", orange: "orange", rouge: "red" };

// Behind a department stand its phenomena; more text than this is something else.
const MAX_AFTER = 200;

const GAP = "[^a-z0-9]{1,5}";
const DATE = `(?<day>\\d{1,2})(?: ?er)?${GAP}(?<month>${MONTHS.join("|")})${GAP}(?<year>\\d{4})(?!\\d)`;
const COLOUR = "(?<colour>vert|jaune|orange|rouge)";
const IN_VIGILANCE = `departements?${GAP}en${GAP}vigilance${GAP}`;

// One expression for all, so that each word is taken once and in order. Every repetition has a bound: the text is a stranger's.
const MARK = new RegExp(
  [
    `(?<heading>\\bvigilance${GAP}meteo(?:rologique)?(?:${GAP}et${GAP}crues)?${GAP}pour[^0-9]{1,40}?${DATE})`,
    `(?<issue>\\bdiffusion ?:)`,
    `(?<none>(?:\\baucune?\\b|\\b0)[^0-9a-z]{1,5}(?:${IN_VIGILANCE}(?:vert|jaune|orange|rouge))?|\\bneant\\b)`,
    `(?<list>\\bnoms?${GAP}d(?:es|u)${GAP}${IN_VIGILANCE}${COLOUR})`,
    `(?<end>\\bdefinitions?${GAP}d|\\bvigilance${GAP}en${GAP}(?:outre${GAP}mer|metropole|france|hexagone))`,
    "\\( ?(?<code>\\d{2,3}|2[ab]) ?\\)",
    "(?<andorra>\\bandorre\\b(?! ?\\( ?99))",
  ].join("|"),
  "g",
);

const MENTION = new RegExp(`\\bvigilance${GAP}(jaune|orange|rouge)\\b`, "g");
const ISSUE_DATE = new RegExp(`${DATE}|(?<dd>\\d{2})/(?<mm>\\d{2})/(?<yyyy>\\d{4})`);
const ISSUE_TIME = /(?<!\d)(\d{1,2}) ?(?:heures?|h|:) ?([0-5]\d)?(?!\d)/;

const PHENOMENA: readonly (readonly [word: RegExp, phenomenon: Phenomenon])[] = [
  [/\bvents?\b/, "wind"],
  [/\bpluies?\b/, "rain"],
  [/\borages?\b/, "thunderstorms"],
  [/\bcrues?\b/, "floods"],
  [/\bneiges?\b|\bverglas\b/, "snow"],
  [/\bcanicule\b|\bfortes? chaleurs?\b/, "heat"],
  [/\bgrands? froids?\b/, "cold"],
  [/\bavalanches?\b/, "avalanches"],
  [/\bsubmersions?\b|\bvagues\b|\bhoule\b|\bmer dangereuse\b/, "waves"],
  [/\bcyclon|\btempete tropicale\b/, "cyclone"],
];

/** The marks of a page's texts. */
export function* marksOf(texts: readonly string[]): Generator<Mark> {
  const text = flatten(texts);
  let previous: RegExpExecArray | undefined;
  for (const match of text.matchAll(MARK)) {
    if (previous !== undefined) yield markOf(previous, text.slice(previous.index + previous[0].length, match.index));
    previous = match;
  }
  if (previous !== undefined) yield markOf(previous, text.slice(previous.index + previous[0].length));
}

/** The date and time in what follows `Diffusion :`; undefined without a time. */
export function issueOf(after: string): { date: LocalDate | undefined; hour: number; minute: number } | undefined {
  const dated = ISSUE_DATE.exec(after);
  const time = ISSUE_TIME.exec(dated === null ? after : after.replace(dated[0], " "));
  const hour = Number(time?.[1]);
  if (time === null || hour > 23) return undefined;
  return { date: dated === null ? undefined : dateOf(dated.groups ?? {}), hour, minute: Number(time[2] ?? 0) };
}

/** The phenomena that a text names. */
export function phenomenaIn(text: string): Phenomenon[] {
  return PHENOMENA.filter(([word]) => word.test(text)).map(([, phenomenon]) => phenomenon);
}

function markOf({ groups = {} }: RegExpExecArray, rest: string): Mark {
  const mentions = Array.from(rest.matchAll(MENTION), ([, word]) => colourOf(word));
  return { ...kindOf(groups, rest.slice(0, MAX_AFTER)), mentions };
}

function kindOf(groups: Readonly<Record<string, string | undefined>>, after: string): MarkKind {
  if (groups["heading"] !== undefined) return { kind: "day", date: dateOf(groups) };
  if (groups["issue"] !== undefined) return { kind: "issue", after };
  if (groups["list"] !== undefined) return { kind: "list", colour: colourOf(groups["colour"]) };
  if (groups["none"] !== undefined) return { kind: "none" };
  if (groups["end"] !== undefined) return { kind: "end" };
  return { kind: "department", code: groups["code"]?.toUpperCase() ?? "99", after };
}

function dateOf(groups: Readonly<Record<string, string | undefined>>): LocalDate | undefined {
  if (groups["yyyy"] !== undefined) return localDate(Number(groups["yyyy"]), Number(groups["mm"]), Number(groups["dd"]));
  return localDate(Number(groups["year"]), MONTHS.indexOf(groups["month"] ?? "") + 1, Number(groups["day"]));
}

function colourOf(word: string | undefined): Colour {
  return COLOUR_OF[word ?? ""] ?? "green";
}

/** One line, lower case, without accents and invisible characters; every dash is a hyphen. */
function flatten(texts: readonly string[]): string {
  return texts.join(" ")
    .normalize("NFD")
    .replace(/[\p{M}\p{Cf}]+/gu, "")
    .replace(/\p{Pd}/gu, "-")
    .replace(/\s+/g, " ")
    .toLowerCase();
}
