/** /histo pos and the like, /stats hours: when it is sent. */
import type { Answers, Questions } from "../questions.ts";
import type { Sqlite } from "../sqlite.ts";
import { partsOf } from "./span.ts";
import { busiest, hourSums, totalOf } from "./sums.ts";
import { HOUR_MS } from "../history_writer.ts";

/** Answers it. */
export function hours(db: Sqlite, question: Questions["hours"]): Answers["hours"] {
  const sums = hourSums(db, question, question.portnums);
  const nodes = question.portnums === undefined ? busiest(db, question, 0).nodes : sendersOf(db, question, question.portnums);
  return { ...totalOf(sums), nodes, hours: sums };
}

/** How many nodes sent packets of the PortNums. */
function sendersOf(db: Sqlite, question: Questions["hours"], portnums: readonly number[]): number {
  const { packetsFromUs, packetsBeforeUs, hourFrom } = partsOf(question);
  const list = JSON.stringify(portnums);
  const row = db.get<{ readonly nodes: number }>(
    `SELECT count(*) AS nodes FROM (
       SELECT node FROM hour_sums WHERE hour >= ? AND hour <= ? AND portnum IN (SELECT value FROM json_each(?))
       UNION SELECT from_node FROM packets
         WHERE at_us >= ? AND at_us < ? AND heard = 1 AND portnum IN (SELECT value FROM json_each(?)))`,
    hourFrom,
    Math.floor(question.toMs / HOUR_MS),
    list,
    packetsFromUs,
    packetsBeforeUs,
    list,
  );
  return row?.nodes ?? 0;
}
