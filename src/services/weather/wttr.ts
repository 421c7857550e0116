/** wttr.in: where to ask, and how to read what comes. */
import { ServiceError } from "../../errors.ts";
import { at, celsiusOf, needed, numberIn, parseJson, percentOf, rainMmOf, textOf, windKmhOf } from "./json.ts";
import { moonOn, moonPhaseNamed } from "./moon.ts";
import { type WeatherPlace, wttrName } from "./place.ts";
import { dateMs, type WeatherDay, type WeatherHour, type WeatherNow, type WeatherReport } from "./report.ts";
import { skyOfWwo, worstSky } from "./sky.ts";

const WHO = "wttr.in";
const MAX_DAYS = 3;
const STEP_HOURS = 3;
const NAME_CHARS = 80;
// What people are awake for: a day is not remembered for its night.
const DAY_FROM_HOUR = 6;

/** The address of a place's weather as JSON. */
export function wttrUrl(base: string, place: WeatherPlace): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/${encodeURIComponent(wttrName(place))}`;
  url.search = "?format=j1";
  return url;
}

/** True for the sentence that stands for a place it does not know; out of quota it is said of places it does know, too. */
export function isUnknownToWttr(text: string): boolean {
  return /^\s*unknown location/i.test(text.slice(0, 200));
}

/** The weather of an answer in the format j1; ServiceError("unreadable") that names what is missing. */
export function parseWttr(text: string): WeatherReport {
  const answer = parseJson(text, WHO);
  const area = at(answer, "nearest_area", 0);
  const now = readNow(at(answer, "current_condition", 0));
  const days: WeatherDay[] = [];
  for (let index = 0; index < MAX_DAYS; index++) {
    const day = readDay(at(answer, "weather", index), days.length === 0);
    if (day === undefined) break;
    days.push(day);
  }
  return {
    place: nameOf(at(area, "areaName")),
    country: nameOf(at(area, "country")),
    localMs: localTime(at(answer, "current_condition", 0, "localObsDateTime")),
    now,
    days,
  };
}

function readNow(value: unknown): WeatherNow {
  const where = "current_condition[0]";
  if (typeof value !== "object" || value === null) throw new ServiceError("unreadable", `the answer of ${WHO} has no ${where}`);
  return {
    celsius: needed(celsiusOf(at(value, "temp_C")), WHO, `${where}.temp_C`),
    sky: skyOfWwo(codeOf(at(value, "weatherCode"))),
    windKmh: windKmhOf(at(value, "windspeedKmph")),
    rainMm: rainMmOf(at(value, "precipMM")),
    humidityPercent: percentOf(at(value, "humidity")),
    pressureHpa: numberIn(at(value, "pressure"), 800, 1200),
  };
}

/** The first day must be readable; undefined where a later one is not. */
function readDay(value: unknown, isFirst: boolean): WeatherDay | undefined {
  const date = textOf(at(value, "date"), 10);
  const minCelsius = celsiusOf(at(value, "mintempC"));
  const maxCelsius = celsiusOf(at(value, "maxtempC"));
  const isDate = date !== undefined && dateMs(date) !== undefined;
  if (!isDate || minCelsius === undefined || maxCelsius === undefined) {
    if (!isFirst) return undefined;
    throw new ServiceError("unreadable", `the answer of ${WHO} has no weather[0] with date, mintempC and maxtempC`);
  }
  const hourly = readHourly(at(value, "hourly"));
  const awake = hourly.filter(({ hour }) => hour >= DAY_FROM_HOUR);
  const astronomy = at(value, "astronomy", 0);
  const phase = moonPhaseNamed(textOf(at(astronomy, "moon_phase"), NAME_CHARS));
  const percent = percentOf(at(astronomy, "moon_illumination"));
  return {
    date,
    minCelsius,
    maxCelsius,
    sky: worstSky((awake.length > 0 ? awake : hourly).map(({ sky }) => sky)),
    windKmh: greatest(hourly.map(({ windKmh }) => windKmh)),
    rainMm: total(hourly.map(({ rainMm }) => rainMm)),
    rainPercent: greatest(hourly.map(({ rainPercent }) => rainPercent)),
    hours: hourly.map(({ hour, rainMm, rainPercent, celsius, sky }) => ({ hour, rainMm, rainPercent, celsius, sky })),
    stepHours: STEP_HOURS,
    sunrise: clockTime(at(astronomy, "sunrise")),
    sunset: clockTime(at(astronomy, "sunset")),
    moonrise: clockTime(at(astronomy, "moonrise")),
    moonset: clockTime(at(astronomy, "moonset")),
    moon: phase === undefined || percent === undefined ? moonOn(date) : { phase, percent },
  };
}

type WindyHour = WeatherHour & { readonly sky: ReturnType<typeof skyOfWwo>; readonly windKmh: number | undefined };

/** The eight steps of a day, each at most once, in order. */
function readHourly(value: unknown): WindyHour[] {
  const steps = new Map<number, WindyHour>();
  for (const step of Array.isArray(value) ? value.slice(0, 24 / STEP_HOURS) : []) {
    // "0", "300" … "2100".
    const hour = (numberIn(at(step, "time"), 0, 2300) ?? NaN) / 100;
    if (!Number.isInteger(hour) || hour % STEP_HOURS !== 0) continue;
    steps.set(hour, {
      hour,
      rainMm: rainMmOf(at(step, "precipMM")),
      rainPercent: percentOf(at(step, "chanceofrain")),
      celsius: celsiusOf(at(step, "tempC")),
      sky: skyOfWwo(codeOf(at(step, "weatherCode"))),
      windKmh: windKmhOf(at(step, "windspeedKmph")),
    });
  }
  return [...steps.values()].sort((a, b) => a.hour - b.hour);
}

function codeOf(value: unknown): number | undefined {
  return numberIn(value, 0, 999);
}

/** `[{ "value": "Paris" }]`, or the text itself. */
function nameOf(value: unknown): string | undefined {
  return textOf(value, NAME_CHARS) ?? textOf(at(value, 0, "value"), NAME_CHARS);
}

/** `08:01 AM` as `08:01`, `05:08 PM` as `17:08`; undefined for anything else, such as `No moonset`. */
export function clockTime(value: unknown): string | undefined {
  const match = typeof value === "string" ? /^\s*(0?[1-9]|1[0-2]):([0-5]\d)\s*([AP])M\s*$/i.exec(value) : null;
  if (match === null) return undefined;
  const hour = Number(match[1]) % 12 + (match[3]?.toUpperCase() === "P" ? 12 : 0);
  return `${String(hour).padStart(2, "0")}:${match[2]}`;
}

/** `2026-06-15 10:30 AM`. */
function localTime(value: unknown): number | undefined {
  const match = typeof value === "string" ? /^(\S{10}) (.{7,8})$/.exec(value) : null;
  const midnight = dateMs(match?.[1] ?? "");
  const time = clockTime(match?.[2]);
  if (midnight === undefined || time === undefined) return undefined;
  return midnight + (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * 60_000;
}

function greatest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function total(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}
