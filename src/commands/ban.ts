/** /ban name|id: the node is not answered any more. */
import type { CommandContext } from "../context.ts";
import { adminCommand } from "./support/admin_command.ts";
import { usageOf } from "./support/named.ts";
import { pickPerson } from "./support/pick_person.ts";

/** The command /ban. */
export const ban = adminCommand({ name: "ban", usage: "name|id", run: banText });

function banText(context: CommandContext): string {
  if (context.args === "") return usageOf(ban, context);
  const picked = pickPerson(context, context.args);
  if ("answer" in picked) return picked.answer;
  context.people.ban(picked.num);
  return `⛔ ${context.say.admin.banned(picked.name)}`;
}
