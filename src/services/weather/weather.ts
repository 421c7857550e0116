/** The weather of a place, from the sources in the order of the configuration. */
import type { Service } from "../service.ts";

/** Answers about the weather. */
export interface Weather extends Service {
  readonly name: "weather";
}
