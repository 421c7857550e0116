/** The bot as a process of its own that can be killed at any moment. */
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const LOG_KEPT_CHARS = 20_000;

/** One life of the bot. */
export interface BotProcess {
  /** What it has logged last. */
  readonly log: string;
  /** Kills it in this instant (kill -9). */
  kill(): void;
  /** Asks it to stop (SIGTERM). */
  stop(): void;
  /** Settles when the process is no more. */
  readonly ended: Promise<void>;
}

/** Starts the bot for the node at `port`; its data lie in `dataDir`. */
export function startBotProcess({ port, dataDir }: { readonly port: number; readonly dataDir: string }): BotProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", MAIN, "run"],
    env: {
      MESHBOT_NODE_HOST: "127.0.0.1",
      MESHBOT_NODE_PORT: String(port),
      MESHBOT_DATA_DIR: dataDir,
      // The bot's own limits must not decide who is answered.
      MESHBOT_MESH_COMMANDS_PER_5_MINUTES: "100000",
      MESHBOT_MESH_AIRTIME_PERCENT: "10",
      MESHBOT_WEATHER_ENABLED: "false",
      MESHBOT_MONITOR_ENABLED: "false",
      NO_COLOR: "1",
    },
    cwd: dataDir,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let log = "";
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
      log = (log + text).slice(-LOG_KEPT_CHARS);
    }
  })();
  return {
    get log() {
      return log;
    },
    kill: () => child.kill("SIGKILL"),
    stop: () => child.kill("SIGTERM"),
    ended: Promise.all([child.status, reading]).then(() => {}),
  };
}
