/** /about: the bot's version, who runs it and how to reach them, as `[about]` in the configuration tells. */
import type { CommandContext } from "../context.ts";
import type { NamedCommand } from "./support/named.ts";

/** The command /about. */
export const about: NamedCommand = {
  name: "about",
  usage: "",
  scope: "direct",
  run: aboutText,
};

function aboutText({ config, version }: CommandContext): string {
  const { owner, contact } = config.about;
  const lines = [`🤖 MeshBot ${version}`];
  if (owner !== undefined) lines.push(`👤 ${owner}`);
  if (contact !== undefined) lines.push(`📨 ${contact}`);
  return lines.join("\n");
}
