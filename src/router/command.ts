/** What a command is, and how one is read from a text. */
import type { BotContext, CommandContext } from "../context.ts";

/** An answer: a text for the asker, or a text for a channel (only /echo does that); undefined is silence. */
export type Reply = string | { readonly to: "channel"; readonly channel: number; readonly text: string } | undefined;

/** One /command. Registered in `src/commands/mod.ts`. */
export interface Command {
  /** The word behind the prefix, lower case. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What follows the name, e.g. `name|id`; empty when nothing does. The same in every language. */
  readonly usage: string;
  /** `channel`: answered on a listened channel too; `direct`: only in a direct message. */
  readonly scope: "direct" | "channel";
  /** Only for admins: others are not told of it in /help, and it refuses them. */
  readonly admin?: boolean;
  /** False while what it answers about is switched off: /help then leaves it out. Without it the command is always on. */
  isOn?(context: BotContext): boolean;
  /** Milliseconds until the handler's signal is aborted and the asker told so. Default 10 s. */
  readonly deadlineMs?: number;
  /** Answers by returning the text; it never sends. An exception is answered with a short apology and logged. */
  run(context: CommandContext): Reply | Promise<Reply>;
}

/** A text read as a command. */
export interface ParsedCommand {
  /** Lower case, without the prefix. */
  readonly word: string;
  readonly args: string;
}

/** Reads `/word args`; undefined when the text does not begin with the prefix and a word. */
export function parseCommand(text: string, prefix = "/"): ParsedCommand | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith(prefix)) return undefined;
  const match = /^(\S+)\s*([\s\S]*)$/.exec(trimmed.slice(prefix.length));
  if (match === null) return undefined;
  return { word: (match[1] as string).toLowerCase(), args: (match[2] as string).trim() };
}
