/** A value of the solar station as the mesh sees it. */
import type { Sensor } from "../../config/service_kinds.ts";
import type { Sentences } from "../../i18n/mod.ts";
import { unitOf } from "../../services/esphome/readings.ts";

/** `21.4`, without the sign of a value that rounds to zero. */
export function decimalText(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
}

/** `21.4C`. */
export function valueText(sensor: Sensor, value: number): string {
  return decimalText(value, sensor.decimals) + unitOf(sensor);
}

/** What stands before the sensor's value: its own label, else the usual one of its kind; often nothing. */
export function labelOf({ kind, label }: Sensor, say: Sentences): string {
  const labels: Readonly<Record<string, string>> = say.esphome.labels;
  return label !== "" ? label : labels[kind] ?? "";
}
