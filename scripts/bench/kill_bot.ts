/** The bot whose deaths are counted: the process of all, with the limits out of the way that would decide who is answered. */
import { type BotProcess as AnyBotProcess, startBotProcess as startAny } from "../support/bot_process.ts";

const LOG_KEPT_LINES = 200;

/** One life of the bot. */
export interface BotProcess extends Pick<AnyBotProcess, "kill" | "stop" | "ended"> {
  /** What it has logged last. */
  readonly log: string;
}

/** Starts the bot for the node at `port`; its data lie in `dataDir`. */
export function startBotProcess({ port, dataDir }: { readonly port: number; readonly dataDir: string }): BotProcess {
  const lines: string[] = [];
  const { kill, stop, ended } = startAny({
    env: {
      MESHBOT_NODE_HOST: "127.0.0.1",
      MESHBOT_NODE_PORT: String(port),
      MESHBOT_DATA_DIR: dataDir,
      // The bot's own limits must not decide who is answered.
      MESHBOT_MESH_COMMANDS_PER_5_MINUTES: "100000",
      MESHBOT_MESH_AIRTIME_PERCENT: "10",
      MESHBOT_WEATHER_ENABLED: "false",
      MESHBOT_MONITOR_ENABLED: "false",
    },
    cwd: dataDir,
    onLine(line) {
      lines.push(line);
      if (lines.length > LOG_KEPT_LINES) lines.shift();
    },
  });
  return {
    get log() {
      return lines.join("\n");
    },
    kill,
    stop,
    ended,
  };
}
