/** (f) Decoding packets from a socket: ours, the official client, and the bare protobuf library. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Figure, type Measurement, median } from "./figure.ts";
import { PACKET_BYTES, PACKETS } from "./packet_stream.ts";

const ROUNDS = 3;
const OFFICIAL = ["@meshtastic/core@2.6.7", "@meshtastic/transport-node@0.0.2"];

interface Run {
  readonly received: number;
  readonly inOrder?: boolean;
  readonly elapsedMs: number;
}

/** The figure. */
export const decodeFigure: Figure = {
  letter: "f",
  title: `decoding ${PACKETS.toLocaleString("en")} packets of ${PACKET_BYTES} bytes from a socket`,
  waits: false,
  measure,
};

async function measure(): Promise<Measurement[]> {
  const official = await installOfficial();
  const server = new Deno.Command(Deno.execPath(), { args: ["run", "-A", scriptPath("packet_server.ts")], stdout: "piped" }).spawn();
  const runs: Record<"ours" | "bare" | "official", Run[]> = { ours: [], bare: [], official: [] };
  try {
    const port = await firstLine(server.stdout);
    // One after the other in each round, so that whatever else the machine does hits all three alike.
    for (let round = 0; round < ROUNDS; round += 1) {
      runs.bare.push(await run(Deno.execPath(), ["run", "-A", scriptPath("decode_bare.ts")]));
      runs.ours.push(await run(Deno.execPath(), ["run", "-A", scriptPath("decode_ours.ts"), port]));
      if (official !== undefined) runs.official.push(await run("node", [official, port, String(PACKETS)]));
    }
  } finally {
    server.kill("SIGKILL");
    await server.status;
  }
  const rate = (name: keyof typeof runs) => median(runs[name].map(({ received, elapsedMs }) => received / elapsedMs * 1000));
  const thousands = (name: keyof typeof runs) => `${Math.round(rate(name) / 1000)} k/s`;
  const lost = (name: keyof typeof runs) => runs[name].map(({ received }) => PACKETS - received);
  const measurements: Measurement[] = [{
    what: "decoding: rate against a bare loop of fromBinary",
    measured: rate("ours") / rate("bare"),
    unit: "x",
    target: { atLeast: 0.8 },
    detail: `medians of ${ROUNDS}: ours ${thousands("ours")}, bare ${thousands("bare")}`,
  }, {
    what: "decoding: packets lost by ours",
    measured: Math.max(...lost("ours"), ...runs.ours.map(({ inOrder }) => inOrder ? 0 : 1)),
    unit: "",
    target: { atMost: 0 },
    detail: `of ${PACKETS}, ${ROUNDS} times, in order; the official client lost ${lost("official").join(", ") || "(not measured)"}`,
  }];
  if (official === undefined) return measurements;
  return [{
    what: "decoding: rate against the official client",
    measured: rate("ours") / rate("official"),
    unit: "x",
    target: { atLeast: 5 },
    detail: `medians of ${ROUNDS}: ours ${thousands("ours")}, ${OFFICIAL.join(" with ")} under Node ${thousands("official")}`,
  }, ...measurements];
}

/** Installs the official client for Node, once for all runs; undefined when there is no Node here. */
async function installOfficial(): Promise<string | undefined> {
  const folder = join(Deno.env.get("TMPDIR") ?? "/tmp", `meshbot-bench-${OFFICIAL.join("-").replace(/[^\w.-]/g, "_")}`);
  const script = join(folder, "decode_official.mjs");
  try {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.copyFile(scriptPath("decode_official.mjs"), script);
    // Its preinstall script insists on another package manager.
    const args = ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", ...OFFICIAL];
    const { success, stderr } = await new Deno.Command("npm", { args, cwd: folder }).output();
    if (!success) throw new Error(`Cannot install the official client: ${new TextDecoder().decode(stderr)}`);
    return script;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function run(program: string, args: string[]): Promise<Run> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout)) as Run;
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
    text += chunk;
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
  }
  throw new Error("The packet server ended before it listened");
}

function scriptPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
