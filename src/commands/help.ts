/**
 * /help [command] (/?, /aide): the list of commands, or the usage and summary of one.
 * Derived from the registered list, so that a new command is in it by being registered; what the operator has switched off is not,
 * and what is for admins only is told to nobody else.
 */
import type { BotContext, CommandContext } from "../context.ts";
import { textLengthBytes } from "../mesh/text.ts";
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

function helpText(context: CommandContext, registered: readonly NamedCommand[]): string {
  const { admin, args, config, say } = context;
  const { prefix, disabled } = config.commands;
  const commands = registered.filter((command) => !disabled.includes(command.name) && (admin || command.admin !== true));
  const wanted = wordOf(args, prefix);
  const list = listText(commands.filter((command) => command.isOn?.(context) ?? true), context);
  if (wanted === "") {
    const example = commands.find(({ name }) => name === "ping") ?? commands[0];
    const whole = `${list}\n${say.help.more(`${prefix}help ${example?.name}`)}`;
    return textLengthBytes(whole) <= config.mesh.message_bytes ? whole : list;
  }
  const command = commands.find((command) => command.name === wanted || otherWords(command, config).includes(wanted));
  if (command === undefined) return `🤖 ${say.help.unknown} ${say.help.all(`${prefix}help`)}`;
  const lines = [usageOf(command, context), say.summaries[command.name]];
  const aliases = otherWords(command, config).map((word) => `${prefix}${word}`).join(" ");
  if (aliases !== "") lines.push(say.help.aliases(aliases));
  return lines.join("\n");
}

/** The command that is asked for, with or without its prefix, in lower case. */
function wordOf(args: string, prefix: string): string {
  const word = args.split(/\s+/, 1)[0] ?? "";
  return (word.startsWith(prefix) ? word.slice(prefix.length) : word.replace(/^\//, "")).toLowerCase();
}

/** The prefix stands once in front: before each word it would fill a message with itself. */
function listText(commands: readonly NamedCommand[], { config, say }: CommandContext): string {
  const names = (admin: boolean) => commands.filter((command) => (command.admin ?? false) === admin).map(({ name }) => name).join(" ");
  const list = `🤖 ${say.help.before(config.commands.prefix)} ${names(false)}`;
  return names(true) === "" ? list : `${list}\n🔑 ${names(true)}`;
}

/** The other words that lead to a command: its own and the operator's. */
function otherWords(command: NamedCommand, { commands: { aliases, disabled } }: BotContext["config"]): string[] {
  const own = command.aliases ?? [];
  const added = Object.entries(aliases).filter(([, target]) => target === command.name || own.includes(target)).map(([word]) => word);
  return [...own, ...added].filter((word) => !disabled.includes(word));
}
