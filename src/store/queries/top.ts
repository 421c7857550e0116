/** /top: who sends most, and what is sent. */
import type { Answers, Questions } from "../questions.ts";
import type { Sqlite } from "../sqlite.ts";
import { busiest, typeSums } from "./sums.ts";

/** Answers it. */
export function top(db: Sqlite, question: Questions["top"]): Answers["top"] {
  return { ...busiest(db, question, question.count), types: typeSums(db, question) };
}
