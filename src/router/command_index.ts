/** Which word leads to which command. */
import type { Command } from "./command.ts";

/**
 * Every word that leads to a command that is switched on. Throws when two commands share a word, with both names, and
 * when an alias of the operator leads nowhere.
 */
export function indexCommands(
  commands: readonly Command[],
  options: { readonly disabled?: readonly string[]; readonly aliases?: Readonly<Record<string, string>> } = {},
): Map<string, Command> {
  const index = new Map<string, Command>();
  const off = new Set(options.disabled?.map((name) => name.toLowerCase()));
  for (const command of commands) {
    for (const word of [command.name, ...command.aliases ?? []]) {
      const other = index.get(word);
      if (other !== undefined) {
        throw new Error(`Cannot register /${word} for the command ${command.name}: ${other.name} has that word already`);
      }
      index.set(word, command);
    }
  }
  for (const [word, name] of Object.entries(options.aliases ?? {})) {
    const command = index.get(name.toLowerCase());
    if (command === undefined) throw new Error(`Cannot make ${word} an alias of ${name}: there is no such command`);
    index.set(word.toLowerCase(), command);
  }
  for (const [word, command] of [...index]) if (off.has(command.name) || off.has(word)) index.delete(word);
  return index;
}
