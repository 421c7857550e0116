/** Where a device may keep a sensor: older ones know it by its object id, newer ones by the entity's name. */
import type { Sensor } from "../../config/service_kinds.ts";

/** One place to ask. */
export interface SensorAddress {
  /** Behind the base URL, encoded. */
  readonly path: string;
  readonly form: "name" | "id";
  /** The `id` or `name_id` of the same sensor in the device's JSON. */
  readonly jsonId: string;
  /** Which of several entities it is, the better first. */
  readonly entity: number;
}

type Entity = Pick<Sensor, "name" | "id">;

// The usual station has one of the two, by the age of its configuration.
const HUMIDITY: Entity = { name: "BME280 Humidity", id: "bme280_humidity" };
const HUMIDITY_INSTEAD: Entity = { name: "BME280 Relative Humidity", id: "bme280_relative_humidity" };

/**
 * Every address of a sensor, in the order in which they are worth trying. ESPHome 2026.1 brought names into the URL, `Device/Name` for an
 * entity of a sub-device, and 2026.7 removed the object ids.
 */
export function addressesOf(sensor: Sensor): readonly SensorAddress[] {
  const usual = sensor.kind === "humidity" && sensor.name === HUMIDITY.name && sensor.id === HUMIDITY.id;
  return [sensor, ...(usual ? [HUMIDITY_INSTEAD] : [])].flatMap(({ name, id }, entity): SensorAddress[] => [
    { path: `/sensor/${encodeName(name)}`, form: "name", jsonId: `sensor/${name}`, entity },
    { path: `/sensor/${encodeURIComponent(id)}`, form: "id", jsonId: `sensor-${id}`, entity },
  ]);
}

function encodeName(name: string): string {
  return name.toWellFormed().split("/").map(encodeURIComponent).join("/");
}
