/** /remote: the other nodes that the bot visits: reached how long ago and how fast, or since when not, and restarted when. */
import type { CommandContext } from "../context.ts";
import type { RemoteStanding } from "../health/remote_standing.ts";
import { formatAge } from "../i18n/format.ts";
import type { NamedCommand } from "./support/named.ts";

/** The command /remote. */
export const remote: NamedCommand = {
  name: "remote",
  usage: "",
  scope: "direct",
  isOn: ({ remotes }) => remotes.names.length > 0,
  run: remoteText,
};

function remoteText(context: CommandContext): string {
  const { remotes, say } = context;
  if (remotes.names.length === 0) return `📡 ${say.remote.none}`;
  return remotes.names.map((name) => lineOf(name, remotes.standing(name), context)).join("\n");
}

function lineOf(name: string, { reach, restartedAtMs }: RemoteStanding, context: CommandContext): string {
  const age = (atMs: number) => formatAge(context.clock.nowMs() - atMs, context.say);
  const restarted = restartedAtMs === undefined ? "" : ` 🔁 ${age(restartedAtMs)}`;
  return `${reachText(name, reach, age, context)}${restarted}`;
}

function reachText(name: string, reach: RemoteStanding["reach"], age: (atMs: number) => string, { say }: CommandContext): string {
  switch (reach.kind) {
    case "reached":
      return `✅ ${say.remote.reached(name, age(reach.atMs), tookText(reach.tookMs, say.units.second))}`;
    case "unreachable":
      return `❌ ${say.remote.unreachable(name, age(reach.sinceMs))}`;
    case "unvisited":
      return `⏳ ${say.remote.unvisited(name)}`;
    case "busy":
      return `⏳ ${say.remote.busy(name)}`;
    case "own":
      return `🚫 ${say.remote.own(name)}`;
  }
}

/** `0.4s`, `12.0s`. */
function tookText(tookMs: number, second: string): string {
  return `${(tookMs / 1000).toFixed(1)}${second}`;
}
