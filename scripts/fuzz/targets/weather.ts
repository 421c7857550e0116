/** Answers of the weather's sources. */
import { ServiceError } from "../../../src/errors.ts";
import { isUnknownToWttr, parseWttr } from "../../../src/services/weather/wttr.ts";
import { parseForecast, parseGeocoding } from "../../../src/services/weather/open_meteo.ts";
import { dayOf, todayAt, type WeatherReport } from "../../../src/services/weather/report.ts";
import { allowing, mustHold, type Target, textOf } from "../target.ts";

export const wttr: Target = {
  name: "wttr",
  shape: "json",
  open: () => ({
    run(input) {
      const text = textOf(input);
      isUnknownToWttr(text);
      check(allowing(isUnreadable, () => parseWttr(text)));
    },
  }),
};

export const openMeteo: Target = {
  name: "open_meteo",
  shape: "json",
  open: () => ({
    run(input) {
      const text = textOf(input);
      const point = allowing(isUnreadable, () => parseGeocoding(text));
      if (point !== undefined) mustHold(Math.abs(point.latitude) <= 90 && Math.abs(point.longitude) <= 180, "a place is on earth");
      check(allowing(isUnreadable, () => parseForecast(text, { name: "Paris", country: "France" })));
    },
  }),
};

/** The only way in which a parser may refuse. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof ServiceError && error.fault === "unreadable";
}

function check(report: WeatherReport | undefined): void {
  if (report === undefined) return;
  mustHold(report.days.length >= 1 && report.days.length <= 3, "there are one to three days");
  mustHold(numbersIn(report).every(Number.isFinite), "every number is one");
  for (const day of [0, 1, 2]) dayOf(report, day, 3_600_000);
  todayAt(report, 0);
}

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
