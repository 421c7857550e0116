/** (f) How many packets a second come through the link, beside a bare decoding loop and the official client. */
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/clock.ts";
import { decode } from "../../src/link/codec.ts";
import { openLink } from "../../src/link/link.ts";
import { Slots } from "../../src/link/slot.ts";
import { type Figure, median, within } from "./figure.ts";
import { LineReader } from "./line_reader.ts";
import { type OfficialClient, startOfficialClient } from "./official.ts";
import { MARKER_EVERY, PACKET_BYTES, packetPayloads, PACKETS } from "./packets.ts";

const ROUNDS = 3;
const RUN_LIMIT_MS = 60_000;
const TIMES_OFFICIAL = 5;
const SHARE_OF_BARE = 0.8;

/** The rates from a socket, taken in turns. */
export async function measureDecode(): Promise<Figure[]> {
  await using server = await startServer();
  const payloads = packetPayloads();
  if (payloads.some(({ length }) => length !== PACKET_BYTES)) throw new Error("the prepared packets have the wrong length");
  const bare: number[] = [];
  const ours: number[] = [];
  const official: number[] = [];
  const lost = { ours: 0, official: 0 };
  let inOrder = true;
  let client: OfficialClient | undefined;
  let missing = "";
  try {
    client = await startOfficialClient();
  } catch (error) {
    missing = `the official client cannot run here: ${(error as Error).message}`;
  }
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(decodeAll(payloads));
      const run = await readOurs(server.port);
      ours.push(run.ms);
      lost.ours += PACKETS - run.received;
      inOrder &&= run.inOrder;
      if (client === undefined) continue;
      const officialRun = await within(RUN_LIMIT_MS, "the official client", client.read(server.port));
      official.push(officialRun.ms);
      lost.official += PACKETS - officialRun.received;
    }
  } finally {
    await client?.[Symbol.asyncDispose]();
  }
  const times = median(official) / median(ours);
  const share = median(bare) / median(ours);
  const packets = `${PACKETS} packets of ${PACKET_BYTES} bytes`;
  return [
    {
      name: `${packets}: against the official client`,
      target: `≥ ${TIMES_OFFICIAL} ×`,
      measured: client === undefined ? "not measured" : `${times.toFixed(1)} ×`,
      reached: times >= TIMES_OFFICIAL,
      detail: missing || `${rate(ours)} and ${rate(official)} packets/s; medians of ${ROUNDS}, in turns`,
    },
    {
      name: `${packets}: against a bare decoding loop`,
      target: `≥ ${SHARE_OF_BARE} ×`,
      measured: `${share.toFixed(2)} ×`,
      reached: share >= SHARE_OF_BARE,
      detail: `${rate(ours)} and ${rate(bare)} packets/s; medians of ${ROUNDS}, in turns`,
    },
    {
      name: `${ROUNDS} × ${packets}: lost`,
      target: "0",
      measured: String(lost.ours),
      reached: lost.ours === 0 && inOrder,
      detail: `the official client lost ${lost.official}; one text in ${MARKER_EVERY} holds the marker`,
    },
  ];
}

function decodeAll(payloads: readonly Uint8Array[]): number {
  let packets = 0;
  const startMs = performance.now();
  for (const payload of payloads) if (decode("FromRadio", payload).payloadVariant.case === "packet") packets += 1;
  const ms = performance.now() - startMs;
  if (packets !== payloads.length) throw new Error("the prepared packets cannot be decoded");
  return ms;
}

async function readOurs(port: number): Promise<{ readonly ms: number; readonly received: number; readonly inOrder: boolean }> {
  const last = Promise.withResolvers<void>();
  let received = 0;
  let inOrder = true;
  const startMs = performance.now();
  let ms = NaN;
  await using link = await openLink({
    host: "127.0.0.1",
    port,
    clock: systemClock,
    slots: new Slots(),
    user: {
      connected() {},
      lost() {},
      received({ payloadVariant }) {
        received += 1;
        const id = payloadVariant.case === "packet" ? payloadVariant.value.id : 0;
        if (id !== received) inOrder = false;
        if (id !== PACKETS) return;
        ms = performance.now() - startMs;
        last.resolve();
      },
    },
  });
  await within(RUN_LIMIT_MS, `reading in state ${link.state.kind}`, last.promise);
  return { ms, received, inOrder };
}

async function startServer(): Promise<{ readonly port: number } & AsyncDisposable> {
  const script = fileURLToPath(new URL("./frame_server.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", script], stdin: "null", stdout: "piped" }).spawn();
  const lines = new LineReader(child.stdout);
  const port = Number(await lines.next());
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await lines.cancel();
      await child.status;
    },
  };
}

function rate(timesMs: readonly number[]): string {
  return Math.round(PACKETS / median(timesMs) * 1000).toLocaleString("en");
}
