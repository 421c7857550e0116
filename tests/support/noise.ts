/** A bad line: packets from the mesh with everything between them that is no frame. */
import { PortNum } from "../../src/link/enums.ts";
import type { FromRadio, Init } from "../../src/link/messages.ts";
import type { SimulatedNode } from "../../src/simulator/node.ts";
import type { Random } from "../../src/simulator/random.ts";
import type { WatchedConnect } from "./link_rig.ts";

const MARKER = [0x94, 0xc3];

/** What makes the noise, and who waits. */
export interface NoiseOptions {
  readonly node: SimulatedNode;
  /** The link's sockets: each write is read before the next. */
  readonly sockets: WatchedConnect;
  readonly random: Random;
  readonly durationMs: number;
  readonly nowMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Sends packets with the ids 1, 2, 3… and noise before every other one; returns how many packets and disturbances that
 * were. The node writes a frame in one go, so no frame that comes in pieces follows noise: a half frame and what comes in
 * the same instant behind it can make up bytes that nobody can tell from one frame.
 */
export async function sendThroughNoise(options: NoiseOptions): Promise<{ packets: number; disturbances: number }> {
  const { node, random, nowMs, pause } = options;
  const endMs = nowMs() + options.durationMs;
  let packets = 0;
  let disturbances = 0;
  while (nowMs() < endMs) {
    const noisy = random.chance(0.5);
    if (noisy) {
      disturbances += 1;
      await disturb(options);
      await pause(random.integer(50, 100));
    }
    node.splitWrites(noisy ? undefined : random.pick([undefined, 1, 7, 100]));
    await send(options, textPacket(random, packets += 1));
    node.splitWrites(undefined);
    await pause(random.integer(50, 100));
  }
  // A frame that was never finished holds the next ones back until more comes.
  await send(options, textPacket(random, packets += 1));
  return { packets, disturbances };
}

/** What came that was not sent, and what was sent and did not come, in this order. */
export function compareReceived(messages: readonly FromRadio[], packets: number): { readonly lost: number[]; readonly invented: string[] } {
  const lost = new Set(Array.from({ length: packets }, (_, index) => index + 1));
  const invented: string[] = [];
  let latest = 0;
  for (const { payloadVariant } of messages) {
    if (payloadVariant.case === "packet" && lost.delete(payloadVariant.value.id) && payloadVariant.value.id > latest) {
      latest = payloadVariant.value.id;
    } else invented.push(payloadVariant.case === "packet" ? `packet ${payloadVariant.value.id}` : payloadVariant.case ?? "nothing");
  }
  return { lost: [...lost], invented };
}

/** One of the simulator's faults; resolves when its bytes have been read. */
async function disturb({ node, sockets, random }: NoiseOptions): Promise<void> {
  const before = sockets.readBytes;
  random.pick([
    () => node.halfFrame(),
    () => node.halfFrame(),
    () => node.garbage(random.integer(1, 300)),
    () => node.garbage(new Uint8Array([0x94])),
    () => node.garbage(new Uint8Array([0x94, ...MARKER])),
    () => node.garbage(new Uint8Array(MARKER)),
    () => node.garbage(new Uint8Array([...MARKER, 0x02, 0x01])),
    () => node.garbage(new Uint8Array([...MARKER, 0xff, 0xff])),
  ])();
  await sockets.untilRead(before + 1);
}

/** A packet arrives at the node by radio; resolves when its last byte has been read by the link. */
async function send({ node, sockets }: NoiseOptions, packet: Init<"MeshPacket">): Promise<void> {
  const before = sockets.readBytes;
  const written = node.waitFor("fromRadio");
  node.receiveFromMesh(packet);
  await sockets.untilRead(before + (await written).payload.length + 4);
}

/** A text; every third has a marker in it, every ninth a whole frame of somebody's own making. */
function textPacket(random: Random, id: number): Init<"MeshPacket"> {
  const payload = random.bytes(random.integer(1, 200));
  if (id % 3 === 0) payload.set(MARKER.slice(0, payload.length), random.integer(0, Math.max(0, payload.length - 2)));
  if (id % 9 === 0 && payload.length > 40) payload.set([...MARKER, 0, 4, 0x38, 0x07, 0x38, 0x07], random.integer(0, payload.length - 8));
  return {
    from: random.integer(4, 0x7fff_ffff),
    to: 0xffff_ffff,
    id,
    hopStart: 3,
    hopLimit: 2,
    rxSnr: 5.25,
    rxRssi: -90,
    payloadVariant: { case: "decoded", value: { portnum: PortNum.TEXT_MESSAGE_APP, payload } },
  };
}
