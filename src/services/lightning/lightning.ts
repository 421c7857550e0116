/** Lightning around a centre, from the Blitzortung network's MQTT relay. */
import type { Service } from "../service.ts";

/** Answers about lightning. */
export interface Lightning extends Service {
  readonly name: "lightning";
}
