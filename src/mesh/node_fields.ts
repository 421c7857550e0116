/** What the mesh says of a node, read with care: names, keys, places and measurements, absurd ones left out. */
import type { DeviceMetrics, Message, Position, User } from "../link/messages.ts";
import { cleanText } from "./clean_text.ts";
import type { NodeRecord, Place } from "./node_db.ts";

// The firmware's fields hold 39 and 4 bytes (mesh.options); other software is not so strict.
const LONG_NAME = { maxBytes: 40 };
const SHORT_NAME = { maxBytes: 16, maxGraphemes: 4 };

const KEY_BYTES = 32;
const MAX_HOPS = 7;

// Battery packs and solar inputs end well below.
const MAX_VOLTS = 1000;

// No such radio existed before: an earlier time is a clock that was never set.
const EARLIEST_S = Date.UTC(2020, 0, 1) / 1000;

/** The record of a node of which nothing but its number is known. */
export function emptyRecord(num: number): NodeRecord {
  return {
    num,
    longName: "",
    shortName: "",
    role: 0,
    hwModel: 0,
    publicKey: new Uint8Array(0),
    keyConflict: false,
    isLicensed: false,
    isUnmessagable: false,
    isFavorite: false,
    place: undefined,
    placeAtWallMs: undefined,
    batteryPercent: undefined,
    voltage: undefined,
    channelUtilizationPercent: undefined,
    airUtilTxPercent: undefined,
    uptimeS: undefined,
    lastHeardWallMs: undefined,
    hopsAway: undefined,
    viaMqtt: false,
    radioHeardWallMs: undefined,
    direct: undefined,
    metricsAtMs: undefined,
  };
}

/** The part of a record that a User fills; empty names and wrong keys leave the record's own. */
export function cleanUser(
  user: User,
  record: NodeRecord,
): Pick<NodeRecord, "longName" | "shortName" | "role" | "hwModel" | "isLicensed" | "isUnmessagable"> {
  return {
    longName: cleanText(user.longName, LONG_NAME) || record.longName,
    shortName: cleanText(user.shortName, SHORT_NAME) || record.shortName,
    role: user.role,
    hwModel: user.hwModel,
    isLicensed: user.isLicensed,
    isUnmessagable: user.isUnmessagable ?? false,
  };
}

/** Whether bytes have the length of a public key (X25519). */
export function isKey(bytes: Uint8Array): boolean {
  return bytes.length === KEY_BYTES;
}

/** Whether two byte strings differ. */
export function differs(a: Uint8Array, b: Uint8Array): boolean {
  return a.length !== b.length || a.some((byte, index) => byte !== b[index]);
}

/** Hops, unless unknown or more than the protocol allows (HOP_MAX). */
export function hopsOf(hops: number | undefined): number | undefined {
  return hops !== undefined && hops >= 0 && hops <= MAX_HOPS ? hops : undefined;
}

/** The place in a Position; undefined when it names none that is possible. */
export function placeOf(position: Position, before: Place | undefined): Place | undefined {
  const { latitudeI, longitudeI, altitude, precisionBits } = position;
  if (latitudeI === undefined || longitudeI === undefined || (latitudeI === 0 && longitudeI === 0)) return undefined;
  const latitude = within(latitudeI / 1e7, -90, 90);
  const longitude = within(longitudeI / 1e7, -180, 180);
  if (latitude === undefined || longitude === undefined) return undefined;
  const altitudeM = within(altitude, -500, 100_000);
  // 0 is "not told": older nodes and their lists leave it out. The same place told again without it is no more exact.
  const isSame = before?.latitude === latitude && before.longitude === longitude;
  const bits = precisionBits > 0 && precisionBits <= 32 ? precisionBits : isSame ? before.precisionBits : undefined;
  return {
    latitude,
    longitude,
    ...(altitudeM === undefined ? {} : { altitudeM }),
    ...(bits === undefined ? {} : { precisionBits: bits }),
  };
}

/** When the place was measured, never in the future; undefined when the sender did not say. */
export function placeAtWallMs(position: Position, nowWallMs: number): number | undefined {
  const timeS = position.timestamp || position.time;
  return timeS < EARLIEST_S ? undefined : Math.min(timeS * 1000, nowWallMs);
}

type Metrics = Partial<
  Pick<NodeRecord, "batteryPercent" | "voltage" | "channelUtilizationPercent" | "airUtilTxPercent" | "uptimeS">
>;

/** The possible ones of a node's measurements of itself. */
export function metricsOf(metrics: DeviceMetrics): Metrics {
  const { batteryLevel, uptimeSeconds } = metrics;
  return told({
    batteryPercent: batteryLevel === undefined ? undefined : Math.min(batteryLevel, 101),
    voltage: within(metrics.voltage, 0, MAX_VOLTS),
    channelUtilizationPercent: within(metrics.channelUtilization, 0, 100),
    airUtilTxPercent: within(metrics.airUtilTx, 0, 100),
    uptimeS: uptimeSeconds,
  });
}

/** The same from our own node's local statistics. */
export function statsOf(stats: Message<"LocalStats">): Metrics {
  return told({
    channelUtilizationPercent: within(stats.channelUtilization, 0, 100),
    airUtilTxPercent: within(stats.airUtilTx, 0, 100),
    uptimeS: stats.uptimeSeconds,
  });
}

/** The number when it lies within the bounds; NaN never does. */
function within(value: number | undefined, least: number, most: number): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined;
}

/** Only what was told: the rest stays as it was known. */
function told(metrics: Readonly<Record<string, number | undefined>>): Metrics {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => value !== undefined));
}
