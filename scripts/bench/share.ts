/**
 * (v) The virtual node: the whole bot shares its radio with clients. How much later they have a packet than from the node itself, what
 * they cost, how soon the bot answers beside them, and whether each hears everything. `minutes` is how long the last of it goes on.
 */
import { startMesh } from "../../src/simulator/mesh.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import type { Figure, Measurement, MeasureOptions } from "./figure.ts";
import { measureBusy, measureIdle } from "./share_answers.ts";
import { startSharingBot } from "./share_bot.ts";
import { measureCrowd } from "./share_crowd.ts";
import { measureDelay } from "./share_delay.ts";
import { measureMemory } from "./share_memory.ts";

const NODES = 100;
const CROWD_MS = 20_000;

/** The figure. */
export const shareFigure: Figure = {
  letter: "v",
  title: "the virtual node: clients share the bot's radio",
  waits: false,
  async measure({ minutes }: MeasureOptions): Promise<Measurement[]> {
    const crowdMs = minutes === undefined ? CROWD_MS : minutes * 60_000;
    return [...await measureOneBot(), ...await measureCrowd(crowdMs)];
  },
};

/** The memory first: it is that of a bot which has not had a client before. */
async function measureOneBot(): Promise<Measurement[]> {
  // The law's share of the hour and the node's own telemetry would let the bot fall silent.
  const options = { queueSize: 200, acceptPollMs: 10, airScale: 0.02, dutyCyclePercent: 100, telemetryMs: 1e9 };
  await using node = await startSimulatedNode({ ...options, nodes: NODES });
  using mesh = startMesh({ node, nodes: 0, chat: false, beacons: false });
  await using bot = await startSharingBot(node.port);
  const memory = await measureMemory(bot);
  const idle = await measureIdle({ node, mesh, bot });
  const added = await measureDelay({ node, bot });
  return [added, memory, idle, ...await measureBusy({ node, mesh, bot })];
}
