/** The rain of a day or of the next 24 hours: how much, and when, as a line of bars that needs no equal widths. */
import type { Sentences } from "../../i18n/mod.ts";
import { dateMs, dayOf, type WeatherHour } from "../../services/weather/report.ts";
import { shorten } from "./fit.ts";
import type { AskedWeather } from "./weather_question.ts";
import { dayLabel, millimetres, placeHead } from "./weather_text.ts";

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const DRY = ".";
const NOT_TOLD = "?";
// Drizzle must not look like a downpour: this much is the least that fills a bar.
const FULL_BAR_MM = 1;
const DAY_HOURS = 24;
const LABEL_HOURS = 6;

/** What is shown: the steps, and what they are called. */
interface Steps {
  readonly label: string;
  readonly hours: readonly WeatherHour[];
  readonly stepHours: number;
}

/** Undefined when the report has no hours of that day; without a day the next 24 hours. */
export function rainText(asked: AskedWeather, day: number | undefined, say: Sentences, limitBytes: number): string | undefined {
  const steps = day === undefined ? next24h(asked, say) ?? ofDay(asked, 1, say) : ofDay(asked, day, say);
  if (steps === undefined) return undefined;
  const amounts = steps.hours.flatMap(({ rainMm }) => rainMm === undefined ? [] : [rainMm]);
  if (amounts.length === 0) return undefined;
  const chances = steps.hours.flatMap(({ rainPercent }) => rainPercent === undefined ? [] : [rainPercent]);
  const chance = chances.length === 0 ? "" : ` (${Math.round(Math.max(...chances))}%)`;
  const maxMm = Math.max(...amounts);
  const totalMm = amounts.reduce((sum, mm) => sum + mm, 0);
  const per = steps.stepHours === 1 ? "/h" : `/${steps.stepHours}h`;
  const { rain, noRain } = say.weather;
  const facts = maxMm === 0 ? noRain : rain(`${millimetres(maxMm)}${per}`, millimetres(totalMm));
  const lines = [`🌧️ ${steps.label}: ${facts}${chance}`, ...maxMm === 0 ? [] : [barLine(steps, maxMm)]];
  for (const withCountry of [true, false]) {
    const text = [placeHead(asked, say, withCountry), ...lines].join("\n");
    if (shorten(text, limitBytes) === text) return text;
  }
  return shorten([placeHead(asked, say, false), ...lines].join("\n"), limitBytes);
}

function ofDay({ report, ageMs }: AskedWeather, day: number, say: Sentences): Steps | undefined {
  const found = dayOf(report, day, ageMs);
  if (found === undefined || found.hours.length === 0) return undefined;
  const [, month = "", date = ""] = found.date.split("-");
  return { label: `${dayLabel(found, day, say)} ${date}/${month}`, hours: found.hours, stepHours: found.stepHours };
}

/** From the step that runs now; undefined where nobody knows what time it is at the place. */
function next24h({ report, ageMs }: AskedWeather, say: Sentences): Steps | undefined {
  const [today, tomorrow] = [dayOf(report, 1, ageMs), dayOf(report, 2, ageMs)];
  if (report.localMs === undefined || today === undefined) return undefined;
  const midnight = dateMs(today.date) ?? 0;
  const hourNow = Math.max(0, Math.floor((report.localMs + ageMs - midnight) / 3_600_000));
  const { stepHours } = today;
  const rest = today.hours.filter(({ hour }) => hour + stepHours > hourNow);
  const hours = [...rest, ...tomorrow?.hours ?? []].slice(0, DAY_HOURS / stepHours);
  return hours.length * stepHours < DAY_HOURS ? undefined : { label: say.weather.next24h, hours, stepHours };
}

/** `14h▂▃.. 18h......`: the hour stands in front of its bar. */
function barLine({ hours, stepHours }: Steps, maxMm: number): string {
  let line = "";
  let sinceLabel = 0;
  let expected: number | undefined;
  for (const { hour, rainMm } of hours) {
    const isDue = hour % LABEL_HOURS === 0 && sinceLabel >= 2;
    if (expected === undefined || hour !== expected || isDue) {
      line += `${line === "" ? "" : " "}${hour}h`;
      sinceLabel = 0;
    }
    line += bar(rainMm, maxMm);
    sinceLabel += 1;
    expected = (hour + stepHours) % DAY_HOURS;
  }
  return line;
}

function bar(rainMm: number | undefined, maxMm: number): string {
  if (rainMm === undefined) return NOT_TOLD;
  if (rainMm === 0) return DRY;
  return BARS[Math.ceil(rainMm / Math.max(maxMm, FULL_BAR_MM) * BARS.length) - 1] ?? DRY;
}
