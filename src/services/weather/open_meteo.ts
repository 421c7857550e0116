/** Open-Meteo: where to ask, and how to read what comes. */
import { ServiceError } from "../../errors.ts";
import { at, celsiusOf, needed, numberIn, parseJson, percentOf, rainMmOf, textOf, windKmhOf } from "./json.ts";
import { moonOn } from "./moon.ts";
import { dateMs, type WeatherDay, type WeatherHour, type WeatherReport } from "./report.ts";
import { skyOfWmo } from "./sky.ts";

const WHO = "Open-Meteo";
const GEOCODING = "Open-Meteo's geocoding";
const MAX_DAYS = 3;
const MAX_HOURS = 24 * MAX_DAYS;
const NAME_CHARS = 80;

const CURRENT = "temperature_2m,relative_humidity_2m,precipitation,weather_code,wind_speed_10m";
const HOURLY = "precipitation,precipitation_probability";
const DAILY = "weather_code,temperature_2m_max,temperature_2m_min,precipitation_sum,sunrise,sunset";

/** A point on earth, with its name where it has one. */
export interface NamedPoint {
  readonly latitude: number;
  readonly longitude: number;
  readonly name: string | undefined;
  readonly country: string | undefined;
}

/** The address of the search for a name. */
export function geocodingUrl(base: string, { name, language }: { readonly name: string; readonly language: string }): URL {
  const url = new URL(base);
  url.search = new URLSearchParams({ name, count: "1", language }).toString();
  return url;
}

/** The address of a point's weather. */
export function forecastUrl(base: string, { latitude, longitude }: Pick<NamedPoint, "latitude" | "longitude">): URL {
  const url = new URL(base);
  const point = { latitude: latitude.toFixed(2), longitude: longitude.toFixed(2) };
  const query = new URLSearchParams({
    ...point,
    current: CURRENT,
    hourly: HOURLY,
    daily: DAILY,
    timezone: "auto",
    forecast_days: `${MAX_DAYS}`,
  });
  // Its documentation writes the lists with plain commas.
  url.search = query.toString().replaceAll("%2C", ",");
  return url;
}

/** The first place found; undefined when there is none of that name. ServiceError("unreadable") that names what is missing. */
export function parseGeocoding(text: string): NamedPoint | undefined {
  const answer = parseJson(text, GEOCODING);
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
    throw new ServiceError("unreadable", `the answer of ${GEOCODING} is no object`);
  }
  const results = at(answer, "results");
  if (results === undefined && at(answer, "error") === undefined) return undefined;
  if (Array.isArray(results) && results.length === 0) return undefined;
  const first = at(results, 0);
  return {
    latitude: needed(numberIn(at(first, "latitude"), -90, 90), GEOCODING, "results[0].latitude"),
    longitude: needed(numberIn(at(first, "longitude"), -180, 180), GEOCODING, "results[0].longitude"),
    name: textOf(at(first, "name"), NAME_CHARS),
    country: textOf(at(first, "country"), NAME_CHARS),
  };
}

/** The weather of an answer about the point; ServiceError("unreadable") that names what is missing. */
export function parseForecast(text: string, { name, country }: Pick<NamedPoint, "name" | "country">): WeatherReport {
  const answer = parseJson(text, WHO);
  const current = at(answer, "current");
  const now = {
    celsius: needed(celsiusOf(at(current, "temperature_2m")), WHO, "current.temperature_2m"),
    sky: skyOfWmo(numberIn(at(current, "weather_code"), 0, 999)),
    windKmh: windKmhOf(at(current, "wind_speed_10m")),
    rainMm: rainMmOf(at(current, "precipitation")),
    humidityPercent: percentOf(at(current, "relative_humidity_2m")),
    pressureHpa: undefined,
  };
  const hours = readHours(at(answer, "hourly"));
  const daily = at(answer, "daily");
  const days: WeatherDay[] = [];
  for (let index = 0; index < MAX_DAYS; index++) {
    const day = readDay(daily, index, hours);
    if (day === undefined) break;
    days.push(day);
  }
  const time = textOf(at(current, "time"), 16);
  return { place: name, country, localMs: time === undefined ? undefined : localTime(time), now, days };
}

/** The first day must be readable; undefined where a later one is not. */
function readDay(daily: unknown, index: number, hours: ReadonlyMap<string, readonly WeatherHour[]>): WeatherDay | undefined {
  const date = textOf(at(daily, "time", index), 10);
  const minCelsius = celsiusOf(at(daily, "temperature_2m_min", index));
  const maxCelsius = celsiusOf(at(daily, "temperature_2m_max", index));
  const isDate = date !== undefined && dateMs(date) !== undefined;
  if (!isDate || minCelsius === undefined || maxCelsius === undefined) {
    if (index > 0) return undefined;
    throw new ServiceError("unreadable", `the answer of ${WHO} has no daily[0] with time, temperature_2m_min and temperature_2m_max`);
  }
  const ofDay = hours.get(date) ?? [];
  const chances = ofDay.map(({ rainPercent }) => rainPercent).filter((percent) => percent !== undefined);
  return {
    date,
    minCelsius,
    maxCelsius,
    sky: skyOfWmo(numberIn(at(daily, "weather_code", index), 0, 999)),
    windKmh: undefined,
    rainMm: rainMmOf(at(daily, "precipitation_sum", index)),
    rainPercent: chances.length === 0 ? undefined : Math.max(...chances),
    hours: ofDay,
    stepHours: 1,
    sunrise: clockOf(at(daily, "sunrise", index)),
    sunset: clockOf(at(daily, "sunset", index)),
    moonrise: undefined,
    moonset: undefined,
    moon: moonOn(date),
  };
}

/** The hours by date, in order, each at most once. */
function readHours(hourly: unknown): Map<string, WeatherHour[]> {
  const byDate = new Map<string, WeatherHour[]>();
  for (let index = 0; index < MAX_HOURS; index++) {
    const time = textOf(at(hourly, "time", index), 16);
    if (time === undefined) break;
    const hour = Number(/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):00$/.exec(time)?.[1] ?? NaN);
    const ofDay = byDate.get(time.slice(0, 10)) ?? [];
    if (Number.isNaN(hour) || hour <= (ofDay.at(-1)?.hour ?? -1)) continue;
    ofDay.push({
      hour,
      rainMm: rainMmOf(at(hourly, "precipitation", index)),
      rainPercent: percentOf(at(hourly, "precipitation_probability", index)),
      celsius: undefined,
      sky: undefined,
    });
    byDate.set(time.slice(0, 10), ofDay);
  }
  return byDate;
}

/** `05:47` of `2026-06-15T05:47`. */
function clockOf(value: unknown): string | undefined {
  return typeof value === "string" ? /^\d{4}-\d\d-\d\dT((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(value)?.[1] : undefined;
}

function localTime(time: string): number | undefined {
  const midnight = dateMs(time.slice(0, 10));
  const clock = clockOf(time);
  if (midnight === undefined || clock === undefined) return undefined;
  return midnight + (Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))) * 60_000;
}
