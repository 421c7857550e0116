/** The kinds of value that services and alerts have: URLs, departments, sensors, other nodes, hours of quiet, schedules, destinations. */
import * as v from "valibot";
import { nearest } from "../nearest.ts";
import { BROADCAST_NUM, formatNodeId, parseNodeId } from "../node_id.ts";
import { host, integer, type Kind, text } from "./kinds.ts";

/** The URL of a service without query; `base`: a path will be appended to it. Given back without a slash at its end. */
export function webUrl(): Kind<string> {
  const expected = "a URL that begins with https:// or http://, without user, query and fragment";
  return {
    schema: v.pipe(
      v.string(expected),
      v.check((text) => readUrl(text, ["https:", "http:"]) !== undefined, expected),
      v.transform((text) => (readUrl(text, ["https:", "http:"])?.href ?? text).replace(/\/$/, "")),
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
    ),
    expected,
    fromText: (text) => text,
  };
}

function readUrl(text: string, schemes: readonly string[]): URL | undefined {
  const url = URL.parse(text);
  if (url === null || !schemes.includes(url.protocol) || url.hostname === "") return undefined;
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
  return sections("esphome.sensors", 'name = "Battery Voltage"', entry, MAX_SENSORS);
}

/** ESPHome makes an object id of a name so: lower case, everything but letters and digits an underscore. */
function objectId(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "_");
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
    name: v.pipe(v.string(name), v.regex(/^[\p{L}\p{M}\p{N}_-]{1,20}$/u, name), v.check((text) => !/^[\d_-]+$/.test(text), name)),
    host: host().schema,
    port: v.optional(integer(1, 65535).schema, 4403),
    check_every_s: v.optional(integer(120, 86400).schema, 600),
    timeout_s: v.optional(integer(1, 60).schema, 10),
  }, entryFault("[[remote]]", ["name", "host", "port", "check_every_s", "timeout_s"], 'name = "..." and host = "..."'));
  const kind = sections("remote", 'name = "roof" and host = "192.168.1.51"', entry, MAX_REMOTES);
  const twice = "nodes with different names";
  return {
    ...kind,
    schema: v.pipe(kind.schema, v.check((all) => new Set(all.map(({ name }) => name.toLowerCase())).size === all.length, twice)),
  };
}

/** Whom an alert or a scheduled answer is for: `node` by number, or a channel by index or name. */
export type Destination = { readonly node: number } | { readonly channel: number | string };

/** `"!a1b2c3d4"`, `"channel:2"` or `"channel:Paris"`. */
export function destination(): Kind<Destination> {
  const expected = 'a node id such as "!a1b2c3d4", or a channel such as "channel:2" or "channel:Paris"';
  return {
    schema: v.pipe(
      v.string(expected),
      v.check((text) => readDestination(text) !== undefined, expected),
      v.transform((text) => readDestination(text) as Destination),
    ),
    expected,
    fromText: (text) => text,
  };
}

/** Undefined when the text names no destination. */
export function readDestination(text: string): Destination | undefined {
  const channel = /^channel:(.{1,11})$/u.exec(text.trim())?.[1];
  if (channel !== undefined) {
    if (/^\d+$/.test(channel)) return Number(channel) <= 7 ? { channel: Number(channel) } : undefined;
    return /[\p{Cc}\p{Cf}]/u.test(channel) || new TextEncoder().encode(channel).length > 11 ? undefined : { channel };
  }
  const node = text.trim().startsWith("!") ? parseNodeId(text.trim()) : undefined;
  return node === undefined || node === 0 || node === BROADCAST_NUM ? undefined : { node };
}

/** A destination as it is written in the file. */
export function formatDestination(destination: Destination): string {
  return "node" in destination ? formatNodeId(destination.node) : `channel:${destination.channel}`;
}

/** Minutes since midnight, local time; `from` after `to` spans midnight. */
export interface QuietHours {
  readonly fromMin: number;
  readonly toMin: number;
}

/** `"22:00-07:00"`. */
export function quietHours(): Kind<QuietHours> {
  const expected = 'two different times of day, such as "22:00-07:00"';
  return {
    schema: v.pipe(
      v.string(expected),
      v.check((text) => readQuiet(text) !== undefined, expected),
      v.transform((text) => readQuiet(text) as QuietHours),
    ),
    expected,
    fromText: (text) => text,
  };
}

function readQuiet(text: string): QuietHours | undefined {
  const match = /^\s*([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)\s*$/.exec(text);
  if (match === null) return undefined;
  const [fromMin, toMin] = [Number(match[1]) * 60 + Number(match[2]), Number(match[3]) * 60 + Number(match[4])];
  return fromMin === toMin ? undefined : { fromMin, toMin };
}

/** The name of a time zone. */
export function timeZone(): Kind<string> {
  const expected = 'the name of a time zone, such as "Europe/Paris"';
  return { schema: v.pipe(v.string(expected), v.check(isTimeZone, expected)), expected, fromText: (text) => text };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** A command that the bot asks itself at certain times; its answer goes to `to`. */
export interface ScheduledCommand {
  /** Five fields: minute, hour, day of month, month, day of week. */
  readonly cron: string;
  readonly command: string;
  readonly to: Destination;
}

const MAX_SCHEDULED = 20;

/** Scheduled commands, each under `[[schedule]]`. */
export function schedule(): Kind<ScheduledCommand[]> {
  const cron = 'five fields of cron (minute, hour, day, month, weekday), such as "0 8 * * *"';
  const entry = v.strictObject({
    cron: v.pipe(v.string(cron), v.trim(), v.regex(/^[\d*/,\-?LW#a-zA-Z]+( +[\d*/,\-?LW#a-zA-Z]+){4}$/, cron)),
    command: text(100).schema,
    to: destination().schema,
  }, entryFault("[[schedule]]", ["cron", "command", "to"], 'cron = "...", command = "..." and to = "..."'));
  return sections("schedule", 'cron = "0 8 * * *", command = "/weather" and to = "channel:2"', entry, MAX_SCHEDULED);
}

function sections<T>(name: string, holds: string, entry: v.GenericSchema<unknown, T>, max: number): Kind<T[]> {
  const expected = `up to ${max} sections [[${name}]], each with ${holds}`;
  return { schema: v.pipe(v.array(entry, expected), v.maxLength(max, expected)), expected, fileOnly: true, fromText: (text) => text };
}

function entryFault(section: string, known: readonly string[], needed: string): (issue: v.BaseIssue<unknown>) => string {
  return (issue) => {
    if (issue.expected !== "never") return `a section ${section} with ${needed}`;
    const near = typeof issue.input === "string" ? nearest(issue.input, known) : undefined;
    return near === undefined ? `known under ${section} are ${known.join(", ")}` : `did you mean ${near}?`;
  };
}
