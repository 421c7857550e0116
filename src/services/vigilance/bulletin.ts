/** A bulletin of vigilance, whichever way it came, and what it says of a department at a moment. */
import type { Department } from "./departments.ts";
import { clockText, type LocalDate, type LocalTime, localTime, nextDate, previousDate } from "./local_time.ts";
import { GREEN, type Standing } from "./standing.ts";
import { UnreadableError } from "./unreadable.ts";

/** The ways to a bulletin: Météo-France's API, its page for screen readers, MeteoAlarm's feed. */
export type Way = "api" | "page" | "meteoalarm";

/** When a bulletin was issued, as far as it says so. */
export interface Issue {
  readonly date: LocalDate | undefined;
  readonly hour: number;
  readonly minute: number;
}

/** One day of a bulletin. */
export interface BulletinDay {
  readonly date: LocalDate;
  readonly issue: Issue | undefined;
  /** By code. */
  readonly standings: ReadonlyMap<string, Standing>;
}

/** What was read, for one day or two that follow each other. */
export interface Bulletin {
  readonly way: Way;
  readonly days: readonly BulletinDay[];
  /** What a department is that is not named. */
  readonly unnamed: "green" | "unknown";
}

/** How a department stands. */
export interface Reading {
  readonly department: Department;
  readonly way: Way;
  readonly today: Standing;
  /** Undefined when nothing was said of it yet. */
  readonly tomorrow: Standing | undefined;
  /** `16:02`, or `13/07 16:02` when it was another day; there. */
  readonly issued: string | undefined;
}

// A bulletin is issued at 6 and at 16 o'clock; until the first of a day is out, the last of the day before speaks of today and tomorrow.
const YESTERDAYS_UNTIL_HOUR = 10;

/** Throws UnreadableError unless the bulletin's first day is today or, early in the morning, yesterday. */
export function checkDate(who: string, first: LocalDate, now: LocalTime): void {
  if (first === now.date) return;
  if (first === previousDate(now.date) && now.hour < YESTERDAYS_UNTIL_HOUR) return;
  throw new UnreadableError(who, "date", first);
}

/** What a bulletin says of a department at a moment; throws UnreadableError when that is nothing. */
export function readingOf(bulletin: Bulletin, department: Department, wallMs: number): Reading {
  const { way, days, unnamed } = bulletin;
  const today = localTime(wallMs, department.timeZone).date;
  const day = days.find(({ date }) => date === today);
  if (day === undefined) throw new UnreadableError(whoIs(way), "date", days[0]?.date);
  const standingOn = ({ standings }: BulletinDay) => standings.get(department.code) ?? (unnamed === "green" ? GREEN : undefined);
  const standing = standingOn(day);
  if (standing === undefined) throw new UnreadableError(whoIs(way), "department", department.code);
  const next = days.find(({ date }) => date === nextDate(today));
  return {
    department,
    way,
    today: standing,
    tomorrow: next === undefined ? undefined : standingOn(next),
    issued: day.issue === undefined ? undefined : issueText(day.issue, today),
  };
}

/** The way in messages. */
export function whoIs(way: Way): string {
  switch (way) {
    case "api":
      return "Météo-France's API";
    case "page":
      return "Météo-France's page";
    case "meteoalarm":
      return "MeteoAlarm";
  }
}

function issueText(issue: Issue, today: LocalDate): string {
  if (issue.date === undefined || issue.date === today) return clockText(issue);
  return `${issue.date.slice(8, 10)}/${issue.date.slice(5, 7)} ${clockText(issue)}`;
}
