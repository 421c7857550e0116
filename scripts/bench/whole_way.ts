/** (w) The whole way of a packet: socket, decoding, node database, store, router; in the bot as it is, from a mesh of 1,600 nodes. */
import { fileURLToPath } from "node:url";
import { type Figure, type Measurement, median } from "./figure.ts";
import { NODES, PACKETS } from "./whole_way_stream.ts";

const ROUNDS = 3;
const WANTED = 30_000;
// Where the machine is slower than a machine that reaches that.
const WANTED_OF_BARE = 0.06;

/** What a bot prints. */
interface Way {
  /** Milliseconds until the last packet was taken, and until all that was kept is written. */
  readonly takenMs: number;
  readonly keptMs: number;
  /** Packets in the history. */
  readonly kept: number;
  readonly rssBeforeMiB: number;
  readonly rssAfterMiB: number;
}

/** The figure. */
export const wholeWayFigure: Figure = {
  letter: "w",
  title: `the whole way of ${PACKETS.toLocaleString("en")} packets of ${NODES} nodes`,
  waits: false,
  async measure(): Promise<Measurement[]> {
    const bare: number[] = [];
    const ways: Way[] = [];
    {
      await using node = await startNode();
      for (let round = 0; round < ROUNDS; round += 1) {
        const { received, elapsedMs } = await run<{ received: number; elapsedMs: number }>("decode_bare.ts", "mesh");
        bare.push(received / elapsedMs * 1000);
        ways.push(await wayFrom(node.port));
      }
    }
    const wanted = Math.round(Math.min(WANTED, WANTED_OF_BARE * median(bare)));
    await using paced = await startNode(wanted);
    const { kept, keptMs, rssBeforeMiB, rssAfterMiB } = await wayFrom(paced.port);
    const rate = (of: (way: Way) => number) => median(ways.map(of));
    const taken = rate(({ takenMs }) => PACKETS / takenMs * 1000);
    const last = `the bare decoder ${thousands(median(bare))}, of which that is ${(wanted / median(bare)).toFixed(3)}`;
    return [{
      what: "the whole way: taken and written",
      measured: rate((way) => way.kept / way.keptMs * 1000),
      unit: "packets/s",
      target: { atLeast: wanted },
      rival: { name: "bare fromBinary", measured: median(bare) },
      detail: `medians of ${ROUNDS}: at full speed ${thousands(taken)} are taken and passed on; the history writes ${
        ways.map((way) => thousands(way.kept / way.keptMs * 1000)).join(", ")
      } meanwhile and leaves the rest out; ${last}`,
    }, {
      what: `the whole way at ${wanted.toLocaleString("en")} packets/s: packets lost`,
      measured: PACKETS - kept,
      unit: "",
      target: { atMost: 0 },
      detail: `${PACKETS.toLocaleString("en")} taken and written in ${(keptMs / 1000).toFixed(2)} s; VmRSS ${
        rssBeforeMiB.toFixed(0)
      } MiB when ready, ${rssAfterMiB.toFixed(0)} MiB after it, ${
        ways.map((way) => way.rssAfterMiB.toFixed(0)).join(", ")
      } MiB after full speed`,
    }];
  },
};

async function wayFrom(port: string): Promise<Way> {
  const folder = await Deno.makeTempDir({ prefix: "bench-way-" });
  try {
    return await run<Way>("whole_way_app.ts", port, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A node in a process of its own; without a pace it talks as fast as it can. */
async function startNode(pace?: number): Promise<AsyncDisposable & { readonly port: string }> {
  const args = ["run", "-A", scriptPath("whole_way_node.ts"), ...pace === undefined ? [] : [String(pace)]];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  const { value: line = "" } = await reader.read();
  return {
    port: line.trim(),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

async function run<Result>(script: string, ...args: string[]): Promise<Result> {
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", scriptPath(script), ...args], env: { NO_COLOR: "1" } });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`${script} failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout)) as Result;
}

function thousands(rate: number): string {
  return `${(rate / 1000).toFixed(0)} k/s`;
}

function scriptPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
