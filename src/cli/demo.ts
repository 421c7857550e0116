/** `meshbot demo`. */
import { VERSION } from "../version.ts";
import { defineCommand } from "./command.ts";

/** Lets one talk to the bot on a simulated mesh. */
export const demoCommand = defineCommand({
  name: "demo",
  summary: "Talk to the bot on a simulated mesh",
  usage: "[--json] [--seed N]",
  description: [
    "Runs the bot on a simulated node with a mesh of virtual people around it; no radio is needed.",
    "You are a person on that mesh: a line that you type is a direct message to the bot, a line #text goes to the channel.",
    "When standard input is not a terminal, each line is one message, sent when the answer to the one before is complete.",
    "It writes only to a temporary folder.",
  ].join("\n"),
  options: {
    json: { type: "flag", help: "Print nothing but one JSON object a line: each message on the air and each delivery" },
    seed: {
      type: "integer",
      value: "N",
      min: 0,
      max: 0xffff_ffff,
      default: 1,
      help: "The same number gives the same virtual texts in the same order",
    },
  },
  exitCodes: { 0: "the input ended and every answer is complete, or it was told to stop" },
  examples: ["meshbot demo", "printf '/ping\\n/nodes\\n' | meshbot demo --json --seed 7"],
  async run({ args, env, stdin, write, writeError, signal }) {
    const { runDemo } = await import("../demo/mod.ts");
    return await runDemo({
      json: args.json,
      seed: args.seed,
      env: { ...env },
      stdin: stdin.readable(),
      stdinIsTerminal: stdin.isTerminal(),
      write,
      writeError,
      signal,
      version: VERSION,
    });
  },
});
