/** A command whose sentence in /help exists: without one it does not compile. */
import type { BotContext } from "../../context.ts";
import type { Sentences } from "../../i18n/mod.ts";
import type { Command } from "../../router/command.ts";

/** The names that have a summary in every language. */
export type CommandName = keyof Sentences["summaries"];

/** A command that /help can explain. */
export interface NamedCommand extends Command {
  readonly name: CommandName;
}

/** `Usage: /nodes [page]`, as the answer to a wrong argument. */
export function usageOf(command: Pick<NamedCommand, "name" | "usage">, { config, say }: Pick<BotContext, "config" | "say">): string {
  return say.usage(`${config.commands.prefix}${command.name} ${command.usage}`.trimEnd());
}
