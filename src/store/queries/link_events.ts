/** What the link did, the newest last. */
import type { Answers, Questions } from "../questions.ts";
import type { Sqlite } from "../sqlite.ts";

/** Answers it. */
export function linkEvents(db: Sqlite, { fromMs, toMs, count }: Questions["linkEvents"]): Answers["linkEvents"] {
  return db.all<Answers["linkEvents"][number]>(
    `SELECT at_ms AS atMs, kind, detail FROM link_events WHERE at_ms >= ? AND at_ms <= ? ORDER BY at_ms DESC, rowid DESC LIMIT ?`,
    fromMs,
    toMs,
    count,
  ).reverse();
}
