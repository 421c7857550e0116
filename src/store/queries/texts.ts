/** /traffic: what was said to everybody on certain channels; direct messages are never told. */
import type { Answers, KeptText, Questions } from "../questions.ts";
import type { Sqlite } from "../sqlite.ts";

const WANTED = "FROM texts WHERE at_us >= ? AND at_us <= ? AND direct = 0 AND channel IN (SELECT value FROM json_each(?))";

/** Answers it. */
export function texts(db: Sqlite, { fromMs, toMs, channels, count }: Questions["texts"]): Answers["texts"] {
  const where = [Math.ceil(fromMs) * 1000, Math.floor(toMs) * 1000 + 999, JSON.stringify(channels)] as const;
  const total = db.get<{ readonly total: number }>(`SELECT count(*) AS total ${WANTED}`, ...where)?.total ?? 0;
  const newest = db.all<KeptText>(
    `SELECT at_us / 1000 AS atMs, from_node AS "from", channel, text ${WANTED} ORDER BY at_us DESC LIMIT ?`,
    ...where,
    count,
  );
  return { total, texts: newest.reverse() };
}
