/** Counts, sizes and ages of the history, for whoever looks after it. */
import type { Answers } from "../questions.ts";
import { usedBytes } from "../retention.ts";
import type { Sqlite } from "../sqlite.ts";

/** Every table of the history, as `meshbot store` names them. */
export const TABLES = [
  "packets",
  "nodes",
  "positions",
  "telemetry",
  "texts",
  "traceroutes",
  "neighbours",
  "link_events",
  "service_history",
  "hour_sums",
  "hour_types",
  "hour_hops",
  "hour_links",
  "day_sums",
] as const;

/** Answers it. */
export function info(db: Sqlite): Answers["info"] {
  const count = (table: string) => db.get<{ readonly rows: number }>(`SELECT count(*) AS rows FROM ${table}`)?.rows ?? 0;
  const ages = db.get<{ oldest: number | null; newest: number | null }>(
    "SELECT (SELECT min(at_us) / 1000 FROM packets) AS oldest, (SELECT max(at_us) / 1000 FROM packets) AS newest",
  );
  return {
    tables: Object.fromEntries(TABLES.map((table) => [table, count(table)])),
    oldestMs: ages?.oldest ?? undefined,
    newestMs: ages?.newest ?? undefined,
    usedBytes: usedBytes(db),
    freeBytes: db.pragma("freelist_count") * db.pragma("page_size"),
    schemaVersion: db.pragma("user_version"),
  };
}
