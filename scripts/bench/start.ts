/** (g) From the start of the process to its first log line, and to a ready link with 100 nodes. */
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/clock.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { type Figure, type Measurement, median } from "./figure.ts";

const ROUNDS = 7;
const NODES = 100;

/** The figure. */
export const startFigure: Figure = {
  letter: "g",
  title: `start of the program, a node that knows ${NODES} others`,
  waits: false,
  async measure(): Promise<Measurement[]> {
    const starts: { firstLineMs: number; readyMs: number }[] = [];
    // The first fills the code cache, as an installed program has it.
    for (let round = 0; round <= ROUNDS; round += 1) starts.push(await start());
    starts.shift();
    const first = starts.map(({ firstLineMs }) => firstLineMs);
    const ready = starts.map(({ readyMs }) => readyMs);
    return [
      {
        what: "start: first log line",
        measured: median(first) / 1000,
        unit: "s",
        target: { atMost: 0.2 },
        detail: `median of ${ROUNDS} starts of \`deno run main.ts run\`, longest ${(Math.max(...first) / 1000).toFixed(3)} s`,
      },
      {
        what: `start: link ready, ${NODES} nodes`,
        measured: median(ready) / 1000,
        unit: "s",
        target: { atMost: 0.5 },
        detail: `median of ${ROUNDS}, longest ${(Math.max(...ready) / 1000).toFixed(3)} s; the node looks for connections every 0.1 s`,
      },
    ];
  },
};

async function start(): Promise<{ firstLineMs: number; readyMs: number }> {
  await using node = await startSimulatedNode({ nodes: NODES });
  const folder = await Deno.makeTempDir({ prefix: "meshbot-bench-" });
  const startedAtMs = systemClock.nowMs();
  const bot = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", fileURLToPath(new URL("../../main.ts", import.meta.url)), "run"],
    env: { MESHBOT_NODE_HOST: "127.0.0.1", MESHBOT_NODE_PORT: String(node.port), MESHBOT_DATA_DIR: folder, NO_COLOR: "1" },
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let firstLineMs: number | undefined;
  let text = "";
  try {
    for await (const chunk of bot.stderr.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
      const nowMs = systemClock.nowMs();
      text += chunk;
      if (text.includes("\n")) firstLineMs ??= nowMs - startedAtMs;
      if (firstLineMs !== undefined && /\bready: our node is /.test(text)) return { firstLineMs, readyMs: nowMs - startedAtMs };
    }
    throw new Error(`The bot ended before its link was ready: ${text}`);
  } finally {
    bot.kill("SIGKILL");
    await bot.status;
    await Deno.remove(folder, { recursive: true });
  }
}
