/**
 * /power: what the solar station measures now: battery, yield, temperature, pressure, humidity; when it does not answer, what it told last,
 * before a restart of the bot too.
 */
import type { Clock } from "../clock.ts";
import type { CommandContext } from "../context.ts";
import { ServiceError } from "../errors.ts";
import { formatAge } from "../i18n/format.ts";
import type { Sentences } from "../i18n/mod.ts";
import type { SensorKind } from "../config/service_kinds.ts";
import type { Esphome } from "../services/esphome/esphome.ts";
import type { StationValue } from "../services/esphome/readings.ts";
import type { NamedCommand } from "./support/named.ts";
import { labelOf, valueText } from "./support/station_value.ts";

const KEPT_MS = 48 * 3_600_000;
// The station is read every 5 minutes.
const ONE_READING_MS = 150_000;

/** The command /power. */
export const power: NamedCommand = {
  name: "power",
  usage: "",
  scope: "direct",
  isOn: ({ services }) => services.esphome !== undefined,
  run: powerText,
};

async function powerText({ clock, say, services, signal }: CommandContext): Promise<string> {
  const station = services.esphome;
  if (station === undefined) return `🔋 ${say.esphome.off}`;
  try {
    const reading = await station.read(signal);
    return readingText(reading.values, say) ?? `🔋 ${say.esphome.noData}`;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const last = lastReading(station, clock);
    const known = last === undefined ? undefined : readingText(last.values, say);
    const sorry = `🔋 ${sorryText(error, say)}`;
    if (last === undefined || known === undefined) return sorry;
    return `${sorry}\n${say.esphome.ago(formatAge(last.ageMs, say))} ${known}`;
  }
}

/** What the station told last; undefined when nothing is kept. */
function lastReading(
  { history, last, sensors }: Esphome,
  clock: Clock,
): { readonly ageMs: number; readonly values: readonly StationValue[] } | undefined {
  if (last !== undefined) return { ageMs: clock.nowMs() - last.atMs, values: last.values };
  const nowWallMs = clock.wallMs();
  const points = sensors.map((sensor) => ({ sensor, point: history.between(sensor.id, nowWallMs - KEPT_MS, nowWallMs).at(-1) }));
  const newestMs = Math.max(...points.map(({ point }) => point?.atWallMs ?? -Infinity));
  if (newestMs === -Infinity) return undefined;
  // A sensor that fell silent before the others has no part in what they told.
  const values = points.map(({ sensor, point }) => {
    return { sensor, value: point !== undefined && newestMs - point.atWallMs <= ONE_READING_MS ? point.value : undefined };
  });
  return { ageMs: nowWallMs - newestMs, values };
}

function sorryText({ fault }: ServiceError, { esphome }: Sentences): string {
  switch (fault) {
    case "unreachable":
    case "slow":
      return esphome.unreachable;
    case "refused":
      return esphome.refused;
    case "tooBig":
    case "unreadable":
      return esphome.unreadable;
  }
}

/** `13.1V (0.412A) | Today:845Wh | T:21.4C | P:1013.2hPa | HR:48%(9.1g/m³)`; undefined when there is no value at all. */
function readingText(values: readonly StationValue[], say: Sentences): string | undefined {
  const left = values.filter(({ value }) => value !== undefined);
  const parts: string[] = [];
  while (left.length > 0) {
    const first = left.shift() as StationValue;
    const text = partText(first, say);
    switch (first.sensor.kind) {
      case "voltage":
        parts.push(text + inBrackets(takeKind(left, "current"), " ", say));
        break;
      case "humidity":
        parts.push(text + inBrackets(takeKind(left, "absolute_humidity"), "", say));
        break;
      default:
        parts.push(text);
    }
  }
  return parts.length === 0 ? undefined : parts.join(" | ");
}

/** Takes the first value of a kind that comes later: it belongs to the one before it. */
function takeKind(values: StationValue[], kind: SensorKind): StationValue | undefined {
  const index = values.findIndex(({ sensor }) => sensor.kind === kind);
  return index < 0 ? undefined : values.splice(index, 1)[0];
}

function inBrackets(value: StationValue | undefined, space: string, say: Sentences): string {
  return value === undefined ? "" : `${space}(${partText(value, say)})`;
}

function partText({ sensor, value }: StationValue, say: Sentences): string {
  return labelOf(sensor, say) + valueText(sensor, value as number);
}
