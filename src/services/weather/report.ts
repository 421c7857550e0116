/** What a source tells of a place, without any words of a language. Undefined is what it did not tell. */
import type { Sky } from "./sky.ts";

/** The weather at the time of the answer. */
export interface WeatherNow {
  readonly celsius: number;
  readonly sky: Sky;
  readonly windKmh: number | undefined;
  readonly rainMm: number | undefined;
  readonly humidityPercent: number | undefined;
  readonly pressureHpa: number | undefined;
}

/** One step of a day; it begins at `hour`, local time. */
export interface WeatherHour {
  readonly hour: number;
  /** What falls during the step. */
  readonly rainMm: number | undefined;
  readonly rainPercent: number | undefined;
  readonly celsius: number | undefined;
  readonly sky: Sky | undefined;
}

/** The moon: eighths of its cycle since new moon (4 is full), and the share that shines. */
export interface Moon {
  readonly phase: number;
  readonly percent: number;
}

/** A day at the place; times are local, `HH:MM`. */
export interface WeatherDay {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly minCelsius: number;
  readonly maxCelsius: number;
  readonly sky: Sky;
  readonly windKmh: number | undefined;
  readonly rainMm: number | undefined;
  readonly rainPercent: number | undefined;
  /** In order; empty when the source told none. */
  readonly hours: readonly WeatherHour[];
  /** How many hours a step lasts. */
  readonly stepHours: number;
  readonly sunrise: string | undefined;
  readonly sunset: string | undefined;
  readonly moonrise: string | undefined;
  readonly moonset: string | undefined;
  readonly moon: Moon | undefined;
}

/** A whole answer; `days` holds one day at least, in order. */
export interface WeatherReport {
  /** As the source writes it, from strangers; undefined for a point without a name. */
  readonly place: string | undefined;
  readonly country: string | undefined;
  /** The clock on the wall at the place, when the answer came: as milliseconds since 1970 as if it were UTC. */
  readonly localMs: number | undefined;
  readonly now: WeatherNow;
  readonly days: readonly WeatherDay[];
}

const DAY_MS = 86_400_000;

/** Midnight that begins the date, in milliseconds as if it were UTC; undefined for what is no date. */
export function dateMs(date: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date);
  if (match === null) return undefined;
  const ms = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return formatDate(ms) === date ? ms : undefined;
}

/** `YYYY-MM-DD` of milliseconds as if they were UTC. */
export function formatDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The date at the place, `ageMs` after the answer came; the first day's where the source told no time, or an earlier one. */
export function todayAt({ localMs, days }: WeatherReport, ageMs: number): string {
  const first = days[0]?.date ?? "";
  const today = localMs === undefined ? first : formatDate(localMs + ageMs);
  return today < first ? first : today;
}

/** The day: 1 is today, 2 tomorrow; undefined when the answer does not reach so far, or is too old. */
export function dayOf(report: WeatherReport, day: number, ageMs: number): WeatherDay | undefined {
  const today = dateMs(todayAt(report, ageMs));
  if (today === undefined) return undefined;
  const date = formatDate(today + (day - 1) * DAY_MS);
  return report.days.find((candidate) => candidate.date === date);
}
