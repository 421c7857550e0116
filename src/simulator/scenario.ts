/** What can go wrong with a node, as named schedules: the same seed gives the same faults in the same order. */
import type { Clock, Timer } from "../clock.ts";
import { UsageError } from "../errors.ts";
import { type Mesh, startMesh } from "./mesh.ts";
import { type SimulatedNode, startSimulatedNode } from "./node.ts";
import type { SimulatedNodeOptions } from "./node_options.ts";
import { Random } from "./random.ts";

/** A named schedule of faults. */
export interface Scenario {
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  /** What the node is made like. */
  readonly node?: Partial<SimulatedNodeOptions>;
  /** Virtual nodes at least. */
  readonly minNodes?: number;
  /** Starts the faults; returns the function that ends them. */
  readonly start?: (context: ScenarioContext) => () => void;
}

/** What a scenario works with. */
export interface ScenarioContext {
  readonly node: SimulatedNode;
  readonly clock: Clock;
  readonly random: Random;
}

/** Every scenario, the default first. */
export const SCENARIOS: readonly Scenario[] = [
  { name: "calm", summary: "nothing goes wrong" },
  {
    name: "flaky",
    summary: "every 15 to 60 s the node ends the connection, in order (FIN) or not (RST)",
    start: ({ node, clock, random }) =>
      repeat(clock, () => random.between(15_000, 60_000), () => random.chance(0.5) ? node.hangUp() : node.reset()),
  },
  {
    name: "silent",
    summary: "every 2 minutes the node freezes for 100 s with its sockets open",
    start: ({ node, clock }) => {
      let silent = false;
      const stop = repeat(clock, () => silent ? 100_000 : 120_000, () => node.goSilent(silent = !silent));
      return () => {
        stop();
        node.goSilent(false);
      };
    },
  },
  {
    name: "away",
    summary: "every 90 s the node is off the network for 5 to 90 s: connections are refused",
    start: ({ node, clock, random }) =>
      repeat(clock, () => 90_000, () => {
        node.hangUp();
        node.refuse(random.between(5000, 85_000));
      }),
  },
  {
    name: "reboot",
    summary: "the node restarts every 90 s, and forgets the time and what waited",
    start: ({ node, clock }) => repeat(clock, () => 90_000, () => node.reboot()),
  },
  {
    name: "thief",
    summary: "another client takes the connection 2 s after each handshake, eight times, then rests for 5 minutes",
    start: startThief,
  },
  {
    name: "garbage",
    summary: "log lines, lone markers, impossible lengths and half frames between the frames, every second",
    start: ({ node, clock, random }) =>
      repeat(clock, () => 1000, () => random.chance(0.2) ? node.halfFrame() : node.garbage(random.integer(1, 300))),
  },
  {
    name: "slow",
    summary: "a connection is taken up after 3 s, and every frame comes in pieces of 7 bytes",
    start: ({ node }) => {
      node.slowAccept(3000);
      node.splitWrites(7);
      return () => {
        node.slowAccept(0);
        node.splitWrites(undefined);
      };
    },
  },
  { name: "crowd", summary: "250 nodes, and 2,000 packets an hour", minNodes: 250 },
  { name: "old-firmware", summary: "2.6.11: no answer to heartbeats, no limits, no idle close", node: { firmware: "2.6.11" } },
  { name: "new-firmware", summary: "2.8.0: thin NodeInfo, positions and metrics after the handshake", node: { firmware: "2.8.0" } },
];

/** A node with its mesh and its faults. */
export interface Simulation {
  readonly node: SimulatedNode;
  readonly mesh: Mesh;
  readonly scenario: Scenario;
  /** Stops everything; resolves when no socket is left. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a simulation is made from. */
export interface SimulationOptions extends Omit<SimulatedNodeOptions, "nodes"> {
  /** Virtual nodes on the mesh, 30 by default; a scenario may want more. */
  readonly nodes?: number;
  /** The name of a scenario. */
  readonly scenario?: string;
}

/** The scenario of that name; throws UsageError with the known ones for any other. */
export function findScenario(name: string): Scenario {
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (scenario !== undefined) return scenario;
  throw new UsageError(`unknown scenario ${JSON.stringify(name)}: known are ${SCENARIOS.map((known) => known.name).join(", ")}`);
}

/** Starts a node, its mesh and a scenario; rejects when the port is taken. */
export async function startSimulation(options: SimulationOptions = {}): Promise<Simulation> {
  const { nodes: wanted = 30, scenario: name = "calm", seed = 1, ...nodeOptions } = options;
  const scenario = findScenario(name);
  const node = await startSimulatedNode({ ...nodeOptions, ...scenario.node, seed });
  const mesh = startMesh({ node, seed, nodes: Math.max(wanted, scenario.minNodes ?? 0) });
  const end = scenario.start?.({ node, clock: node.clock, random: new Random(seed).fork(scenario.name) });
  async function stop(): Promise<void> {
    end?.();
    mesh.stop();
    await node.stop();
  }
  return { node, mesh, scenario, stop, [Symbol.asyncDispose]: stop };
}

function startThief({ node, clock }: ScenarioContext): () => void {
  const timers = new Set<Timer>();
  let thefts = 0;
  function later(delayMs: number, action: () => void): void {
    const timer = clock.after(delayMs, () => {
      timers.delete(timer);
      action();
    });
    timers.add(timer);
  }
  const unlisten = node.on("configured", () => {
    if (thefts >= 8) return;
    thefts += 1;
    if (thefts === 8) later(300_000, () => thefts = 0);
    later(2000, () => node.steal());
  });
  return () => {
    unlisten();
    for (const timer of timers) timer.cancel();
  };
}

/** Calls `action` again and again, with a pause that is asked for each time. */
function repeat(clock: Clock, pauseMs: () => number, action: () => void): () => void {
  let timer: Timer;
  function later(): void {
    timer = clock.after(pauseMs(), () => {
      action();
      later();
    });
  }
  later();
  return () => timer.cancel();
}
