/** /stop: the bot writes to the asker no more, whatever they send, until /start. The answer to the first /stop is the last. */
import type { NamedCommand } from "./support/named.ts";

/** The command /stop. */
export const stop: NamedCommand = {
  name: "stop",
  usage: "",
  scope: "direct",
  run({ config, message, people, say }) {
    if (people.isStopped(message.from)) return undefined;
    people.stop(message.from);
    return `🔕 ${say.stop.done(`${config.commands.prefix}start`)}`;
  },
};
