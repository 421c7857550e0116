/** `meshbot status`. */
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import { findDataDir, loadConfig } from "../config.ts";
import { describeError } from "../errors.ts";
import { defineCommand } from "./command.ts";

/** Asks the running bot how it stands. */
export const statusCommand = defineCommand({
  name: "status",
  summary: "Ask the running bot how it and its link stand",
  usage: "[--json] [--config FILE]",
  description: [
    "Looks for a running bot in /run/meshbot, then in the data folder of the configuration, and asks it over its control socket.",
    "Only root, the bot's own user and its group may ask.",
  ].join("\n"),
  options: {
    json: { type: "flag", help: "Print nothing but one JSON object on standard output" },
    config: {
      type: "text",
      value: "FILE",
      help: "Read this configuration",
      default: "./meshbot.toml, else /etc/meshbot/meshbot.toml, else none",
    },
  },
  exitCodes: { 0: "a bot is running and has answered", 1: "no bot is running, or it could not be asked; the reason is on standard error" },
  examples: ["meshbot status", "sudo meshbot status --json"],
  async run({ args, env, cwd, write, writeError }) {
    const [{ botFolders, findBots, whoMay }, { askStatus }, { SOCKET_NAME }, { statusLines }] = await Promise.all([
      import("../diag/running_bot.ts"),
      import("../io/control_client.ts"),
      import("../io/control_socket.ts"),
      import("./status_report.ts"),
    ]);
    const folders = botFolders(env, dataDir(args.config, env, cwd));
    const [bot] = findBots(folders);
    if (bot === undefined) {
      writeError(`meshbot status: no bot is running: nobody holds the lock in ${[...new Set(folders)].join(" or ")}`);
      return 1;
    }
    const { pid, user, host, port } = bot.holder;
    const path = join(bot.folder, SOCKET_NAME);
    try {
      const status = await askStatus({ path, clock: systemClock });
      if (args.json) write(JSON.stringify({ pid, user, node: { host, port }, ...status }));
      else for (const line of statusLines({ pid, user, node: `${host}:${port}`, ...status })) write(line);
      return 0;
    } catch (error) {
      const why = error instanceof Deno.errors.PermissionDenied
        ? `this user may not ask it: ${whoMay(user, path)} may. Try: sudo meshbot status`
        : `it cannot be asked over ${path}: ${describeError(error)}`;
      writeError(`meshbot status: a bot is running (pid ${pid}, user ${user}, node ${host}:${port}), but ${why}`);
      return 1;
    }
  },
});

function dataDir(file: string | undefined, env: Readonly<Record<string, string>>, cwd: string): string | undefined {
  // A file that was not named need not be one.
  return file === undefined ? findDataDir({ env, cwd }) : loadConfig({ file, env, cwd }).config.data_dir;
}
