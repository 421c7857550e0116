/** Dates and hours at a place. */

/** A day of the calendar, `2026-07-13`; comparing the texts compares the days. */
export type LocalDate = string;

/** A moment as the clock on the wall shows it there. */
export interface LocalTime {
  readonly date: LocalDate;
  readonly hour: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clock shows in a time zone at a moment in milliseconds since 1970. */
export function localTime(wallMs: number, timeZone: string): LocalTime {
  const parts = new Map(formatFor(timeZone).formatToParts(wallMs).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  return {
    date: `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`,
    hour: Number(part("hour")),
    minute: Number(part("minute")),
  };
}

/** `16:02`. */
export function clockText({ hour, minute }: Pick<LocalTime, "hour" | "minute">): string {
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

/** The date of a day, month and year; undefined when the calendar has no such day. */
export function localDate(year: number, month: number, day: number): LocalDate | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (!(year >= 1970 && year <= 9999) || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.toISOString().slice(0, 10);
}

/** The day after. */
export function nextDate(date: LocalDate): LocalDate {
  const next = new Date(`${date}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

/** The day before. */
export function previousDate(date: LocalDate): LocalDate {
  const previous = new Date(`${date}T00:00:00Z`);
  previous.setUTCDate(previous.getUTCDate() - 1);
  return previous.toISOString().slice(0, 10);
}

/** The moment at which a day begins there, in milliseconds since 1970. */
export function startOfDay(date: LocalDate, timeZone: string): number {
  const utcMs = Date.parse(`${date}T00:00:00Z`);
  let startMs = utcMs;
  // The offset at the first guess is that of another hour, before or after a change to summer time; at the second it is right.
  for (let guess = 0; guess < 2; guess++) startMs = utcMs - offsetMs(startMs, timeZone);
  return startMs;
}

/** The moment of an ISO 8601 text with its offset, in milliseconds since 1970; undefined when it is none. */
export function momentOf(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/.test(value)) {
    return undefined;
  }
  const wallMs = Date.parse(value);
  return Number.isNaN(wallMs) ? undefined : wallMs;
}

/** How far the clock there is ahead of UTC. */
function offsetMs(wallMs: number, timeZone: string): number {
  const { date, hour, minute } = localTime(wallMs, timeZone);
  return Date.parse(`${date}T${clockText({ hour, minute })}:00Z`) - Math.floor(wallMs / 60_000) * 60_000;
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  formats.set(timeZone, format);
  return format;
}
