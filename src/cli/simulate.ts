/** `meshbot simulate`. */
import { systemClock } from "../clock.ts";
import { UsageError } from "../errors.ts";
import { startLog, stopLog } from "../log.ts";
import { nearest } from "../nearest.ts";
import { defineCommand } from "./command.ts";
import { table } from "./help.ts";
import { STOP_LIMIT_MS, untilStopped } from "./until_stopped.ts";

/** Serves a simulated node alone. */
export const simulateCommand = defineCommand({
  name: "simulate",
  summary: "Serve a simulated node with a mesh around it, on this machine only",
  usage: "[--port N] [--nodes N] [--seed N] [--scenario NAME]",
  description: [
    "Behaves as a Meshtastic node with its TCP API on 127.0.0.1: it serves one client, and a new one ends the old connection.",
    'The first line on standard output is "listening on 127.0.0.1:PORT". SIGINT (Ctrl+C) or SIGTERM ends it.',
  ].join("\n"),
  options: {
    port: { type: "integer", value: "N", min: 0, max: 65535, default: 4403, help: "TCP port; 0 takes any that is free" },
    nodes: { type: "integer", value: "N", min: 0, max: 10_000, default: 30, help: "Virtual nodes on the mesh" },
    seed: {
      type: "integer",
      value: "N",
      min: 0,
      max: 0xffff_ffff,
      default: 1,
      help: "The same number gives the same nodes, texts and faults",
    },
    scenario: { type: "text", value: "NAME", help: "What goes wrong with the node and the link", default: "calm" },
  },
  exitCodes: { 0: "it was told to stop, and did", 1: "the port is in use or not allowed, or it did not stop in time" },
  examples: ["meshbot simulate --port 4403", "meshbot simulate --port 0 --nodes 200 --seed 7 --scenario flaky"],
  async moreHelp() {
    const { SCENARIOS } = await import("../simulator/scenario.ts");
    return ["Scenarios:", ...table(SCENARIOS.map(({ name, summary }) => [name, summary]))];
  },
  async run({ args, signal, write, writeError }) {
    const { SCENARIOS, startSimulation } = await import("../simulator/scenario.ts");
    const scenario = args.scenario ?? "calm";
    const names = SCENARIOS.map(({ name }) => name);
    if (!names.includes(scenario)) throw new UsageError(unknownScenario(scenario, names));
    // The simulator says through the log what befalls it.
    startLog({ format: "text", debug: false });
    try {
      const outcome = await untilStopped(
        async () => {
          const simulation = await startSimulation({ port: args.port, nodes: args.nodes, seed: args.seed, scenario });
          write(`listening on 127.0.0.1:${simulation.node.port}`);
          return { ended: new Promise<void>(() => {}), stop: () => simulation.stop() };
        },
        signal,
        systemClock,
      );
      if (outcome !== "late") return 0;
      writeError(`meshbot simulate: not stopped within ${STOP_LIMIT_MS / 1000} s: a connection still holds on; ending all the same`);
      return 1;
    } catch (error) {
      const advice = portAdvice(error, args.port);
      if (advice === undefined) throw error;
      writeError(`meshbot simulate: ${advice}`);
      return 1;
    } finally {
      stopLog();
    }
  },
});

function unknownScenario(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const unknown = `unknown scenario ${JSON.stringify(name)}`;
  return near === undefined ? `${unknown}. Known are ${known.join(", ")}` : `${unknown}. Did you mean: meshbot simulate --scenario ${near}`;
}

function portAdvice(error: unknown, port: number): string | undefined {
  const another = "choose another with --port N, or any that is free with --port 0";
  switch ((error as { code?: unknown } | undefined)?.code) {
    case "EADDRINUSE":
      return `cannot listen on port ${port}, another program has it: ${another}`;
    case "EACCES":
      return `cannot listen on port ${port}, this user may not use the ports below 1024: ${another}`;
    default:
      return undefined;
  }
}
