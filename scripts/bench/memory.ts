/** (m) Resident memory of the minified bundle a minute after it is ready, with no service on and with all of them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/clock.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { startMosquitto } from "../../tests/support/mosquitto.ts";
import { EsphomeServer } from "../../tests/support/esphome_server.ts";
import { type Figure, type Measurement, median } from "./figure.ts";

const RUNS = 3;
const AFTER_READY_MS = 60_000;
const NODES = 100;
const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** The figure. */
export const memoryFigure: Figure = {
  letter: "m",
  title: "memory of the minified bundle",
  waits: true,
  async measure(): Promise<Measurement[]> {
    const folder = await Deno.makeTempDir({ prefix: "meshbot-memory-" });
    try {
      const bundle = join(folder, "meshbot.js");
      const { success, stderr } = await new Deno.Command(Deno.execPath(), { args: ["bundle", "--quiet", "--minify", "-o", bundle, MAIN] })
        .output();
      if (!success) throw new Error(`deno bundle failed: ${new TextDecoder().decode(stderr)}`);
      await using broker = await startMosquitto();
      await using station = new EsphomeServer();
      // The page cannot be read, but it is: what the reading costs is paid.
      await using page = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        () => new Response("<html><p>nothing here".repeat(2000)),
      );
      const pageUrl = `http://127.0.0.1:${page.addr.port}`;
      const none = { MESHBOT_WEATHER_ENABLED: "false" };
      const all = {
        MESHBOT_PLACE_LATITUDE: "48.85",
        MESHBOT_PLACE_LONGITUDE: "2.35",
        MESHBOT_LIGHTNING_ENABLED: "true",
        MESHBOT_LIGHTNING_BROKER_URL: broker.url.href,
        MESHBOT_ESPHOME_URL: station.url,
        MESHBOT_VIGILANCE_DEPARTMENT: "59",
        MESHBOT_VIGILANCE_PAGE_URL: pageUrl,
        MESHBOT_VIGILANCE_METEOALARM_URL: pageUrl,
      };
      // The first start reads and compiles everything anew; the later ones find that done, as an installed program does.
      await measureOne(bundle, all, 0);
      const runs = await Promise.all([none, all].flatMap((env) => Array.from({ length: RUNS }, () => measureOne(bundle, env))));
      const row = (what: string, values: readonly number[], atMost: number): Measurement => ({
        what,
        measured: median(values),
        unit: "MiB",
        target: { atMost },
        detail: `VmRSS ${AFTER_READY_MS / 1000} s after ready, median of ${RUNS}, highest ${
          Math.max(...values).toFixed(1)
        }; ${NODES} nodes`,
      });
      return [
        row("memory: no service on", runs.slice(0, RUNS), 68),
        row("memory: every service on", runs.slice(RUNS), 95),
      ];
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

async function measureOne(bundle: string, services: Readonly<Record<string, string>>, afterReadyMs = AFTER_READY_MS): Promise<number> {
  await using node = await startSimulatedNode({ nodes: NODES });
  const dataDir = await Deno.makeTempDir({ prefix: "meshbot-memory-" });
  const env = { MESHBOT_NODE_HOST: "127.0.0.1", MESHBOT_NODE_PORT: String(node.port), MESHBOT_DATA_DIR: dataDir, NO_COLOR: "1" };
  const bot = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-config", "-A", bundle, "run"],
    env: { ...env, ...services },
    cwd: dataDir,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  try {
    const log = bot.stderr.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>);
    await readUntil(log, /\bready: our node is /);
    await new Promise<void>((resolve) => void systemClock.after(afterReadyMs, resolve));
    const status = await Deno.readTextFile(`/proc/${bot.pid}/status`);
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  } finally {
    bot.kill("SIGTERM");
    await bot.status;
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** Reads on behind the match too: a full pipe would stop the program. */
function readUntil(lines: ReadableStream<string>, wanted: RegExp): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  void (async () => {
    let text = "";
    let found = false;
    for await (const chunk of lines) {
      if (found) continue;
      text += chunk;
      if (wanted.test(text)) {
        found = true;
        resolve();
      }
    }
    if (!found) reject(new Error(`The bot ended before its link was ready: ${text}`));
  })();
  return promise;
}
