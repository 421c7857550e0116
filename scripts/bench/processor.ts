/**
 * (p) What the bot takes of a processor and of memory at 0, 1 and 140 packets a second, beside the official client and a bare socket that
 * decodes; each has its own node, and hears the same packets at the same times.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { delay, systemClock } from "../../src/clock.ts";
import type { MeshPacket } from "../../src/link/messages.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import { Random } from "../../src/simulator/random.ts";
import { BUNDLE_ARGS, makeBundle } from "./bundle.ts";
import { type ClientProcess, startClient } from "./client_process.ts";
import type { Figure, Measurement, Rival } from "./figure.ts";
import { officialScript } from "./official.ts";
import { processorMs, residentMiB } from "./process_use.ts";
import { somePacket } from "./store_packets.ts";

const NODES = 100;
/** A quiet node, a large mesh at its busiest hour, and the worst burst that was seen on any. */
const RATES = [{ rate: 0, atMostPercent: 1 }, { rate: 1, atMostPercent: 1 }, { rate: 140, atMostPercent: 10 }] as const;
const MEASURED_MS = 20_000;
// What a start leaves to do: compiling, collecting, the first look at everything.
const SETTLE_MS = 8000;
const BETWEEN_MS = 1000;
const STEP_MS = 10;
const LOAD_ATMOST_MIB = 120;

/** A client, its node, and what it used in each phase. */
interface Subject extends AsyncDisposable {
  readonly name: string;
  readonly node: SimulatedNode;
  readonly process: ClientProcess;
  /** Of one processor. */
  readonly percents: number[];
  readonly mebibytes: number[];
  /** Packets that the node could not give to it. */
  lost: number;
}

/** The figure. */
export const processorFigure: Figure = {
  letter: "p",
  title: `processor and memory at ${RATES.map(({ rate }) => rate).join(", ")} packets/s`,
  waits: false,
  async measure(): Promise<Measurement[]> {
    const folder = await Deno.makeTempDir({ prefix: "meshbot-processor-" });
    try {
      const bundle = await makeBundle(folder);
      // The first start compiles everything anew; the later ones find that done, as an installed program does.
      await (await startOurs(bundle, join(folder, "first")))[Symbol.asyncDispose]();
      await using ours = await startOurs(bundle, join(folder, "data"));
      await using bare = await startSubject("bare socket", Deno.execPath(), ["run", "-A", scriptPath("bare_program.ts")]);
      const script = await officialScript("official_client.mjs");
      await using official = script === undefined ? undefined : await startSubject("official client", "node", [script]);
      const subjects = [ours, bare, ...official === undefined ? [] : [official]];
      await delay(systemClock, SETTLE_MS);
      for (const { rate } of RATES) await measureAt(rate, subjects);
      return rowsOf(ours, subjects);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

async function measureAt(rate: number, subjects: readonly Subject[]): Promise<void> {
  await delay(systemClock, BETWEEN_MS);
  const before = subjects.map(({ process }) => processorMs(process.pid));
  const startedAtMs = systemClock.nowMs();
  await talk(rate, subjects, startedAtMs);
  const elapsedMs = systemClock.nowMs() - startedAtMs;
  subjects.forEach(({ process, percents, mebibytes }, index) => {
    percents.push((processorMs(process.pid) - (before[index] as number)) / elapsedMs * 100);
    mebibytes.push(residentMiB(process.pid));
  });
}

/** The mesh of each node says the same at the same pace, whatever the machine does meanwhile. */
async function talk(rate: number, subjects: readonly Subject[], startedAtMs: number): Promise<void> {
  const random = new Random(rate + 1);
  for (let told = 0; systemClock.nowMs() - startedAtMs < MEASURED_MS;) {
    const due = (systemClock.nowMs() - startedAtMs) / 1000 * rate;
    for (; told < due; told += 1) {
      const packet = broadcast(random);
      for (const { node } of subjects) node.receiveFromMesh(packet);
    }
    await delay(systemClock, STEP_MS);
  }
}

/** A packet that the node gives to its client: what is for other nodes it keeps for itself. */
function broadcast(random: Random): MeshPacket {
  for (;;) {
    const packet = somePacket(random, systemClock.wallMs());
    if (packet.to === BROADCAST_NUM) return packet;
  }
}

function rowsOf(ours: Subject, subjects: readonly Subject[]): Measurement[] {
  // The official client where there is one: it is what people would use instead.
  const rival = subjects.at(-1) as Subject;
  const all = (phase: number, of: "percents" | "mebibytes", unit: string) =>
    subjects.map((subject) => `${subject === ours ? "the bot" : subject.name} ${(subject[of][phase] ?? NaN).toFixed(2)} ${unit}`).join(
      ", ",
    );
  const rivalAt = (phase: number, of: "percents" | "mebibytes", steady: boolean): Rival => {
    const measured = rival[of][phase] ?? NaN;
    return { name: rival.name, measured, ...(steady ? {} : { unsteady: true }) };
  };
  const last = RATES.length - 1;
  return [
    ...RATES.map(({ rate, atMostPercent }, phase): Measurement => ({
      what: `share of one processor at ${rate} packet${rate === 1 ? "" : "s"}/s`,
      measured: ours.percents[phase] ?? NaN,
      unit: "%",
      target: { atMost: atMostPercent },
      // So little that a single collection of garbage doubles it.
      rival: rivalAt(phase, "percents", phase === last),
      detail: `utime and stime of the process in ${MEASURED_MS / 1000} s; ${
        all(phase, "percents", "%")
      }; only the bot keeps nodes and history`,
    })),
    {
      what: `memory after ${MEASURED_MS / 1000} s of ${RATES[last]?.rate} packets/s`,
      measured: ours.mebibytes[last] ?? NaN,
      unit: "MiB",
      target: { atMost: LOAD_ATMOST_MIB },
      rival: rivalAt(last, "mebibytes", true),
      detail: `VmRSS; ${all(last, "mebibytes", "MiB")}; before it, at 0 packets/s: ${all(0, "mebibytes", "MiB")}`,
    },
    {
      what: "packets that a node could not give to the bot",
      measured: ours.lost,
      unit: "",
      target: { atMost: 0 },
      detail: `its queue holds 32; ${subjects.map(({ name, lost }) => `${name} ${lost}`).join(", ")}`,
    },
  ];
}

async function startOurs(bundle: string, folder: string): Promise<Subject> {
  await Deno.mkdir(folder);
  return await startSubject("meshbot", Deno.execPath(), [...BUNDLE_ARGS, bundle, "run"], (port) => ({
    cwd: folder,
    ready: /\bready: our node is /,
    env: {
      MESHBOT_NODE_HOST: "127.0.0.1",
      MESHBOT_NODE_PORT: String(port),
      MESHBOT_DATA_DIR: folder,
      MESHBOT_WEATHER_ENABLED: "false",
    },
  }));
}

/** Starts a client on a node of its own; without options it is told the port as its last argument. */
async function startSubject(
  name: string,
  program: string,
  args: readonly string[],
  options?: (port: number) => Parameters<typeof startClient>[2],
): Promise<Subject> {
  const node = await startSimulatedNode({ nodes: NODES });
  try {
    const process = options === undefined
      ? await startClient(program, [...args, String(node.port)])
      : await startClient(program, args, options(node.port));
    const subject: Subject = {
      name,
      node,
      process,
      percents: [],
      mebibytes: [],
      lost: 0,
      async [Symbol.asyncDispose]() {
        await process[Symbol.asyncDispose]();
        await node.stop();
      },
    };
    node.on("lost", () => subject.lost += 1);
    return subject;
  } catch (error) {
    await node.stop();
    throw error;
  }
}

function scriptPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
