/** The whole bot on a simulated node at a large gathering, on a clock that jumps from timer to timer. */
import { join } from "node:path";
import { type App, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { type Mesh, startMesh } from "../../src/simulator/mesh.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import { openStore } from "../../src/store/open.ts";
import type { FromHistory } from "../../src/store/protocol.ts";
import { createSteppedClock, type SteppedClock } from "../../tests/support/stepped_clock.ts";
import { type CountedClock, countTimers } from "./counted_clock.ts";
import type { HeldMessage } from "./store_worker.ts";

/** What runs; disposing of it stops it and removes the folder. */
export interface GatheringBot extends AsyncDisposable {
  readonly app: App;
  readonly node: SimulatedNode;
  readonly mesh: Mesh;
  readonly clock: SteppedClock;
  /** The bot's own timers. */
  readonly timers: CountedClock;
  /** Where it keeps its files. */
  readonly folder: string;
  /** Bytes that the history's thread holds after a full collection. */
  heldByHistory(): Promise<number>;
  /** Packets that the bot gave the node so far, and texts that it dealt with. */
  readonly counts: { sent: number; handled: number };
}

/** Starts it and waits for the handshake. */
export async function startGatheringBot(seed: number): Promise<GatheringBot> {
  const clock = createSteppedClock();
  const timers = countTimers(clock.speaking);
  const node = await startSimulatedNode({ clock, seed, acceptPollMs: 0, airScale: 0.02, nodes: 250 });
  const mesh = startMesh({ node, seed, nodes: 0, chat: false, beacons: false });
  node.on("fromRadio", clock.traffic);
  node.on("toRadio", clock.traffic);
  const folder = await Deno.makeTempDir({ prefix: "meshbot-soak-" });
  const env = {
    MESHBOT_NODE_HOST: "127.0.0.1",
    MESHBOT_NODE_PORT: String(node.port),
    MESHBOT_DATA_DIR: join(folder, "data"),
    MESHBOT_MONITOR_ENABLED: "false",
    MESHBOT_MESH_CHANNELS: "0",
  };
  const counts = { sent: 0, handled: 0 };
  let thread: Worker | undefined;
  const startWorker = () => thread = new Worker(new URL("store_worker.ts", import.meta.url), { type: "module", name: "soak-store" });
  const { config } = loadConfig({ file: null, env, cwd: "/" });
  const app = await clock.settle(startApp({
    config,
    version: "0.0.0",
    clock: timers,
    store: (nodes) =>
      openStore({
        folder: config.data_dir,
        clock: timers,
        keepDays: config.store.keep_days,
        maxMb: config.store.max_mb,
        nodes,
        startWorker,
      }),
    onSent() {
      counts.sent += 1;
      clock.traffic();
    },
    onHandled: () => void (counts.handled += 1),
  }));
  while (app.link.state.kind !== "ready" || node.station.timeS() === 0) await clock.run(100);
  return {
    app,
    node,
    mesh,
    clock,
    timers,
    folder: join(folder, "data"),
    counts,
    heldByHistory() {
      return new Promise((resolve, reject) => {
        const hear = ({ data }: MessageEvent<FromHistory | HeldMessage>) => {
          if (data.type !== "held") return;
          thread?.removeEventListener("message", hear);
          resolve(data.bytes);
        };
        if (thread === undefined) return reject(new Error("the history has no thread"));
        thread.addEventListener("message", hear);
        thread.postMessage({ type: "held", bytes: 0 } satisfies HeldMessage);
      });
    },
    async [Symbol.asyncDispose]() {
      await clock.settle(app.stop());
      mesh.stop();
      await node.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
