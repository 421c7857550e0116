// deno-lint-ignore-file no-console -- tells its parent the figures
/**
 * Asks the two questions about 30 days as the bot's history does, with the same statements, straight from the file: no thread, no messages,
 * nobody else. And counts the packets themselves, as who keeps no sums would. Argument: the file. Prints one JSON object.
 */
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../src/clock.ts";
import { DAY_MS } from "../../src/store/history_writer.ts";
import { overview } from "../../src/store/queries/overview.ts";
import { top } from "../../src/store/queries/top.ts";
import { Sqlite } from "../../src/store/sqlite.ts";
import { residentMiB } from "./process_use.ts";
import { ASK_ROUNDS } from "./store_rounds.ts";

const COUNT = `SELECT from_node, count(*) AS packets, sum(air_bytes) FROM packets
  WHERE at_us >= ? AND at_us < ? AND heard = 1 GROUP BY from_node ORDER BY packets DESC LIMIT 10`;

const [path = ""] = Deno.args;
using db = new Sqlite(path, { busyMs: 1000, readOnly: true });
const rssBeforeMiB = residentMiB(Deno.pid);
const tookMs: Record<"overview" | "top", number[]> = { overview: [], top: [] };
for (let round = 0; round < ASK_ROUNDS; round += 1) {
  tookMs.overview.push(taken((span) => overview(db, span)));
  tookMs.top.push(taken((span) => top(db, { ...span, count: 10 })));
}
const rssAfterMiB = residentMiB(Deno.pid);
using raw = new DatabaseSync(path, { readOnly: true });
const countMs = taken(({ fromMs, toMs }) => raw.prepare(COUNT).all(fromMs * 1000, toMs * 1000));
console.log(JSON.stringify({ tookMs, rssBeforeMiB, rssAfterMiB, countMs }));

function taken(ask: (span: { readonly fromMs: number; readonly toMs: number }) => unknown): number {
  const startedMs = systemClock.nowMs();
  const toMs = systemClock.wallMs();
  ask({ fromMs: toMs - 30 * DAY_MS, toMs });
  return systemClock.nowMs() - startedMs;
}
