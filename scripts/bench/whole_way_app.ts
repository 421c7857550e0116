// deno-lint-ignore-file no-console -- tells its parent the figures
/** The whole bot takes what the node tells it, and keeps it. Arguments: the port, the folder. Prints one JSON object. */
import { startApp } from "../../src/app.ts";
import { systemClock } from "../../src/clock.ts";
import { loadConfig } from "../../src/config.ts";
import { startLog, stopLog } from "../../src/log.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { HOUR_MS } from "../../src/store/history_writer.ts";
import { readyState } from "../../tests/support/bot.ts";
import { LAST_ID, LISTENED_CHANNEL } from "./whole_way_stream.ts";

const [port = "", folder = ""] = Deno.args;
const env = {
  MESHBOT_NODE_HOST: "127.0.0.1",
  MESHBOT_NODE_PORT: port,
  MESHBOT_DATA_DIR: folder,
  MESHBOT_MESH_CHANNELS: String(LISTENED_CHANNEL),
  MESHBOT_WEATHER_ENABLED: "false",
  MESHBOT_MONITOR_ENABLED: "false",
};
startLog({ format: "text", debug: false });
const taken = Promise.withResolvers<number>();
const { config } = loadConfig({ file: null, env, cwd: "/" });
let store: Store | undefined;
const app = await startApp({
  config,
  version: "0.0.0",
  store: (nodes) => store = openStore({ folder, clock: systemClock, keepDays: 30, maxMb: 512, nodes }),
  onHandled: ({ id }) => void (id === LAST_ID && taken.resolve(systemClock.nowMs())),
});
// The handshake is over, and the first packet comes.
await readyState(app);
const startedMs = systemClock.nowMs();
const rssBeforeMiB = rssMiB();
const takenMs = await taken.promise - startedMs;
await store?.history.flush();
const keptMs = systemClock.nowMs() - startedMs;
const rssAfterMiB = rssMiB();
const toMs = systemClock.wallMs();
const { packets } = await store?.history.ask("types", { fromMs: toMs - HOUR_MS, toMs }) ?? { packets: 0 };
console.log(JSON.stringify({ takenMs, keptMs, kept: packets, rssBeforeMiB, rssAfterMiB }));
await app.stop();
stopLog();

function rssMiB(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))?.[1]) / 1024;
}
