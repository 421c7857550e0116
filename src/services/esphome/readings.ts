/** What the station measured, in the units that the rest of the program counts on. */
import type { Sensor, SensorKind } from "../../config/service_kinds.ts";

/** One sensor and what it told; undefined is no data. A pressure is in hPa, everything else in the sensor's own unit. */
export interface StationValue {
  readonly sensor: Sensor;
  readonly value: number | undefined;
}

/** What the station told at one time. */
export interface StationReading {
  /** Monotonic milliseconds. */
  readonly atMs: number;
  /** Milliseconds since 1970. */
  readonly atWallMs: number;
  /** In the order of the configuration. */
  readonly values: readonly StationValue[];
}

/** The readings that mean something to other nodes, in fixed units; what the station does not tell is missing. */
export interface StationReadings {
  readonly atWallMs: number;
  readonly temperatureC?: number;
  readonly relativeHumidityPercent?: number;
  readonly pressureHpa?: number;
  readonly voltageV?: number;
  /** Negative while the battery gives. */
  readonly currentA?: number;
}

// Above this no reading can be a pressure in hPa: the device tells Pa.
const MAX_HPA = 2000;
// What no instrument of a solar station shows; beyond it a number is noise, and too long for a message.
const ABSURD = 1e9;

/** A device's number as a value of this sensor; undefined when it is none. */
export function valueOf(sensor: Sensor, told: number | undefined): number | undefined {
  if (told === undefined || !(Math.abs(told) < ABSURD)) return undefined;
  return sensor.kind === "pressure" && told > MAX_HPA ? told / 100 : told;
}

/** The unit behind a value: a pressure is always in hPa. */
export function unitOf({ kind, unit }: Sensor): string {
  return kind === "pressure" && unit === "Pa" ? "hPa" : unit;
}

/** The first value of each kind, in the units of `StationReadings`. */
export function stationReadings({ atWallMs, values }: StationReading): StationReadings {
  const first = (kind: SensorKind, convert: (value: number, unit: string) => number) => {
    const found = values.find(({ sensor, value }) => sensor.kind === kind && value !== undefined);
    return found?.value === undefined ? undefined : convert(found.value, found.sensor.unit);
  };
  const temperatureC = first("temperature", (value, unit) => /^°?F$/.test(unit) ? (value - 32) / 1.8 : value);
  const relativeHumidityPercent = first("humidity", (value) => value);
  const pressureHpa = first("pressure", (value) => value);
  const voltageV = first("voltage", (value, unit) => unit === "mV" ? value / 1000 : value);
  const currentA = first("current", (value, unit) => unit === "mA" ? value / 1000 : value);
  return {
    atWallMs,
    ...(temperatureC === undefined ? {} : { temperatureC }),
    ...(relativeHumidityPercent === undefined ? {} : { relativeHumidityPercent }),
    ...(pressureHpa === undefined ? {} : { pressureHpa }),
    ...(voltageV === undefined ? {} : { voltageV }),
    ...(currentA === undefined ? {} : { currentA }),
  };
}
