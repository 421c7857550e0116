/** (m) Resident memory of the minified bundle a minute after it is ready, with no service on and with all of them; and of the official client. */
import { delay, systemClock } from "../../src/clock.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { startMosquitto } from "../../tests/support/mosquitto.ts";
import { EsphomeServer } from "../../tests/support/esphome_server.ts";
import { BUNDLE_ARGS, makeBundle } from "./bundle.ts";
import { startClient } from "./client_process.ts";
import { type Figure, type Measurement, median, type Rival } from "./figure.ts";
import { officialScript } from "./official.ts";
import { residentMiB } from "./process_use.ts";

const RUNS = 3;
const AFTER_READY_MS = 60_000;
const NODES = 100;

/** What is started beside a node of its own. */
interface Program {
  readonly command: string;
  readonly args: (port: string) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ready: RegExp;
}

/** The figure. */
export const memoryFigure: Figure = {
  letter: "m",
  title: "memory of the minified bundle",
  waits: true,
  async measure(): Promise<Measurement[]> {
    const folder = await Deno.makeTempDir({ prefix: "meshbot-memory-" });
    try {
      const bundle = await makeBundle(folder);
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
      const programs = [none, all].map((env): Program => ({
        command: Deno.execPath(),
        args: () => [...BUNDLE_ARGS, bundle, "run"],
        env,
        ready: /\bready: our node is /,
      }));
      // The first start reads and compiles everything anew; the later ones find that done, as an installed program does.
      await measureOne(programs[1] as Program, 0);
      const script = await officialScript("official_client.mjs");
      const [runs, official] = await Promise.all([
        Promise.all(programs.flatMap((program) => Array.from({ length: RUNS }, () => measureOne(program)))),
        script === undefined ? undefined : measureOne({ command: "node", args: (port) => [script, port], env: {}, ready: /^ready$/ }),
      ]);
      const rival: Rival | undefined = official === undefined ? undefined : { name: "official client", measured: official };
      const row = (what: string, values: readonly number[], atMost: number): Measurement => ({
        what,
        measured: median(values),
        unit: "MiB",
        target: { atMost },
        rival,
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

async function measureOne({ command, args, env, ready }: Program, afterReadyMs = AFTER_READY_MS): Promise<number> {
  await using node = await startSimulatedNode({ nodes: NODES });
  const dataDir = await Deno.makeTempDir({ prefix: "meshbot-memory-" });
  const port = String(node.port);
  try {
    await using program = await startClient(command, args(port), {
      env: { MESHBOT_NODE_HOST: "127.0.0.1", MESHBOT_NODE_PORT: port, MESHBOT_DATA_DIR: dataDir, ...env },
      cwd: dataDir,
      ready,
    });
    await delay(systemClock, afterReadyMs);
    return residentMiB(program.pid);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}
