/**
 * The demo: the bot on a simulated node with a mesh around it, and one person on that mesh whom the user plays. The
 * node is a real TCP server on loopback and the bot's own link talks to it; nothing in between is made for the demo.
 */
import { type App, startApp } from "../app.ts";
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config.ts";
import type { Config } from "../config.ts";
import type { LoRaConfig } from "../link/messages.ts";
import { ModemPreset, PortNum } from "../link/enums.ts";
import { startLog, stopLog } from "../log.ts";
import { modemOf, onAirBytes, timeOnAirMs } from "../mesh/airtime.ts";
import { BROADCAST_NUM } from "../node_id.ts";
import { startMesh } from "../simulator/mesh.ts";
import type { AirText } from "../simulator/mesh_events.ts";
import { startSimulatedNode } from "../simulator/node.ts";
import { Answers } from "./answers.ts";
import { jsonReport, personReport } from "./report.ts";
import { playScript } from "./script.ts";
import { startTerminal, type Terminal, TERMINAL_HELP } from "./terminal.ts";

const LOG_LINES_KEPT = 30;
const VIRTUAL_NODES = 30;
const PRIMARY_CHANNEL = "0";
// What the Data around a text takes: port number, length, reply_id, bitfield.
const DATA_OVERHEAD_BYTES = 11;

/** How the demo is run. */
export interface DemoOptions {
  /** One JSON object a line on standard output and nothing else. */
  readonly json: boolean;
  readonly seed: number;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdinIsTerminal: boolean;
  /** A line for standard output, and one for standard error. */
  readonly write: (line: string) => void;
  readonly writeError: (line: string) => void;
  readonly signal: AbortSignal;
  readonly version: string;
}

/** Runs the demo to its end; returns the exit code. Throws UsageError when MESHBOT_ variables of the environment are wrong. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const dataDir = await Deno.makeTempDir({ prefix: "meshbot-demo-" });
  const log: string[] = [];
  try {
    await using node = await startSimulatedNode({ seed: options.seed });
    using mesh = startMesh({ node, seed: options.seed, nodes: VIRTUAL_NODES });
    const person = mesh.addPerson({ longName: "You (demo)", shortName: "You" });
    const config = demoConfig(options.env, { port: node.port, dataDir });
    startLog({ format: "text", debug: config.debug, write: (line) => keepLast(log, line) });

    // deno-lint-ignore prefer-const -- what stands below reads it before it has its value
    let app: App | undefined;
    let terminal: Terminal | undefined;
    const print = (line: string): void => terminal === undefined ? options.write(line) : terminal.print(line);
    const nameOf = (nodeNum: number): string => app?.nodes.nameOf(nodeNum) ?? String(nodeNum);
    const report = options.json
      ? jsonReport(options.write)
      : personReport({ write: print, personNum: person.node.num, botNum: node.nodeNum, nameOf, airtimeMs });
    mesh.on("text", (text) => report.text(text));
    // The bot knows of its own messages what a bot can know; how the others' went, the simulation tells.
    mesh.on("delivery", (delivery) => {
      if (delivery.from !== node.nodeNum) report.delivery(delivery);
    });

    const answers = new Answers({ clock: systemClock, openParts: (id) => app?.outbox.openParts(id) ?? 0 });
    app = await startApp({
      config,
      version: options.version,
      onSent: ({ draft }) => answers.heard(draft.answerId),
      onEnd({ draft, id, outcome }) {
        if (draft.portnum !== PortNum.TEXT_MESSAGE_APP) return;
        const reason = "reason" in outcome ? { reason: outcome.reason } : {};
        report.delivery({
          at: systemClock.wallMs(),
          id,
          from: node.nodeNum,
          to: draft.to,
          delivery: outcome.kind,
          pki: draft.publicKey !== undefined,
          ...reason,
        });
        answers.heard(draft.answerId);
      },
      onHandled: (request) => answers.handled(request.id),
    });
    try {
      await ready(app, options.signal);
      const speaker = {
        sendDirect: (text: string) => unlessTooLong(() => person.sendDirect(text), options.writeError),
        sendChannel: (text: string) => unlessTooLong(() => person.sendChannel(text), options.writeError),
      };
      if (options.stdinIsTerminal) {
        for (const line of welcome(nameOf(node.nodeNum), config)) print(line);
        terminal = startTerminal({ speaker, log: () => log, signal: options.signal });
        await terminal.left;
      } else {
        await playScript({ stdin: options.stdin, speaker, answers, signal: options.signal });
      }
    } finally {
      await app.stop();
    }
    return 0;
  } finally {
    stopLog();
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** The operator's own settings hold in the demo too, except for the node and where files go. */
function demoConfig(env: Readonly<Record<string, string>>, demo: { readonly port: number; readonly dataDir: string }): Config {
  return loadConfig({
    file: null,
    cwd: demo.dataDir,
    env: {
      MESHBOT_ECHO_CHANNEL: PRIMARY_CHANNEL,
      ...env,
      MESHBOT_NODE_HOST: "127.0.0.1",
      MESHBOT_NODE_PORT: String(demo.port),
      MESHBOT_DATA_DIR: demo.dataDir,
    },
  }).config;
}

/** What a radio would refuse as too long is said, and the demo goes on. */
function unlessTooLong(send: () => number, writeError: (line: string) => void): number | undefined {
  try {
    return send();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    writeError(error.message);
    return undefined;
  }
}

function welcome(botName: string, config: Config): string[] {
  return [
    `You are a person on a simulated mesh of ${VIRTUAL_NODES} nodes. The bot lives on ${botName}.`,
    TERMINAL_HELP,
    `As on the air, it answers ${config.mesh.commands_per_5_minutes} commands in 5 minutes (MESHBOT_MESH_COMMANDS_PER_5_MINUTES).`,
    "",
  ];
}

function ready(app: App, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      unlisten();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const unlisten = app.link.listen((event) => {
      if (event.state.kind === "ready") done();
    });
    signal.addEventListener("abort", done, { once: true });
    if (app.link.state.kind === "ready" || signal.aborted) done();
  });
}

function airtimeMs(text: AirText): number {
  const preset: Pick<LoRaConfig, "usePreset" | "modemPreset"> = { usePreset: true, modemPreset: ModemPreset.LONG_FAST };
  const bytes = onAirBytes({ dataLengthBytes: text.bytes + DATA_OVERHEAD_BYTES, pki: text.to !== BROADCAST_NUM });
  return timeOnAirMs(bytes, modemOf(preset as LoRaConfig));
}

function keepLast(lines: string[], line: string): void {
  lines.push(line);
  if (lines.length > LOG_LINES_KEPT) lines.shift();
}
