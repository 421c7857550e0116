/** The list of targets. */
import type { Target } from "./target.ts";
import { codec } from "./targets/codec.ts";
import { config } from "./targets/config.ts";
import { control } from "./targets/control.ts";
import { esphomeSensor, sse } from "./targets/esphome.ts";
import { frame } from "./targets/frame.ts";
import { http } from "./targets/http.ts";
import { mqttFrames, strike } from "./targets/lightning.ts";
import { mdns } from "./targets/mdns.ts";
import { recording } from "./targets/recording.ts";
import { router } from "./targets/router.ts";
import { shareClient, shareRadio } from "./targets/share.ts";
import { store } from "./targets/store.ts";
import { meteoalarm, vigilanceApi, vigilancePage } from "./targets/vigilance.ts";
import { openMeteo, wttr } from "./targets/weather.ts";

/** Every door; one that is not here is not fuzzed. */
export const TARGETS: readonly Target[] = [
  frame,
  codec,
  router,
  store,
  config,
  control,
  recording,
  mdns,
  wttr,
  openMeteo,
  esphomeSensor,
  sse,
  strike,
  mqttFrames,
  vigilancePage,
  vigilanceApi,
  meteoalarm,
  shareClient,
  shareRadio,
  http,
];

/** The target of this name; throws when there is none. */
export function targetNamed(name: string): Target {
  const target = TARGETS.find((one) => one.name === name);
  if (target === undefined) throw new Error(`There is no target ${name}; known are ${TARGETS.map((one) => one.name).join(", ")}`);
  return target;
}
