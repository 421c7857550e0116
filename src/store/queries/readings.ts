/** /graphs, /power: what a service measured. */
import type { Answers, Questions } from "../questions.ts";
import type { Sqlite } from "../sqlite.ts";

/** Answers it: each value, or the means of `count` equal parts of the span, those without any left out. */
export function readings(db: Sqlite, { fromMs, toMs, kind, count }: Questions["readings"]): Answers["readings"] {
  const where = "FROM service_history WHERE kind = ?1 AND at_ms >= ?2 AND at_ms <= ?3";
  if (count === undefined || count < 1 || toMs <= fromMs) {
    return db.all(`SELECT at_ms AS atMs, value ${where} ORDER BY at_ms`, kind, fromMs, toMs);
  }
  const parts = Math.floor(count);
  // Multiplied before it is divided, so that the parts are equal; the very end belongs to the last one.
  return db.all(
    `SELECT cast(avg(at_ms) AS INTEGER) AS atMs, avg(value) AS value ${where}
     GROUP BY min(cast((at_ms - ?2) * ?4 / (?3 - ?2) AS INTEGER), ?4 - 1) ORDER BY 1`,
    kind,
    fromMs,
    toMs,
    parts,
  );
}
