/** /reload: the configuration is read again; with a mistake in it the old one stays, and the first mistake is told. */
import type { CommandContext } from "../context.ts";
import { cleanText } from "../mesh/clean_text.ts";
import { textLengthBytes } from "../mesh/text.ts";
import { adminCommand } from "./support/admin_command.ts";
import { shorten } from "./support/fit.ts";
import { answerLimitBytes } from "./support/limit.ts";

/** The command /reload. */
export const reload = adminCommand({ name: "reload", usage: "", run: reloadText });

async function reloadText({ config, reload, say }: CommandContext): Promise<string> {
  const mistakes = await reload();
  const [first] = mistakes;
  if (first === undefined) return `🔄 ${say.admin.reloaded}`;
  const header = `⚠️ ${say.admin.mistakes(mistakes.length)}`;
  const roomBytes = answerLimitBytes(config) - textLengthBytes(`${header}\n`);
  // A mistake shows the value that is wrong, which may hold anything.
  const told = shorten(cleanText(first, { maxBytes: Infinity }), roomBytes);
  return told === "" ? header : `${header}\n${told}`;
}
