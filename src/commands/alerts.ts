/** /alerts on|off: sends the asker what the bot says by itself, or ends that; without a word it tells which of the two holds. */
import type { CommandContext } from "../context.ts";
import { MAX_SUBSCRIBERS } from "../mesh/people.ts";
import { type NamedCommand, usageOf } from "./support/named.ts";

/** The command /alerts. */
export const alerts: NamedCommand = { name: "alerts", usage: "[on|off]", scope: "direct", run: alertsText };

function alertsText(context: CommandContext): string {
  const { args, config, message, people, say } = context;
  const on = `${config.commands.prefix}alerts on`;
  const off = `${config.commands.prefix}alerts off`;
  const named = config.alerts.to.some((to) => "node" in to && to.node === message.from);
  switch (args.toLowerCase()) {
    case "on":
      if (named) return `🔔 ${say.alerts.named}`;
      return people.subscribe(message.from) ? `🔔 ${say.alerts.on(off)}` : `🔕 ${say.alerts.full(MAX_SUBSCRIBERS)}`;
    case "off":
      people.unsubscribe(message.from);
      return named ? `🔔 ${say.alerts.named}` : `🔕 ${say.alerts.off(on)}`;
    case "":
      if (named) return `🔔 ${say.alerts.named}`;
      return people.subscribers().includes(message.from) ? `🔔 ${say.alerts.isOn(off)}` : `🔕 ${say.alerts.isOff(on)}`;
    default:
      return usageOf(alerts, context);
  }
}
