/** /stats: how much came, from how many, and who sent most. */
import { PortNum } from "../../link/enums.ts";
import type { Answers, Span } from "../questions.ts";
import type { Sqlite } from "../sqlite.ts";
import { busiest, typeSums } from "./sums.ts";

/** Answers it. */
export function overview(db: Sqlite, span: Span): Answers["overview"] {
  const { top: [top], ...all } = busiest(db, span, 1);
  const texts = typeSums(db, span).find(({ portnum }) => portnum === PortNum.TEXT_MESSAGE_APP)?.packets ?? 0;
  return { ...all, texts, top };
}
