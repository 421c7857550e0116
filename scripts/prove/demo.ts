/** Messages through the program's demo, by its lines of JSON. */
import { expect } from "./ledger.ts";
import { type Program, type RunOptions, runProgram } from "./program.ts";

/** One line of `meshbot demo --json`, as far as it matters. */
export interface DemoLine {
  readonly text?: string;
  readonly id: number;
  readonly replyId?: number;
}

/** The lines; throws when one is no JSON. */
export function demoLines(out: string): DemoLine[] {
  return out.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as DemoLine);
}

/** The answers to every message of that text that was asked, in its order; undefined where none has come. */
export function answersTo(question: string, lines: readonly DemoLine[]): (string | undefined)[] {
  return lines.filter(({ text, replyId }) => text === question && replyId === 0)
    .map(({ id }) => lines.find(({ text, replyId }) => text !== undefined && replyId === id)?.text);
}

/** Asks each question once; throws unless each is answered. Gives the answers' first lines. */
export async function demoAnswers(program: Program, questions: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, out, err } = await runProgram(program, ["demo", "--json", "--seed", "1"], {
    ...options,
    input: questions.map((question) => `${question}\n`).join(""),
  });
  expect(code === 0, `it ended with code ${code}: ${err}`);
  const lines = demoLines(out);
  return questions.map((question) => {
    const [answer, ...more] = answersTo(question, lines);
    expect(answer !== undefined && more.length === 0, `${question} is not answered: ${out.slice(-500)}`);
    return `${question} ${JSON.stringify(answer.split("\n")[0])}`;
  }).join(", ");
}
