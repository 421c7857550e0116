/** What somebody asks about the weather, and asking it. */
import type { CommandContext } from "../../context.ts";
import { formatWait } from "../../i18n/format.ts";
import { cleanText } from "../../mesh/clean_text.ts";
import { placeText, pointPlace, readPlace, type WeatherPlace } from "../../services/weather/place.ts";
import type { WeatherReport } from "../../services/weather/report.ts";
import { ownPlace } from "./whereabouts.ts";

const NAME_BYTES = 40;
const COUNTRY_BYTES = 24;
const EXAMPLE_PLACE = "Paris";

/** What the answer is about. */
export type WeatherTopic = "weather" | "rain" | "astro";

/** `[rain|astro] [place] [day]`, taken apart; an empty place is our own node's. */
export interface WeatherQuestion {
  readonly topic: WeatherTopic;
  readonly place: string;
  /** 1 today, 2 tomorrow, 3 the day after; undefined when none was named. */
  readonly day: number | undefined;
}

/** What came back, ready for words. */
export interface AskedWeather {
  readonly report: WeatherReport;
  readonly ageMs: number;
  readonly stale: boolean;
  /** The place's name, clean; at most 40 bytes. */
  readonly name: string;
  /** Undefined where there is none. */
  readonly country: string | undefined;
}

const TOPICS: ReadonlyMap<string, WeatherTopic> = new Map([["rain", "rain"], ["pluie", "rain"], ["astro", "astro"]]);
const HELP = new Set(["help", "aide", "?"]);
const DAYS: ReadonlyMap<string, number> = new Map([
  ["1", 1],
  ["today", 1],
  ["aujourd'hui", 1],
  ["2", 2],
  ["tomorrow", 2],
  ["demain", 2],
  ["3", 3],
  ["après-demain", 3],
  ["apres-demain", 3],
]);

/** Undefined for what needs the usage: help, and a day that there is not. */
export function readWeatherQuestion(args: string, topics = TOPICS): WeatherQuestion | undefined {
  const words = args.split(/\s+/).filter((word) => word !== "");
  if (words.length === 1 && HELP.has(words[0]?.toLowerCase() ?? "")) return undefined;
  const topic = topics.get(words[0]?.toLowerCase() ?? "");
  if (topic !== undefined) words.shift();
  const last = words.at(-1)?.normalize("NFC").toLowerCase().replace("’", "'") ?? "";
  const day = DAYS.get(last);
  if (day !== undefined) words.pop();
  else if (/^\d$/.test(last)) return undefined;
  return { topic: topic ?? "weather", place: words.join(" "), day };
}

/** The same for /rain, whose topic is settled. */
export function readRainQuestion(args: string): WeatherQuestion | undefined {
  const question = readWeatherQuestion(args, new Map());
  return question && { ...question, topic: "rain" };
}

/** Asks the service; a text is the answer that says why there is no weather. */
export async function askWeather(context: CommandContext, placeAsked: string): Promise<AskedWeather | string> {
  const { config, say, services, signal } = context;
  if (services.weather === undefined) return say.weather.off;
  const place = placeAsked === "" ? ownPoint(context) : readPlace(placeAsked);
  if (place === undefined) {
    return `📍 ${placeAsked === "" ? say.weather.whereAmI(`${config.commands.prefix}weather ${EXAMPLE_PLACE}`) : say.weather.noPlace}`;
  }
  const shown = cleanText(placeText(place), { maxBytes: NAME_BYTES });
  const answer = await services.weather.ask(place, signal);
  switch (answer.kind) {
    case "unknown":
      return `📍 ${say.weather.unknownPlace(shown)}`;
    case "failed":
      return `📍 ${say.weather.failed(formatWait(answer.retryInMs, say))}`;
    case "report": {
      const { report, ageMs, stale } = answer;
      const name = cleanText(report.place ?? "", { maxBytes: NAME_BYTES }) || shown;
      const country = cleanText(report.country ?? "", { maxBytes: COUNTRY_BYTES });
      return { report, ageMs, stale, name, country: country === "" ? undefined : country };
    }
  }
}

function ownPoint(context: CommandContext): WeatherPlace | undefined {
  const place = ownPlace(context);
  return place && pointPlace(place);
}
