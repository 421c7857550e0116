/** A node's record as a row of the table `nodes`, and back. */
import { emptyRecord } from "../mesh/node_fields.ts";
import type { NodeRecord } from "../mesh/node_db.ts";
import type { Cell } from "./batch.ts";

/** One row, by column. */
export interface NodeRow {
  readonly node: number;
  readonly kept_ms: number;
  readonly long_name: string;
  readonly short_name: string;
  readonly role: number;
  readonly hw_model: number;
  readonly public_key: Uint8Array;
  readonly key_conflict: number;
  readonly is_licensed: number;
  readonly is_unmessagable: number;
  readonly is_favorite: number;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly altitude_m: number | null;
  readonly precision_bits: number | null;
  readonly place_ms: number | null;
  readonly battery_percent: number | null;
  readonly voltage: number | null;
  readonly channel_percent: number | null;
  readonly air_percent: number | null;
  readonly uptime_s: number | null;
  readonly last_heard_ms: number | null;
  readonly hops: number | null;
  readonly via_mqtt: number;
  readonly radio_heard_ms: number | null;
  readonly direct_snr: number | null;
  readonly direct_rssi: number | null;
  readonly direct_ms: number | null;
}

/** The cells of a record, in the order of the table's columns. */
export function nodeCells(record: NodeRecord, keptMs: number): Cell[] {
  const { place, direct } = record;
  return [
    record.num,
    Math.round(keptMs),
    record.longName.toWellFormed(),
    record.shortName.toWellFormed(),
    record.role,
    record.hwModel,
    record.publicKey,
    Number(record.keyConflict),
    Number(record.isLicensed),
    Number(record.isUnmessagable),
    Number(record.isFavorite),
    place?.latitude ?? null,
    place?.longitude ?? null,
    place?.altitudeM ?? null,
    place?.precisionBits ?? null,
    whole(record.placeAtWallMs),
    whole(record.batteryPercent),
    record.voltage ?? null,
    record.channelUtilizationPercent ?? null,
    record.airUtilTxPercent ?? null,
    whole(record.uptimeS),
    whole(record.lastHeardWallMs),
    record.hopsAway ?? null,
    Number(record.viaMqtt),
    whole(record.radioHeardWallMs),
    direct?.snr ?? null,
    whole(direct?.rssi),
    whole(direct?.atWallMs),
  ];
}

function whole(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Math.round(value);
}

/** The record of a row; when its telemetry came is a matter of this process, and so not known. */
export function nodeRecord(row: NodeRow): NodeRecord {
  const place = row.latitude === null || row.longitude === null ? undefined : {
    latitude: row.latitude,
    longitude: row.longitude,
    ...(row.altitude_m === null ? {} : { altitudeM: row.altitude_m }),
    ...(row.precision_bits === null ? {} : { precisionBits: row.precision_bits }),
  };
  const direct = row.direct_snr === null || row.direct_ms === null
    ? undefined
    : { snr: row.direct_snr, rssi: row.direct_rssi ?? undefined, atWallMs: row.direct_ms };
  return {
    ...emptyRecord(row.node),
    longName: row.long_name,
    shortName: row.short_name,
    role: row.role,
    hwModel: row.hw_model,
    publicKey: row.public_key,
    keyConflict: row.key_conflict !== 0,
    isLicensed: row.is_licensed !== 0,
    isUnmessagable: row.is_unmessagable !== 0,
    isFavorite: row.is_favorite !== 0,
    place,
    placeAtWallMs: row.place_ms ?? undefined,
    batteryPercent: row.battery_percent ?? undefined,
    voltage: row.voltage ?? undefined,
    channelUtilizationPercent: row.channel_percent ?? undefined,
    airUtilTxPercent: row.air_percent ?? undefined,
    uptimeS: row.uptime_s ?? undefined,
    lastHeardWallMs: row.last_heard_ms ?? undefined,
    hopsAway: row.hops ?? undefined,
    viaMqtt: row.via_mqtt !== 0,
    radioHeardWallMs: row.radio_heard_ms ?? undefined,
    direct,
  };
}
