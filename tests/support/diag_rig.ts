/** A diagnosis of a simulated node over real sockets, both on one clock that the test turns. */
import type { Clock } from "../../src/clock.ts";
import { diagnose, type DiagnoseOptions, type Diagnosis } from "../../src/diag/diagnose.ts";
import { Screen } from "../../src/diag/progress.ts";
import type { SimulatedNodeOptions } from "../../src/simulator/node_options.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import { type ConnectFunction, connectTcp } from "../../src/link/connection.ts";
import { wrapSocket } from "./link_rig.ts";
import { createSteppedClock, type SteppedClock } from "./stepped_clock.ts";

const STEP_MS = 2000;
const LAST_TURNS = 100;

/** What a test wants to be different. */
export interface DiagnosisOptions extends Partial<DiagnoseOptions> {
  readonly node?: SimulatedNodeOptions;
  /** Told about the node before the diagnosis begins. */
  readonly before?: (node: SimulatedNode, clock: SteppedClock) => void;
  readonly columns?: number;
}

/** What came of it. */
export interface DiagnosisRun extends Diagnosis {
  /** What was shown meanwhile. */
  readonly lines: readonly string[];
  /** What the node was told, in order. */
  readonly said: readonly string[];
  readonly node: SimulatedNode;
}

/** Diagnoses a fresh node whose mesh is quiet, for 20 s unless told otherwise. */
export async function diagnoseNode(options: DiagnosisOptions = {}): Promise<DiagnosisRun> {
  const clock = createSteppedClock();
  const lines: string[] = [];
  const said: string[] = [];
  await using node = await startSimulatedNode({ clock, acceptPollMs: 0, airScale: 0, telemetryMs: 1e9, nodes: 2, ...options.node });
  node.on("toRadio", ({ message }) => said.push(message.payloadVariant.case ?? "nothing"));
  for (const event of ["dial", "accept", "toRadio", "fromRadio", "closed", "listening"] as const) node.on(event, clock.traffic);
  options.before?.(node, clock);
  const running = diagnose({
    ...defaults(clock, lines, options.columns),
    target: { host: "127.0.0.1", port: node.port },
    ...options,
    connect: noticed(options.connect ?? connectTcp, clock),
  });
  let settled = false;
  const done = () => void (settled = true);
  running.then(done, done);
  while (!settled) await clock.run(STEP_MS);
  const diagnosis = await running;
  // The farewell is still under way; a node that plays dead will not notice it.
  for (let turn = 0; turn < LAST_TURNS && node.connections.current; turn += 1) await clock.run(0);
  return { ...diagnosis, lines, said, node };
}

/** Time stands still while something crosses a socket. */
function noticed(connect: ConnectFunction, clock: SteppedClock): ConnectFunction {
  return async (...args) => {
    const socket = await connect(...args);
    clock.traffic();
    return wrapSocket(socket, {
      async read(into) {
        const count = await socket.read(into);
        clock.traffic();
        return count;
      },
      write(bytes) {
        clock.traffic();
        return socket.write(bytes);
      },
    });
  };
}

/** The options of a diagnosis that need no node. */
export function defaults(clock: Clock, lines: string[], columns?: number): Omit<DiagnoseOptions, "target"> {
  return {
    mode: "default",
    durationMs: 20_000,
    takeOver: false,
    botFolders: [],
    monitor: { checkIntervalMs: 30_000, silentTimeoutMs: 60_000 },
    clock,
    signal: new AbortController().signal,
    screen: new Screen((line) => lines.push(line), columns),
  };
}
