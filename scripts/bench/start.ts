/** (g) From the start of the process to its first log line, to a ready link with 100 nodes, and to its first answer. */
import { fileURLToPath } from "node:url";
import { delay, systemClock } from "../../src/clock.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { ToRadio } from "../../src/link/messages.ts";
import { startMesh } from "../../src/simulator/mesh.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { startClient } from "./client_process.ts";
import { type Figure, type Measurement, median } from "./figure.ts";

const ROUNDS = 7;
const NODES = 100;
const LOOKS_EVERY_MS = 100;
const ANSWER_LIMIT_MS = 20_000;

/** What is started, and the line that says that it is ready. */
interface Program {
  readonly args: (port: string) => string[];
  readonly ready: RegExp;
}

const OURS: Program = { args: () => [scriptPath("../../main.ts"), "run"], ready: /\bready: our node is / };
const BARE: Program = { args: (port) => [scriptPath("bare_program.ts"), port], ready: /^ready$/ };

/** Milliseconds since the process was started. */
interface Start {
  readonly firstLineMs: number;
  readonly readyMs: number;
  readonly answerMs: number;
}

/** The figure. */
export const startFigure: Figure = {
  letter: "g",
  title: `start of the program, a node that knows ${NODES} others`,
  waits: false,
  async measure(): Promise<Measurement[]> {
    const ours: Start[] = [];
    const bare: Start[] = [];
    // The first fills the code cache, as an installed program has it.
    for (let round = 0; round <= ROUNDS; round += 1) {
      ours.push(await start(round, OURS));
      bare.push(await start(round, BARE));
    }
    const row = (what: string, of: (start: Start) => number, atMost: number, rival: string, how: string): Measurement => {
      const [ourMs = [], bareMs = []] = [ours, bare].map((starts) => starts.slice(1).map(of));
      return {
        what,
        measured: median(ourMs) / 1000,
        unit: "s",
        target: { atMost },
        rival: { name: rival, measured: median(bareMs) / 1000 },
        detail: `median of ${ROUNDS} starts of \`deno run main.ts run\`, longest ${(Math.max(...ourMs) / 1000).toFixed(3)} s; ${how}`,
      };
    };
    return [
      row("start: first log line", ({ firstLineMs }) => firstLineMs, 0.2, "bare script", "the rival is a script that says one word"),
      row(
        `start: link ready, ${NODES} nodes`,
        ({ readyMs }) => readyMs,
        0.5,
        "bare socket",
        "the rival connects and asks for the configuration, no more; the node looks for connections every 0.1 s",
      ),
      row(
        "start: first answer",
        ({ answerMs }) => answerMs,
        1,
        "bare socket",
        "a /ping waits in the node, and the answer is written to it; the rival answers each text with one word",
      ),
    ];
  },
};

/** Starts a program beside a node that has a /ping for it. */
async function start(round: number, { args, ready }: Program): Promise<Start> {
  await using node = await startSimulatedNode({ nodes: NODES, telemetryMs: 1e9, airScale: 0.02 });
  const mesh = startMesh({ node, nodes: 0, chat: false, beacons: false });
  const folder = await Deno.makeTempDir({ prefix: "meshbot-bench-" });
  try {
    const person = mesh.addPerson({ longName: "Alice Martin", shortName: "Alic" });
    const { queued } = node;
    person.sendDirect("/ping");
    while (node.queued === queued) await delay(systemClock, 5);
    const answered = node.waitFor("toRadio", ({ message }) => isAnswer(message)).then(() => systemClock.nowMs());
    // A node at any moment between two looks for connections, and at the same ones for both programs.
    await delay(systemClock, LOOKS_EVERY_MS * round / ROUNDS);
    let firstLineMs: number | undefined;
    const startedAtMs = systemClock.nowMs();
    await using _program = await startClient(Deno.execPath(), ["run", "--no-prompt", "-A", ...args(String(node.port))], {
      env: { MESHBOT_NODE_HOST: "127.0.0.1", MESHBOT_NODE_PORT: String(node.port), MESHBOT_DATA_DIR: folder },
      cwd: folder,
      ready,
      onLine: () => firstLineMs ??= systemClock.nowMs() - startedAtMs,
    });
    const readyMs = systemClock.nowMs() - startedAtMs;
    const limit = new AbortController();
    const late = delay(systemClock, ANSWER_LIMIT_MS, limit.signal).then(() => NaN, () => NaN);
    const answerMs = await Promise.race([answered, late]) - startedAtMs;
    limit.abort();
    return { firstLineMs: firstLineMs ?? NaN, readyMs, answerMs };
  } finally {
    mesh.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

function isAnswer({ payloadVariant }: ToRadio): boolean {
  if (payloadVariant.case !== "packet" || payloadVariant.value.payloadVariant.case !== "decoded") return false;
  const { portnum, replyId } = payloadVariant.value.payloadVariant.value;
  return portnum === PortNum.TEXT_MESSAGE_APP && replyId !== 0;
}

function scriptPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
