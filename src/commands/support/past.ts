/** Answers out of the history. */
import type { Clock } from "../../clock.ts";
import type { CommandContext } from "../../context.ts";
import type { Sentences } from "../../i18n/mod.ts";
import { HistoryError } from "../../store/history_error.ts";
import type { Answers, Questions, Span } from "../../store/questions.ts";

const HOUR_MS = 3_600_000;

/** The last hours. */
export function lastHours(clock: Clock, hours: number): Span {
  const toMs = clock.wallMs();
  return { fromMs: toMs - hours * HOUR_MS, toMs };
}

/** `24h`. */
export function hoursText(hours: number, say: Sentences): string {
  return `${hours}${say.units.hour}`;
}

/** Asks for the asker, as long as the command may take. */
export function ask<Name extends keyof Questions>(
  { history, signal }: CommandContext,
  name: Name,
  question: Questions[Name],
): Promise<Answers[Name]> {
  return history.ask(name, question, signal);
}

/** Runs what answers from the history; when that cannot be read, the answer says so. */
export async function fromPast(context: CommandContext, answer: () => Promise<string>): Promise<string> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    return `📊 ${context.say.stats.noHistory}`;
  }
}
