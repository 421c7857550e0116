/** The operator's own answers to whole messages. */
import type { FixedAnswer } from "../config.ts";

/** The answer to a text that is one of the words, whatever its case and the blanks around it; undefined for every other text. */
export function createFixedAnswers(answers: readonly FixedAnswer[]): (text: string) => string | undefined {
  const byWord = new Map(answers.flatMap(({ words, text }) => words.map((word) => [normal(word), text] as const)));
  return (text) => byWord.get(normal(text));
}

function normal(text: string): string {
  return text.trim().normalize("NFC").toLowerCase();
}
