/** /keys: the nodes that were heard, and whether they told who they are. */
import type { Answers, Span } from "../questions.ts";
import type { Sqlite } from "../sqlite.ts";
import { spanValues, WITH_TOTALS } from "./sums.ts";

/** Answers it, most packets first. */
export function seen(db: Sqlite, span: Span): Answers["seen"] {
  const rows = db.all<{ readonly node: number; readonly packets: number; readonly nodeInfo: number }>(
    `${WITH_TOTALS} SELECT node, packets, node_info AS nodeInfo FROM totals ORDER BY packets DESC, node`,
    ...spanValues(span),
  );
  return rows.map(({ node, packets, nodeInfo }) => ({ node, packets, nodeInfo: nodeInfo === 1 }));
}
