/** A reading in the words of the mesh, in as many bytes as a message has. */
import { formatAge } from "../../i18n/format.ts";
import type { Sentences } from "../../i18n/mod.ts";
import type { Reading } from "./bulletin.ts";
import type { Answer, WayFailure } from "./bulletins.ts";
import type { Department } from "./departments.ts";
import { type Colour, levelOf, type Standing } from "./standing.ts";
import { UnreadableError } from "./unreadable.ts";

/** A dot of each colour. */
export const ICONS: Readonly<Record<Colour, string>> = { green: "🟢", yellow: "🟡", orange: "🟠", red: "🔴" };

const encoder = new TextEncoder();

/** What is left out when the message is too short, more with each step. */
interface Detail {
  /** Of the phenomena: all, those of the department's own colour, or none. */
  readonly today: "all" | "own" | "none";
  readonly tomorrow: "all" | "own" | "none";
  readonly issue: boolean;
}

const DETAILS: readonly Detail[] = [
  { today: "all", tomorrow: "all", issue: true },
  { today: "all", tomorrow: "own", issue: true },
  { today: "all", tomorrow: "none", issue: true },
  { today: "own", tomorrow: "none", issue: true },
  { today: "own", tomorrow: "none", issue: false },
  { today: "none", tomorrow: "none", issue: false },
];

/** `59 Nord`. */
export function departmentText({ code, name }: Department): string {
  return `${code} ${name}`;
}

/** Today, tomorrow and time of issue, in at most `limitBytes` where the shortest form allows it. */
export function readingText(reading: Reading, say: Sentences, limitBytes: number): string {
  return fitting((detail) => linesOf(reading, say, detail), limitBytes);
}

/** The same, and how old it is and why, when there is nothing newer. */
export function answerText({ reading, ageMs, failures }: Answer, say: Sentences, limitBytes: number): string {
  if (failures.length === 0) return readingText(reading, say, limitBytes);
  const old = say.vigilance.old(formatAge(ageMs, say));
  const why = failures.map((failure) => failureText(failure, say)).join(", ");
  const options = [`${old}: ${why}`, old];
  // The age is never left out: an old colour must not look like a new one.
  return fitting((detail, step) => [...linesOf(reading, say, detail), options[step === 0 ? 0 : 1] as string], limitBytes);
}

/** That nothing is known of a department, and why each way gave nothing. */
export function unknownText(department: Department, failures: readonly WayFailure[], say: Sentences): string {
  const title = `⚠️ ${say.vigilance.title(departmentText(department), say.vigilance.unknown)}`;
  return [title, ...failures.map((failure) => capitalized(failureText(failure, say)))].join("\n");
}

/** `page: no dated headings of two days`. */
export function failureText({ way, error }: WayFailure, say: Sentences): string {
  const { ways, faults, missing } = say.vigilance;
  return `${ways[way]}: ${error instanceof UnreadableError ? missing[error.missing](error.what) : faults[error.fault]}`;
}

/** `orange`, or `orange, wind` with phenomena. */
export function standingText(standing: Standing, say: Sentences): string {
  return [say.vigilance.colours[standing.colour], ...phenomenaOf(standing, "all", say)].join(", ");
}

function linesOf({ department, way, today, tomorrow, issued }: Reading, say: Sentences, detail: Detail): string[] {
  const { colours, title, tomorrow: ofTomorrow, unknown, by, issued: issuedAt, ways } = say.vigilance;
  const lines = [`${ICONS[today.colour]} ${title(departmentText(department), colours[today.colour])}`];
  const phenomena = phenomenaOf(today, detail.today, say);
  if (phenomena.length > 0) lines.push(capitalized(phenomena.join(", ")));
  const next = tomorrow === undefined ? [unknown] : [colours[tomorrow.colour], ...phenomenaOf(tomorrow, detail.tomorrow, say)];
  lines.push(ofTomorrow(next.join(", ")));
  const origin = [
    ...(issued !== undefined && detail.issue ? [issuedAt(issued)] : []),
    // Whoever asks has to know that it is not Météo-France who answers.
    ...(way === "meteoalarm" ? [by(ways[way])] : []),
  ];
  if (origin.length > 0) lines.push(origin.join(", "));
  return lines;
}

/** Those of the department's own colour first; the others with theirs: `wind (yellow)`. */
function phenomenaOf({ colour, phenomena }: Standing, which: "all" | "own" | "none", say: Sentences): string[] {
  if (which === "none") return [];
  return [...phenomena]
    .filter(([, own]) => which === "all" || own === colour)
    .sort(([, a], [, b]) => levelOf(b) - levelOf(a))
    .map(([name, own]) => say.vigilance.phenomena[name] + (own === colour ? "" : ` (${say.vigilance.colours[own]})`));
}

function fitting(linesWith: (detail: Detail, step: number) => string[], limitBytes: number): string {
  let text = "";
  for (const [step, detail] of DETAILS.entries()) {
    text = linesWith(detail, step).join("\n");
    if (encoder.encode(text).length <= limitBytes) break;
  }
  return text;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
