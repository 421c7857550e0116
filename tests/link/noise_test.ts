import assert from "node:assert/strict";
import { encodeFrame, FrameParser } from "../../src/link/frame.ts";
import { Random } from "../../src/simulator/random.ts";
import { linkRig } from "../support/link_rig.ts";
import { compareReceived, sendThroughNoise } from "../support/noise.ts";
import { stateKind } from "../support/talker.ts";

for (const seed of [1, 2, 3, 4, 5, 6]) {
  Deno.test(`Link loses no frame and invents none in 30 s of half frames, garbage and stray markers (seed ${seed})`, async () => {
    await using rig = await linkRig({ node: { seed } });
    const { clock, node, talker, link, sockets } = rig;
    await stateKind(link, "ready");
    await talker.until(() => talker.messages.at(-1)?.payloadVariant.case === "queueStatus");
    const before = talker.messages.length;
    const { packets, disturbances } = await sendThroughNoise({
      node,
      sockets,
      random: new Random(seed),
      durationMs: 30_000,
      nowMs: () => clock.nowMs(),
      pause: (ms) => clock.tick(ms),
    });
    assert(packets > 200 && disturbances > 90, `${packets} packets, ${disturbances} disturbances`);
    assert.deepEqual(compareReceived(talker.messages.slice(before), packets), { lost: [], invented: [] });
    assert.equal(node.connections.dialed, 1);
  });
}

function frame(text: string): Uint8Array {
  return encodeFrame(new TextEncoder().encode(text));
}

function framesOf(chunks: readonly (readonly [atMs: number, bytes: Uint8Array])[]): string[] {
  const frames: string[] = [];
  const parser = new FrameParser({ onFrame: (payload) => void frames.push(new TextDecoder().decode(payload)) });
  for (const [atMs, bytes] of chunks) parser.push(bytes, atMs);
  return frames;
}

Deno.test("FrameParser keeps the whole frames that a stalled half frame held back", () => {
  const half = encodeFrame(new Uint8Array(300).fill(1)).slice(0, 60);
  const frames = framesOf([[0, half], [10, frame("held back")], [20, frame("this too")], [2000, frame("whole")]]);
  assert.deepEqual(frames, ["held back", "this too", "whole"]);
});

Deno.test("FrameParser skips no whole frame between a half one and the one that gives it away", () => {
  const half = encodeFrame(new Uint8Array(100).fill(1)).slice(0, 40);
  const stray = new Uint8Array([0x94, 0xc3, 0xff, 0xff]);
  const chunk = new Uint8Array([...half, ...frame("a frame before the stray bytes"), ...stray, ...frame("x".repeat(100))]);
  assert.deepEqual(framesOf([[0, chunk]]), ["a frame before the stray bytes", "x".repeat(100)]);
});
