/** /stats channel: how busy the nodes say that the channel is. */
import type { Answers, Questions } from "../questions.ts";
import type { Sqlite } from "../sqlite.ts";
import { spanValues, WITH_TOTALS } from "./sums.ts";

/** Answers it. */
export function channel(db: Sqlite, question: Questions["channel"]): Answers["channel"] {
  // Each node counts once in the mean, however often it speaks.
  const rows = db.all<{ node: number; percent: number; readonly nodes: number; readonly mean: number }>(
    `${WITH_TOTALS} SELECT node, percent, count(*) OVER () AS nodes, avg(percent) OVER () AS mean FROM (
       SELECT node, channel_bp_sum / channel_count / 100 AS percent FROM totals WHERE channel_count > 0
     ) ORDER BY percent DESC, node LIMIT max(?7, 1)`,
    ...spanValues(question),
    question.count,
  );
  const busiest = rows.slice(0, Math.max(0, question.count)).map(({ node, percent }) => ({ node, percent }));
  return { meanPercent: rows[0]?.mean, nodes: rows[0]?.nodes ?? 0, busiest };
}
