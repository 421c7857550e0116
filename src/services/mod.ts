/** The list of services. */
import type { Esphome } from "./esphome/esphome.ts";
import type { Lightning } from "./lightning/lightning.ts";
import type { Vigilance } from "./vigilance/vigilance.ts";
import type { Weather } from "./weather/weather.ts";

/** Every service by its name; undefined is one that is switched off. */
export interface Services {
  readonly weather: Weather | undefined;
  readonly lightning: Lightning | undefined;
  readonly vigilance: Vigilance | undefined;
  readonly esphome: Esphome | undefined;
}
