/** The readings of a solar station that ESPHome runs, and their history. */
import type { Service } from "../service.ts";

/** Answers about the station. */
export interface Esphome extends Service {
  readonly name: "esphome";
}
