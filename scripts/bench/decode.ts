/** (f) Decoding packets from a socket: ours, the official client, and the bare protobuf library. */
import { fileURLToPath } from "node:url";
import { type Figure, type Measurement, median } from "./figure.ts";
import { OFFICIAL, officialScript } from "./official.ts";
import { PACKET_BYTES, PACKETS } from "./packet_stream.ts";

const ROUNDS = 3;
// What is wanted of our own rate, in rates of the others.
const OF_OFFICIAL = 5;
const OF_BARE = 0.8;

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
  const official = await officialScript("decode_official.mjs");
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
  const lost = (name: keyof typeof runs) => runs[name].map(({ received }) => PACKETS - received);
  const how = `medians of ${ROUNDS} times ${PACKETS.toLocaleString("en")} packets of ${PACKET_BYTES} bytes; wanted:`;
  return [
    ...official === undefined ? [] : [{
      what: "decoding, beside the official client",
      measured: rate("ours"),
      unit: "packets/s",
      target: { atLeast: OF_OFFICIAL * rate("official") },
      rival: { name: "official client", measured: rate("official") },
      detail: `${how} ${OF_OFFICIAL} times the rate of ${OFFICIAL}, logs off`,
    }],
    {
      what: "decoding, beside a bare loop",
      measured: rate("ours"),
      unit: "packets/s",
      target: { atLeast: OF_BARE * rate("bare") },
      rival: { name: "bare fromBinary", measured: rate("bare") },
      detail: `${how} ${OF_BARE} of the rate of the protobuf library alone, which has neither a socket nor frames`,
    },
    {
      what: "decoding: packets lost",
      measured: Math.max(...lost("ours"), ...runs.ours.map(({ inOrder }) => inOrder ? 0 : 1)),
      unit: "",
      target: { atMost: 0 },
      ...official === undefined ? {} : { rival: { name: "official client", measured: Math.max(...lost("official")) } },
      detail: `of ${PACKETS.toLocaleString("en")}, ${ROUNDS} times, in order; the official client lost ${
        lost("official").join(", ") || "(not measured)"
      }: payloads hold the frame marker here and there`,
    },
  ];
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
