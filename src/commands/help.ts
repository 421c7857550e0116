/**
 * /help [command] (/?, /aide): the list of commands, or the usage and summary of one.
 * Derived from the registered list, so that a new command is in it by being registered.
 */
import type { CommandContext } from "../context.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";

/** The /help of the commands that `list` gives, in their order. */
export function createHelp(list: () => readonly NamedCommand[]): NamedCommand {
  return {
    name: "help",
    aliases: ["?", "aide"],
    usage: "[command]",
    scope: "direct",
    run: (context) => helpText(context, list()),
  };
}

function helpText({ args, say }: CommandContext, commands: readonly NamedCommand[]): string {
  const wanted = args.split(/\s+/, 1)[0]?.replace(/^\//, "").toLowerCase() ?? "";
  const all = commands.map(({ name }) => `/${name}`).join(" ");
  if (wanted === "") return `🤖 ${all}\n${say.help.more("/help ping")}`;
  const command = commands.find(({ name, aliases }) => name === wanted || aliases?.includes(wanted));
  if (command === undefined) return `🤖 ${say.help.unknown}\n${all}`;
  const aliases = command.aliases?.map((alias) => `/${alias}`).join(" ") ?? "";
  const lines = [usageOf(command, say), say.summaries[command.name]];
  if (aliases !== "") lines.push(say.help.aliases(aliases));
  return lines.join("\n");
}
