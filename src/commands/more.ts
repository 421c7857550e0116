/** /more: the rest of the last answer to the asker that was too long to be sent at once. */
import type { NamedCommand } from "./support/named.ts";

/** The command /more. */
export const more: NamedCommand = {
  name: "more",
  usage: "",
  scope: "direct",
  run({ message, more, say }) {
    const rest = more.next(message.from);
    // The rest may begin with any word, also with one that another bot would answer.
    return rest === undefined ? `📄 ${say.more.none}` : `… ${rest}`;
  },
};
