/** /start: undoes /stop. */
import type { NamedCommand } from "./support/named.ts";

/** The command /start. */
export const start: NamedCommand = {
  name: "start",
  usage: "",
  scope: "direct",
  run({ message, people, say }) {
    people.start(message.from);
    return `🔔 ${say.stop.undone}`;
  },
};
