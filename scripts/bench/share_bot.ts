/** The whole bot as a process that shares its node, with no limits but those of the node itself. */
import { delay, systemClock } from "../../src/clock.ts";
import { startBotProcess } from "../support/bot_process.ts";
import { connectShareClient, type ShareClient } from "./share_client.ts";

const LOG_KEPT_LINES = 100;
const READY_LIMIT_MS = 30_000;
const SERVED = /clients are served at 127\.0\.0\.1:(\d+)/;
const LINE_ENDED = /TCP connection lost .*?: (.*)$/;

/** A full handshake: settings and nodes. */
export const EVERYTHING = 5;

/** The bot; disposing of it stops it and removes its data. */
export interface SharingBot extends AsyncDisposable {
  readonly pid: number;
  /** Where clients connect. */
  readonly port: number;
  /** What it has logged last. */
  readonly log: string;
  /** How each of its connections to the node ended, as the system told it. */
  readonly lineEnds: readonly string[];
  /** So many clients, each with a whole handshake behind it. */
  clients(count: number): Promise<ShareClient[]>;
}

/** Starts it beside a node and waits until it serves clients; throws with its log when that does not come. */
export async function startSharingBot(nodePort: number): Promise<SharingBot> {
  const folder = await Deno.makeTempDir({ prefix: "bench-share-" });
  const lines: string[] = [];
  const lineEnds: string[] = [];
  const served = Promise.withResolvers<number>();
  const bot = startBotProcess({
    env: {
      MESHBOT_NODE_HOST: "127.0.0.1",
      MESHBOT_NODE_PORT: String(nodePort),
      MESHBOT_DATA_DIR: folder,
      MESHBOT_SHARE_LISTEN: `127.0.0.1:${freePort()}`,
      // The bot's own limits must not decide who is answered.
      MESHBOT_MESH_COMMANDS_PER_5_MINUTES: "100000",
      MESHBOT_MESH_AIRTIME_PERCENT: "10",
      MESHBOT_WEATHER_ENABLED: "false",
      MESHBOT_MONITOR_ENABLED: "false",
    },
    cwd: folder,
    onLine(line) {
      lines.push(line);
      if (lines.length > LOG_KEPT_LINES) lines.shift();
      const end = LINE_ENDED.exec(line)?.[1];
      if (end !== undefined) lineEnds.push(end);
      const port = SERVED.exec(line)?.[1];
      if (port !== undefined) served.resolve(Number(port));
    },
  });
  const stop = async () => {
    bot.stop();
    await bot.ended;
    await Deno.remove(folder, { recursive: true });
  };
  const limit = new AbortController();
  const late = delay(systemClock, READY_LIMIT_MS, limit.signal).catch(() => {});
  const port = await Promise.race([served.promise, bot.ended.then(() => {}), late]);
  limit.abort();
  if (port === undefined) {
    await stop().catch(() => {});
    throw new Error(`The bot serves no clients:\n${lines.join("\n")}`);
  }
  return {
    pid: bot.pid,
    port,
    get log() {
      return lines.join("\n");
    },
    lineEnds,
    async clients(count) {
      const clients: ShareClient[] = [];
      for (let index = 0; index < count; index += 1) {
        const client = await connectShareClient(port);
        await client.configure(EVERYTHING);
        clients.push(client);
      }
      return clients;
    },
    [Symbol.asyncDispose]: stop,
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** They all leave. */
export async function leave(clients: readonly ShareClient[]): Promise<void> {
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
}
