/** The packets to begin with as streams of frames. */
import { encodeFrame } from "../../src/link/frame.ts";
import { joined } from "./mutate_bytes.ts";
import { seedPackets } from "./seeds.ts";

/** Each one alone, and all together. */
export async function packetFrames(): Promise<Uint8Array[]> {
  const frames = (await seedPackets()).map(encodeFrame);
  return [...frames, joined(...frames)];
}
