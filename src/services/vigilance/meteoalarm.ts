/** MeteoAlarm's feed of France: Météo-France's warnings as CAP in JSON, which needs no key and covers the mainland. */
import { type Bulletin, type BulletinDay, type Issue, whoIs } from "./bulletin.ts";
import { type Department, departmentOfArea, departmentOfName } from "./departments.ts";
import { field, items, parseJson, textOf } from "./json.ts";
import { type LocalDate, localTime, momentOf, nextDate, startOfDay } from "./local_time.ts";
import { type Colour, COLOURS, GREEN, merge, type Phenomenon, type Standing, standing } from "./standing.ts";
import { UnreadableError } from "./unreadable.ts";

const WHO = whoIs("meteoalarm");
const PARIS = "Europe/Paris";

// Météo-France sends something twice a day, green updates too: a feed without that says nothing of who is green.
const ALIVE_MS = 48 * 3_600_000;
const CLOCK_TOLERANCE_MS = 3_600_000;

// The number of awareness_type; the words behind it differ between countries. https://meteoalarm.org
const PHENOMENA: ReadonlyMap<string, Phenomenon> = new Map([
  ["1", "wind"],
  ["2", "snow"],
  ["3", "thunderstorms"],
  ["4", "fog"],
  ["5", "heat"],
  ["6", "cold"],
  ["7", "waves"],
  ["8", "fire"],
  ["9", "avalanches"],
  ["10", "rain"],
  ["11", "floods"],
  ["12", "floods"],
  ["13", "rain"],
]);

/** A warning that somebody stands under or will. */
interface Warning {
  readonly departments: readonly Department[];
  readonly colour: Colour;
  readonly phenomenon: Phenomenon | undefined;
  readonly fromWallMs: number;
  readonly untilWallMs: number;
}

/**
 * What the feed says of today and tomorrow: the warnings in force or to come, without those that are over, cancelled, replaced by a later
 * one, or only tests. A department without one is green, which holds only while the feed is alive. Throws UnreadableError.
 */
export function readMeteoalarm(text: string, wallMs: number): Bulletin {
  const listed = field(parseJson(WHO, text), "warnings");
  if (!Array.isArray(listed)) throw new UnreadableError(WHO, "field", "warnings");
  const alerts = listed.map((entry) => field(entry, "alert")).filter((alert) => textOf(field(alert, "status")).toLowerCase() === "actual");
  const replaced = new Set(alerts.flatMap(referencesOf));
  const warnings: Warning[] = [];
  let latestWallMs = -Infinity;
  let allKnown = true;
  for (const alert of alerts) {
    const info = frenchInfo(alert);
    const { departments, unknown } = areasOf(info);
    if (departments.length > 0) latestWallMs = Math.max(latestWallMs, sentAt(alert, info, wallMs) ?? -Infinity);
    const warning = replaced.has(textOf(field(alert, "identifier"))) ? undefined : warningOf(alert, info, departments, wallMs);
    if (warning === undefined) continue;
    warnings.push(warning);
    if (unknown) allKnown = false;
  }
  if (!(wallMs - latestWallMs <= ALIVE_MS)) throw new UnreadableError(WHO, "recent");
  const issue = localTime(latestWallMs, PARIS);
  const today = localTime(wallMs, PARIS).date;
  const days = [today, nextDate(today)].map((date) => dayOf(date, warnings, issue));
  // A warning for an area of an unknown name may be anybody's.
  return { way: "meteoalarm", days, unnamed: allKnown ? "green" : "unknown" };
}

/** When it was sent; a moment to come, which only a wrong clock can give, counts as unknown. */
function sentAt(alert: unknown, info: unknown, wallMs: number): number | undefined {
  const sentWallMs = momentOf(field(alert, "sent")) ?? momentOf(field(info, "effective"));
  return sentWallMs !== undefined && sentWallMs <= wallMs + CLOCK_TOLERANCE_MS ? sentWallMs : undefined;
}

function dayOf(date: LocalDate, warnings: readonly Warning[], issue: Issue): BulletinDay {
  const standings = new Map<string, Standing>();
  const startMs = startOfDay(date, PARIS);
  const endMs = startOfDay(nextDate(date), PARIS);
  for (const { departments, colour, phenomenon, fromWallMs, untilWallMs } of warnings) {
    if (fromWallMs >= endMs || untilWallMs <= startMs) continue;
    const own = standing(colour, phenomenon === undefined ? [] : [phenomenon]);
    for (const { code } of departments) standings.set(code, merge(standings.get(code) ?? GREEN, own));
  }
  return { date, issue, standings };
}

function warningOf(alert: unknown, info: unknown, departments: readonly Department[], wallMs: number): Warning | undefined {
  if (textOf(field(alert, "msgType")).toLowerCase() === "cancel") return undefined;
  const colour = colourOf(info);
  if (colour === "green") return undefined;
  const untilWallMs = momentOf(field(info, "expires"));
  const fromWallMs = momentOf(field(info, "onset")) ?? momentOf(field(info, "effective")) ?? momentOf(field(alert, "sent"));
  // Météo-France takes a warning back by an update that ends before or when it begins.
  if (untilWallMs === undefined || fromWallMs === undefined || untilWallMs <= wallMs || untilWallMs <= fromWallMs) return undefined;
  const phenomenon = PHENOMENA.get(parameterOf(info, "awareness_type").split(";")[0]?.trim() ?? "");
  return { departments, colour, phenomenon, fromWallMs: Math.max(fromWallMs, wallMs), untilWallMs };
}

/** `2; yellow; Moderate`. */
function colourOf(info: unknown): Colour {
  const [number = "", name = ""] = parameterOf(info, "awareness_level").split(";").map((part) => part.trim().toLowerCase());
  return COLOURS.find((colour) => colour === name) ?? COLOURS[Number(number || 0) - 1] ?? "green";
}

/** One alert holds the same in French and in English. */
function frenchInfo(alert: unknown): unknown {
  const infos = items(field(alert, "info"));
  return infos.find((info) => textOf(field(info, "language")).toLowerCase().startsWith("fr")) ?? infos[0];
}

function parameterOf(info: unknown, name: string): string {
  return textOf(field(items(field(info, "parameter")).find((parameter) => field(parameter, "valueName") === name), "value"));
}

/** The departments of a warning, and whether it is for an area that is none. */
function areasOf(info: unknown): { departments: Department[]; unknown: boolean } {
  const found = new Set<Department>();
  let unknown = false;
  for (const area of items(field(info, "area"))) {
    const codes = items(field(area, "geocode")).map((geocode) => departmentOfArea(textOf(field(geocode, "value"))));
    const department = departmentOfName(textOf(field(area, "areaDesc"))) ?? codes.find((one) => one !== undefined);
    if (department === undefined) unknown = true;
    else found.add(department);
  }
  return { departments: [...found], unknown };
}

/** The identifiers that an update or a cancellation replaces: `sender,identifier,sent`, several with a blank between (CAP 1.2, 3.2.1). */
function referencesOf(alert: unknown): string[] {
  const references = field(alert, "references");
  const list = Array.isArray(references) ? references.map(textOf).join(" ") : textOf(references);
  return list.split(/\s+/).map((reference) => reference.split(",")[1] ?? "").filter((identifier) => identifier !== "");
}
