/** /packets, /histo, /stats types: what is sent. */
import type { Answers, Span } from "../questions.ts";
import type { Sqlite } from "../sqlite.ts";
import { totalOf, typeSums } from "./sums.ts";

/** Answers it. */
export function types(db: Sqlite, span: Span): Answers["types"] {
  const sums = typeSums(db, span);
  return { ...totalOf(sums), types: sums };
}
