// deno-lint-ignore-file no-console -- tells its parent the figures
/** Asks every question about 30 days, several times, as commands do. Argument: the folder. Prints one JSON object. */
import { systemClock } from "../../src/clock.ts";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { DAY_MS } from "../../src/store/history_writer.ts";
import { openStore } from "../../src/store/open.ts";
import type { Questions } from "../../src/store/questions.ts";
import { residentMiB } from "./process_use.ts";
import { ASK_ROUNDS } from "./store_rounds.ts";

const NAMES = ["overview", "top", "types", "hours", "hops", "channel", "links", "seen"] as const satisfies readonly (keyof Questions)[];

const nodes = createNodeDb({ clock: systemClock });
await using store = openStore({ folder: Deno.args[0], clock: systemClock, keepDays: 31, maxMb: 4096, nodes });
await store.loadNodes();
const rssBeforeMiB = residentMiB(Deno.pid);
const tookMs: Record<string, number[]> = {};
for (let round = 0; round < ASK_ROUNDS; round += 1) {
  for (const name of NAMES) {
    const startedMs = systemClock.nowMs();
    const toMs = systemClock.wallMs();
    await store.history.ask(name, { fromMs: toMs - 30 * DAY_MS, toMs, count: 10 });
    (tookMs[name] ??= []).push(systemClock.nowMs() - startedMs);
  }
}
console.log(JSON.stringify({ tookMs, rssBeforeMiB, rssAfterMiB: residentMiB(Deno.pid) }));
