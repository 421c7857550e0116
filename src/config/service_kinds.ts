/** The kinds of value that services have: URLs, departments, sources of the weather, sensors, other nodes. */
import * as v from "valibot";
import { host, integer, type Kind, listOf, oneOf, text } from "./kinds.ts";
import { entryFault, sections } from "./sections.ts";

export { type Destination, formatDestination, type QuietHours, type ScheduledCommand } from "./alert_kinds.ts";

/** The URL of a service without query, given back without a slash at its end. */
export function webUrl(): Kind<string> {
  const expected = "a URL that begins with https:// or http://, without user, query and fragment";
  return {
    schema: v.pipe(
      v.string(expected),
      v.check((text) => readUrl(text, ["https:", "http:"]) !== undefined, expected),
      v.transform((text) => (readUrl(text, ["https:", "http:"])?.href ?? text).replace(/\/+$/, "")),
    ),
    expected,
    fromText: (text) => text,
  };
}

/** The URL of an MQTT broker. */
export function brokerUrl(): Kind<string> {
  const expected = "the URL of an MQTT broker, mqtt://host:port or mqtts://host:port";
  return {
    schema: v.pipe(
      v.string(expected),
      v.check((text) => ["", "/"].includes(readUrl(text, ["mqtt:", "mqtts:"])?.pathname ?? "no"), expected),
      v.transform((text) => (readUrl(text, ["mqtt:", "mqtts:"])?.href ?? text).replace(/\/+$/, "")),
    ),
    expected,
    fromText: (text) => text,
  };
}

function readUrl(text: string, schemes: readonly string[]): URL | undefined {
  const url = URL.parse(text);
  if (url === null || !schemes.includes(url.protocol) || url.hostname === "" || url.port === "0") return undefined;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "" && !/[?#]/.test(text) ? url : undefined;
}

/** A French department or overseas territory: "01" to "95" without 20, "2A", "2B", three digits overseas; upper case. */
export function department(): Kind<string> {
  const expected = 'the number of a French department as a text, such as "59", "2A" or "974"';
  const numbers = /^(0[1-9]|[1-8]\d|9[0-5]|99|2A|2B|97[1-8]|98[678])$/;
  return {
    schema: v.pipe(v.string(expected), v.trim(), v.toUpperCase(), v.check((text) => numbers.test(text) && text !== "20", expected)),
    expected,
    fromText: (text) => text,
  };
}

const SOURCES = ["wttr", "curl", "open-meteo"] as const;

/** The sources of the weather in the order in which they are asked. */
export function weatherSources(): Kind<(typeof SOURCES)[number][]> {
  const expected = 'a list of "wttr", "curl" and "open-meteo", one of them at least and none twice';
  const list = listOf(oneOf(...SOURCES), expected);
  const check = v.check((sources: (typeof SOURCES)[number][]) => sources.length > 0 && new Set(sources).size === sources.length, expected);
  return { ...list, schema: v.pipe(list.schema, check) };
}

/** A value that is never empty and never shown: a password or a key. */
export function secretText(): Kind<string> {
  const expected = "a text of 1 to 500 characters without control characters";
  return { schema: v.pipe(v.string(expected), v.regex(/^\P{Cc}{1,500}$/u, expected)), expected, fromText: (text) => text };
}

/** One reading of an ESPHome device. */
export interface Sensor {
  /** What the reading is, for units, history and telemetry. */
  readonly kind: SensorKind;
  /** The entity's name, as newer devices call it. */
  readonly name: string;
  /** The object id, as older devices call it. */
  readonly id: string;
  /** What stands in front of the value; empty for none. */
  readonly label: string;
  readonly unit: string;
  readonly decimals: number;
}

/** The readings that the bot knows how to use; `other` is shown and kept only. */
export const SENSOR_KINDS = ["voltage", "current", "energy", "temperature", "pressure", "humidity", "absolute_humidity", "other"] as const;
export type SensorKind = typeof SENSOR_KINDS[number];

/** The readings of the usual solar station. */
export const DEFAULT_SENSORS: readonly Sensor[] = [
  { kind: "voltage", name: "Battery Voltage", id: "battery_voltage", label: "", unit: "V", decimals: 1 },
  { kind: "current", name: "Battery Current", id: "battery_current", label: "", unit: "A", decimals: 3 },
  { kind: "energy", name: "Yield Today", id: "yield_today", label: "", unit: "Wh", decimals: 0 },
  { kind: "temperature", name: "BME280 Temperature", id: "bme280_temperature", label: "T:", unit: "C", decimals: 1 },
  { kind: "pressure", name: "BME280 Pressure", id: "bme280_pressure", label: "P:", unit: "hPa", decimals: 1 },
  { kind: "humidity", name: "BME280 Humidity", id: "bme280_humidity", label: "", unit: "%", decimals: 0 },
  { kind: "absolute_humidity", name: "Absolute Humidity", id: "absolute_humidity", label: "", unit: "g/m³", decimals: 1 },
];

const MAX_SENSORS = 20;

/** The sensors of the ESPHome device, each under `[[esphome.sensors]]`. */
export function sensors(): Kind<Sensor[]> {
  const kindWords = `a kind of reading: ${SENSOR_KINDS.join(", ")}`;
  const short = v.optional(v.union([v.literal(""), text(12).schema], text(12).expected), "");
  const entry = v.pipe(
    v.strictObject({
      kind: v.optional(v.picklist(SENSOR_KINDS, kindWords), "other"),
      name: text(60).schema,
      id: v.optional(
        v.pipe(v.string('an object id such as "battery_voltage"'), v.regex(/^[a-z0-9_-]{1,80}$/, 'an object id such as "battery_voltage"')),
      ),
      label: short,
      unit: short,
      decimals: v.optional(integer(0, 4).schema, 1),
    }, entryFault("[[esphome.sensors]]", ["kind", "name", "id", "label", "unit", "decimals"], 'name = "..."')),
    v.transform((sensor): Sensor => ({ ...sensor, id: sensor.id ?? objectId(sensor.name) })),
  );
  const kind = sections("esphome.sensors", 'name = "Battery Voltage"', entry, MAX_SENSORS);
  const twice = "sensors with different names and ids";
  return { ...kind, schema: v.pipe(kind.schema, v.check((all) => areDifferent(all.map(({ id }) => id)), twice)) };
}

function areDifferent(texts: readonly string[]): boolean {
  return new Set(texts.map((text) => text.toLowerCase())).size === texts.length;
}

/** ESPHome makes an object id of a name so: lower case, everything but ASCII letters, digits and hyphens an underscore. */
function objectId(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9-]/gu, "_");
}

/** Another node that is visited now and then. */
export interface RemoteNode {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly check_every_s: number;
  readonly timeout_s: number;
}

const MAX_REMOTES = 10;

/** Other nodes, each under `[[remote]]`; their names differ in any case. */
export function remotes(): Kind<RemoteNode[]> {
  const name = "a name of 1 to 20 letters, digits, - or _ that is no number: /nodes 2 is a page";
  const entry = v.strictObject({
    name: v.pipe(v.string(name), v.regex(/^[\p{L}\p{M}\p{N}_-]{1,20}$/u, name), v.check((text) => /\p{L}/u.test(text), name)),
    host: host().schema,
    port: v.optional(integer(1, 65535).schema, 4403),
    check_every_s: v.optional(integer(120, 86400).schema, 600),
    timeout_s: v.optional(integer(1, 60).schema, 10),
  }, entryFault("[[remote]]", ["name", "host", "port", "check_every_s", "timeout_s"], 'name = "..." and host = "..."'));
  const kind = sections("remote", 'name = "roof" and host = "192.168.1.51"', entry, MAX_REMOTES);
  const twice = "nodes with different names";
  return { ...kind, schema: v.pipe(kind.schema, v.check((all) => areDifferent(all.map(({ name }) => name)), twice)) };
}
