/** /hop, /stats hops: how far packets were meant to go, and how far they came. */
import { HOUR_MS } from "../history_writer.ts";
import type { Answers, Questions } from "../questions.ts";
import type { Sqlite } from "../sqlite.ts";
import { partsOf } from "./span.ts";
import { spanValues, WITH_TOTALS } from "./sums.ts";

/** Answers it. */
export function hops(db: Sqlite, question: Questions["hops"]): Answers["hops"] {
  const rows = db.all<{ readonly node: number; readonly hopStart: number; readonly nodes: number }>(
    `${WITH_TOTALS} SELECT node, hop_start_max AS hopStart, count(*) OVER () AS nodes FROM totals
       ORDER BY hop_start_max DESC, packets DESC, node LIMIT max(?7, 1)`,
    ...spanValues(question),
    question.count,
  );
  const farthest = rows.slice(0, Math.max(0, question.count)).map(({ node, hopStart }) => ({ node, hopStart }));
  const { packetsFromUs, packetsBeforeUs, hourFrom } = partsOf(question);
  const taken = db.all<{ hops: number; packets: number }>(
    `SELECT hops, sum(packets) AS packets FROM (
       SELECT hops, packets FROM hour_hops WHERE hour >= ? AND hour <= ?
       UNION ALL SELECT hops, 1 FROM packets WHERE at_us >= ? AND at_us < ? AND heard = 1 AND hops IS NOT NULL
     ) GROUP BY hops ORDER BY hops`,
    hourFrom,
    Math.floor(question.toMs / HOUR_MS),
    packetsFromUs,
    packetsBeforeUs,
  );
  return { nodes: rows[0]?.nodes ?? 0, farthest, taken };
}
