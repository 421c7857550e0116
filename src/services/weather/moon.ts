/** The moon of a date, for sources that do not tell it. */
import { dateMs, type Moon } from "./report.ts";

// The mean new moon of 6 January 2000 and the mean month (Meeus, Astronomical Algorithms, chapter 49); right to about half a day.
const NEW_MOON_MS = Date.UTC(2000, 0, 6, 18, 14);
const MONTH_MS = 29.530588853 * 86_400_000;
const NOON_MS = 43_200_000;

const PHASES = [
  "new moon",
  "waxing crescent",
  "first quarter",
  "waxing gibbous",
  "full moon",
  "waning gibbous",
  "last quarter",
  "waning crescent",
];

/** The moon at noon of the date, `YYYY-MM-DD`; undefined for what is no date. */
export function moonOn(date: string): Moon | undefined {
  const midnight = dateMs(date);
  if (midnight === undefined) return undefined;
  const months = (midnight + NOON_MS - NEW_MOON_MS) / MONTH_MS;
  const share = months - Math.floor(months);
  return { phase: Math.round(share * 8) % 8, percent: Math.round((1 - Math.cos(2 * Math.PI * share)) * 50) };
}

/** The phase of an English name such as `Waxing Gibbous`; undefined for any other. */
export function moonPhaseNamed(name: string | undefined): number | undefined {
  const index = PHASES.indexOf(name?.toLowerCase() ?? "");
  return index < 0 ? undefined : index;
}
