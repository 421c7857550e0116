/** /unmute: undoes /mute. */
import { adminCommand } from "./support/admin_command.ts";

/** The command /unmute. */
export const unmute = adminCommand({
  name: "unmute",
  usage: "",
  run({ people, say }) {
    people.unmute();
    return `🔊 ${say.admin.unmuted}`;
  },
});
