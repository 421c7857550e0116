/** /mute [h]: only admins are answered for an hour, or for up to 168. */
import type { CommandContext } from "../context.ts";
import { MAX_MUTE_HOURS } from "../mesh/people.ts";
import { adminCommand } from "./support/admin_command.ts";
import { usageOf } from "./support/named.ts";

/** The command /mute. */
export const mute = adminCommand({ name: "mute", usage: "[h]", run: muteText });

function muteText(context: CommandContext): string {
  const { args, people, say } = context;
  const hours = args === "" ? 1 : Number(/^(\d{1,3}) ?h?$/i.exec(args)?.[1] ?? 0);
  if (hours < 1 || hours > MAX_MUTE_HOURS) return usageOf(mute, context);
  people.mute(hours);
  return `🔇 ${say.admin.muted(`${hours}${say.units.hour}`)}`;
}
