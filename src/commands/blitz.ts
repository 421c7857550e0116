/** /blitz: lightning around the bot: how many strikes, the nearest with its direction and age, whether they come closer. */
import type { NamedCommand } from "./support/named.ts";

/** The command /blitz. */
export const blitz: NamedCommand = {
  name: "blitz",
  usage: "",
  scope: "direct",
  isOn: ({ services }) => services.lightning !== undefined,
  run: ({ say, services }) => services.lightning?.answer(say) ?? `⚡ ${say.lightning.off}`,
};
