/** Reads the JSON with which an ESPHome device describes the state of a sensor. */
import { ServiceError } from "../../errors.ts";

/** What the device said of one sensor. */
export interface SensorState {
  /** Under which names the device knows it: `name_id` and `id`, `sensor/Battery Voltage` or `sensor-battery_voltage`. */
  readonly ids: readonly string[];
  /** Finite; undefined is no data. */
  readonly value: number | undefined;
}

// ArduinoJson writes a bare NaN when it was built to do so, and null otherwise.
const BARE_NAN = /(:\s*)[+-]?(?:nan|inf(?:inity)?)(?=\s*[,}])/gi;
const LEADING_NUMBER = /^\s*([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?=\s|$)/i;

/**
 * `{"id":"sensor-battery_voltage","value":13.1,"state":"13.10 V"}` and its newer forms. Throws ServiceError("unreadable") when the text is
 * no such object; `who` stands in its message.
 */
export function parseSensor(text: string, who: string): SensorState {
  const json = parseObject(text, who);
  const { value, state } = json;
  if (value === undefined && state === undefined) throw unreadable(who, 'neither "value" nor "state"');
  return { ids: [json.name_id, json.id].filter((id) => typeof id === "string"), value: numberOf(value, state, who) };
}

function parseObject(text: string, who: string): Readonly<Record<string, unknown>> {
  const json = tryJson(text) ?? tryJson(text.replace(BARE_NAN, "$1null"));
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw unreadable(who, "no JSON object");
  return json as Record<string, unknown>;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function numberOf(value: unknown, state: unknown, who: string): number | undefined {
  if (state === "NA" || value === null) return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  // Some sensors tell a text, and a shortened answer may hold the state alone.
  const written = value ?? state;
  if (typeof written !== "string") throw unreadable(who, 'no number under "value"');
  const number = Number(LEADING_NUMBER.exec(written)?.[1] ?? NaN);
  return Number.isFinite(number) ? number : undefined;
}

function unreadable(who: string, missing: string): ServiceError {
  return new ServiceError("unreadable", `the answer of ${who} cannot be read: ${missing}`);
}
