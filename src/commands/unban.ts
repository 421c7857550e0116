/** /unban name|id: undoes /ban. */
import type { CommandContext } from "../context.ts";
import { adminCommand } from "./support/admin_command.ts";
import { usageOf } from "./support/named.ts";
import { pickPerson } from "./support/pick_person.ts";

/** The command /unban. */
export const unban = adminCommand({ name: "unban", usage: "name|id", run: unbanText });

function unbanText(context: CommandContext): string {
  const { args, people, say } = context;
  if (args === "") return usageOf(unban, context);
  const picked = pickPerson(context, args);
  if ("answer" in picked) return picked.answer;
  if (!people.isBanned(picked.num)) return `👌 ${say.admin.notBanned(picked.name)}`;
  people.unban(picked.num);
  return `👌 ${say.admin.unbanned(picked.name)}`;
}
