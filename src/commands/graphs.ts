/** /graphs [hours]: the curves of the solar station's temperature, pressure and humidity, each with its range, its value now and its trend. */
import type { Sensor, SensorKind } from "../config/service_kinds.ts";
import type { CommandContext } from "../context.ts";
import { ServiceError } from "../errors.ts";
import { formatAge } from "../i18n/format.ts";
import type { Sentences } from "../i18n/mod.ts";
import { textLengthBytes } from "../mesh/text.ts";
import type { Esphome } from "../services/esphome/esphome.ts";
import type { HistoryPoint } from "../services/esphome/history.ts";
import { answerLimitBytes } from "./support/limit.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";
import { bucketMeans, sparkline } from "./support/sparkline.ts";
import { decimalText, labelOf, valueText } from "./support/station_value.ts";

const DEFAULT_HOURS = 12;
const MAX_HOURS = 24;
const MAX_COLUMNS = 12;
const MIN_COLUMNS = 4;
// The station is read every 5 minutes: with less than two readings to a column there would be gaps that mean nothing.
const COLUMNS_PER_HOUR = 6;
const HOUR_MS = 3_600_000;
// Beyond this the last value is not called what holds now.
const NOW_MS = 15 * 60_000;

/** What is drawn, and the change between two quarters of the span that counts as one. */
const CURVES: readonly (readonly [kind: SensorKind, step: number])[] = [["temperature", 0.5], ["pressure", 0.5], ["humidity", 1]];

/** The command /graphs. */
export const graphs: NamedCommand = {
  name: "graphs",
  usage: "[hours]",
  scope: "direct",
  isOn: ({ services }) => services.esphome !== undefined,
  run: graphsText,
};

interface Curve {
  readonly sensor: Sensor;
  readonly step: number;
  /** Oldest first, at least one. */
  readonly points: readonly HistoryPoint[];
}

async function graphsText(context: CommandContext): Promise<string> {
  const { args, clock, config, say, services } = context;
  const station = services.esphome;
  if (station === undefined) return `📈 ${say.esphome.off}`;
  const hours = hoursOf(args);
  if (hours === undefined) return usageOf(graphs, context);
  await refresh(station, context.signal);
  const nowWallMs = clock.wallMs();
  const span = { fromMs: nowWallMs - hours * HOUR_MS, toMs: nowWallMs };
  const curves = CURVES.flatMap(([kind, step]) => findCurve(station, kind, step, span));
  if (curves.length === 0) return `📈 ${say.esphome.noHistory}`;
  for (let columns = Math.min(MAX_COLUMNS, hours * COLUMNS_PER_HOUR);; columns--) {
    const lines = curves.map((curve) => lineOf(curve, { ...span, columns }, say));
    const text = `${lines.join("\n")} (${hours}${say.units.hour})`;
    if (columns <= MIN_COLUMNS || textLengthBytes(text) <= answerLimitBytes(config)) return text;
  }
}

/** Undefined for what is no number of hours. */
function hoursOf(args: string): number | undefined {
  const match = /^(\d{0,6})\s*h?$/i.exec(args);
  if (match === null) return undefined;
  return Math.min(MAX_HOURS, Math.max(1, Number(match[1] || DEFAULT_HOURS)));
}

/** So that "now" is now; without an answer the history has to do. */
async function refresh(station: Esphome, signal: AbortSignal): Promise<void> {
  try {
    await station.read(signal);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
  }
}

/** The first sensor of that kind that told anything in the span. */
function findCurve(
  { history, sensors }: Esphome,
  kind: SensorKind,
  step: number,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Curve[] {
  for (const sensor of sensors) {
    if (sensor.kind !== kind) continue;
    const points = history.between(sensor.id, fromMs, toMs);
    if (points.length > 0) return [{ sensor, step, points }];
  }
  return [];
}

/** `T:▁▁▂▃▄▅▆▇█▇▆▅ 12.1-21.4C now 19.8↘`. */
function lineOf(
  { sensor, step, points }: Curve,
  axis: { readonly fromMs: number; readonly toMs: number; readonly columns: number },
  say: Sentences,
): string {
  const means = bucketMeans(points.map(({ atWallMs, value }) => ({ atMs: atWallMs, value })), axis);
  const last = points.at(-1) as HistoryPoint;
  const ageMs = axis.toMs - last.atWallMs;
  const when = ageMs <= NOW_MS ? say.esphome.now : say.esphome.ago(formatAge(ageMs, say));
  const now = `${when} ${decimalText(last.value, sensor.decimals)}${trendOf(means, step)}`;
  return `${labelOf(sensor, say)}${sparkline(means)} ${rangeText(sensor, points)} ${now}`;
}

function rangeText(sensor: Sensor, points: readonly HistoryPoint[]): string {
  const values = points.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const from = decimalText(low, sensor.decimals);
  if (from === decimalText(high, sensor.decimals)) return valueText(sensor, high);
  return `${from}${from.startsWith("-") ? ".." : "-"}${valueText(sensor, high)}`;
}

/** The last quarter of the span against the one before; nothing when one of them is empty. */
function trendOf(means: readonly (number | undefined)[], step: number): string {
  const quarter = Math.ceil(means.length / 4);
  const late = mean(means.slice(-quarter));
  const early = mean(means.slice(-2 * quarter, -quarter));
  if (late === undefined || early === undefined) return "";
  if (Math.abs(late - early) < step) return "→";
  return late > early ? "↗" : "↘";
}

function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}
