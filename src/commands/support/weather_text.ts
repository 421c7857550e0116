/** A weather report in words: the richest form that one message holds. */
import { formatAge } from "../../i18n/format.ts";
import type { Sentences } from "../../i18n/mod.ts";
import { textLengthBytes } from "../../mesh/text.ts";
import { dateMs, dayOf, type Moon, type WeatherDay } from "../../services/weather/report.ts";
import type { Sky } from "../../services/weather/sky.ts";
import { shorten } from "./fit.ts";
import type { AskedWeather } from "./weather_question.ts";

const ICONS: Readonly<Record<Sky, string>> = {
  unknown: "❓",
  clear: "☀️",
  fair: "🌤️",
  partlyCloudy: "⛅",
  overcast: "☁️",
  fog: "🌫️",
  drizzle: "🌦️",
  rain: "🌧️",
  heavyRain: "🌧️",
  sleet: "🌨️",
  freezingRain: "🧊",
  snow: "🌨️",
  heavySnow: "❄️",
  storm: "⛈️",
};
const MOONS = ["🌑", "🌒", "🌓", "🌔", "🌕", "🌖", "🌗", "🌘"];
const LAST_DAY = 3;
// Every third hour from 6 h to 21 h.
const SHOWN_HOURS = new Set([6, 9, 12, 15, 18, 21]);

/** How much is told; what an answer can do without goes first. */
interface Detail {
  readonly country: boolean;
  readonly wind: boolean;
  readonly chance: boolean;
}

const DETAILS: readonly Detail[] = [
  { country: true, wind: true, chance: true },
  { country: true, wind: false, chance: true },
  { country: false, wind: false, chance: true },
  { country: false, wind: false, chance: false },
];

/** The weather now and the days to come. */
export function weatherText(asked: AskedWeather, say: Sentences, limitBytes: number): string {
  return richest(limitBytes, (detail) => {
    const lines = [nowLine(asked, say, detail)];
    for (let day = 1; day <= LAST_DAY; day++) {
      const found = dayOf(asked.report, day, asked.ageMs);
      if (found !== undefined) lines.push(`${dayLabel(found, day, say)}: ${ICONS[found.sky]} ${dayFacts(found, detail)}`);
    }
    return lines;
  });
}

/** One day; undefined when the report does not have it. */
export function dayText(asked: AskedWeather, day: number, say: Sentences, limitBytes: number): string | undefined {
  const found = dayOf(asked.report, day, asked.ageMs);
  if (found === undefined) return undefined;
  const hours = found.hours.flatMap(({ hour, celsius, sky }) =>
    celsius === undefined || !SHOWN_HOURS.has(hour) ? [] : [`${hour}h${ICONS[sky ?? "unknown"]}${degrees(celsius)}°`]
  );
  return richest(limitBytes, (detail) => [
    `${dayHead(asked, found, day, say, detail)} ${skyText(found.sky, say)} ${precipitation(found, detail, found.windKmh)}`.trimEnd(),
    ...hours.length > 0 ? [hours.join(" ")] : [],
    ...sunLine(found),
  ]);
}

/** Sun and moon; undefined when the report does not have the day. */
export function astroText(asked: AskedWeather, day: number | undefined, say: Sentences, limitBytes: number): string | undefined {
  const found = dayOf(asked.report, day ?? 1, asked.ageMs);
  if (found === undefined) return undefined;
  return richest(limitBytes, (detail) => [
    day === undefined || day === 1 ? nowLine(asked, say, detail, true) : dayHead(asked, found, day, say, detail),
    ...sunLine(found),
    ...moonLine(found, say),
  ]);
}

/** `📍 Paris, France 12°C`, with the age of a report that is not of now. */
export function placeHead(asked: AskedWeather, say: Sentences, withCountry = true): string {
  const age = asked.stale ? ` ${say.weather.age(formatAge(asked.ageMs, say))}` : "";
  return `📍 ${placeName(asked, withCountry)} ${degrees(asked.report.now.celsius)}°C${age}`;
}

/** `Today`, `Tomorrow`, `Wed`. */
export function dayLabel({ date }: WeatherDay, day: number, { weather }: Sentences): string {
  if (day <= 2) return day === 1 ? weather.today : weather.tomorrow;
  return weather.weekdays[new Date(dateMs(date) ?? 0).getUTCDay()] ?? date;
}

/** `0.2mm`, `12mm`. */
export function millimetres(mm: number): string {
  return `${mm < 9.95 ? Math.round(mm * 10) / 10 : Math.round(mm)}mm`;
}

/** The lines in the richest detail that fits; of the leanest as many as do. */
function richest(limitBytes: number, lines: (detail: Detail) => readonly string[]): string {
  for (const detail of DETAILS) {
    const text = lines(detail).join("\n");
    if (textLengthBytes(text) <= limitBytes) return text;
  }
  const [first = "", ...rest] = lines(DETAILS.at(-1) as Detail);
  let text = shorten(first, limitBytes);
  for (const line of rest) if (textLengthBytes(`${text}\n${line}`) <= limitBytes) text += `\n${line}`;
  return text;
}

function nowLine(asked: AskedWeather, say: Sentences, { country }: Detail, withPressure = false): string {
  const { celsius: _, sky, ...now } = asked.report.now;
  const facts = [isNight(asked) && (sky === "clear" || sky === "fair") ? `🌙 ${say.weather.sky[sky]}` : skyText(sky, say)];
  if (now.windKmh !== undefined) facts.push(`${Math.round(now.windKmh)}km/h`);
  if (now.rainMm !== undefined) facts.push(millimetres(now.rainMm));
  if (now.humidityPercent !== undefined) facts.push(`${Math.round(now.humidityPercent)}%`);
  if (withPressure && now.pressureHpa !== undefined) facts.push(`${Math.round(now.pressureHpa)}hPa`);
  return `${placeHead(asked, say, country)} ${facts.join(" ")}`;
}

function dayHead(asked: AskedWeather, found: WeatherDay, day: number, say: Sentences, { country }: Detail): string {
  const age = asked.stale ? ` ${say.weather.age(formatAge(asked.ageMs, say))}` : "";
  return `📍 ${placeName(asked, country)}, ${dayLabel(found, day, say)}: ${span(found)}${age}`;
}

function placeName({ name, country }: AskedWeather, withCountry: boolean): string {
  return withCountry && country !== undefined && country !== name ? `${name}, ${country}` : name;
}

function skyText(sky: Sky, say: Sentences): string {
  return sky === "unknown" ? ICONS.unknown : `${ICONS[sky]} ${say.weather.sky[sky]}`;
}

function dayFacts(day: WeatherDay, detail: Detail): string {
  return `${span(day)} ${precipitation(day, detail, detail.wind ? day.windKmh : undefined)}`.trimEnd();
}

/** `12km/h 0.2mm (58%)`. */
function precipitation({ rainMm, rainPercent }: WeatherDay, { chance }: Detail, windKmh: number | undefined): string {
  const facts: string[] = [];
  if (windKmh !== undefined) facts.push(`${Math.round(windKmh)}km/h`);
  if (rainMm !== undefined) facts.push(millimetres(rainMm));
  if (chance && rainPercent !== undefined) facts.push(`(${Math.round(rainPercent)}%)`);
  return facts.join(" ");
}

function span({ minCelsius, maxCelsius }: WeatherDay): string {
  return `${degrees(minCelsius)}/${degrees(maxCelsius)}°C`;
}

function degrees(celsius: number): string {
  // String() writes -0 as 0.
  return String(Math.round(celsius));
}

function sunLine({ sunrise, sunset }: WeatherDay): string[] {
  const facts = [...sunrise === undefined ? [] : [`🌅 ${sunrise}`], ...sunset === undefined ? [] : [`🌇 ${sunset}`]];
  return facts.length === 0 ? [] : [facts.join(" ")];
}

function moonLine({ moon, moonrise, moonset }: WeatherDay, say: Sentences): string[] {
  if (moon === undefined) return [];
  const facts = [moonText(moon, say)];
  if (moonrise !== undefined) facts.push(`↑${moonrise}`);
  if (moonset !== undefined) facts.push(`↓${moonset}`);
  return [facts.join(" ")];
}

function moonText({ phase, percent }: Moon, { weather }: Sentences): string {
  return `${MOONS[phase] ?? ""} ${weather.moon[phase] ?? ""} ${Math.round(percent)}%`;
}

/** True when the sun is known to be down at the place. */
function isNight({ report, ageMs }: AskedWeather): boolean {
  const today = dayOf(report, 1, ageMs);
  if (report.localMs === undefined || today?.sunrise === undefined || today.sunset === undefined) return false;
  const time = new Date(report.localMs + ageMs).toISOString().slice(11, 16);
  return time < today.sunrise || time >= today.sunset;
}
