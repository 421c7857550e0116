import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameCheck } from "../../src/io/mqtt_frames.ts";
import { frame, mqttText } from "../support/mosquitto.ts";

const MAX_BYTES = 200;

const message = fc.record({ topic: fc.string({ minLength: 1, maxLength: 20 }), body: fc.uint8Array({ maxLength: 400 }) })
  .map(({ topic, body }) => frame(0x30, mqttText(topic), body));
const anyFrame = fc.oneof(
  message,
  fc.constant(frame(0x20, [0, 0])),
  fc.constant(frame(0xd0, [])),
  fc.uint8Array({ minLength: 1, maxLength: 9 }).map((codes) => frame(0x90, [0, 7, ...codes])),
);

/** Pushes the bytes in pieces of the given sizes, in turns. */
function pushAll(bytes: Uint8Array, sizes: readonly number[]): { passed: number[]; tooBig: number; wrong: string | undefined } {
  const frames = new FrameCheck(MAX_BYTES);
  const passed: number[] = [];
  let tooBig = 0;
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] as number;
    const checked = frames.push(bytes.slice(at, at + size));
    passed.push(...checked.bytes);
    tooBig += checked.tooBig;
    if (checked.wrong !== undefined) return { passed, tooBig, wrong: checked.wrong };
    at += size;
  }
  return { passed, tooBig, wrong: undefined };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });

Deno.test("FrameCheck lets foreseen frames pass as they are, however they are cut, and leaves out what is too big", () => {
  fc.assert(fc.property(fc.array(anyFrame, { maxLength: 12 }), sizes, (frames, cut) => {
    const small = frames.filter(({ length }) => length <= MAX_BYTES);
    assert.deepEqual(pushAll(concat(frames), cut), {
      passed: [...concat(small)],
      tooBig: frames.length - small.length,
      wrong: undefined,
    });
  }));
});

Deno.test("FrameCheck passes only whole frames", () => {
  const bytes = frame(0x30, mqttText("a/b"), new Uint8Array(20));
  const frames = new FrameCheck(MAX_BYTES);
  assert.equal(frames.push(bytes.slice(0, 8)).bytes.length, 0);
  assert.equal(frames.push(bytes.slice(8)).bytes.length, bytes.length);
});

Deno.test("FrameCheck never throws, and what passes are foreseen frames, whatever comes", () => {
  const mutated = fc.tuple(fc.array(anyFrame, { minLength: 1, maxLength: 5 }), fc.nat(), fc.nat(255)).map(([frames, at, byte]) => {
    const bytes = concat(frames);
    bytes[at % bytes.length] = byte;
    return bytes;
  });
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 500 }), mutated), sizes, (bytes, cut) => {
    const { passed } = pushAll(bytes, cut);
    const again = pushAll(Uint8Array.from(passed), [passed.length + 1]);
    assert.deepEqual(again, { passed, tooBig: 0, wrong: undefined });
  }));
});

Deno.test("FrameCheck skips a message of any announced length without keeping it", () => {
  const frames = new FrameCheck(MAX_BYTES);
  // 256 MB less one byte, the most that the protocol can say.
  assert.deepEqual(frames.push(Uint8Array.from([0x30, 0xff, 0xff, 0xff, 0x7f])), { bytes: new Uint8Array(0), tooBig: 1, wrong: undefined });
  const chunk = new Uint8Array(65_536);
  for (let rest = 0x0fffffff; rest > 0; rest -= chunk.length) {
    const checked = frames.push(chunk.subarray(0, Math.min(rest, chunk.length)));
    assert.deepEqual([checked.bytes.length, checked.tooBig, checked.wrong], [0, 0, undefined]);
  }
  const ping = Uint8Array.from([0xd0, 0]);
  assert.deepEqual(frames.push(ping).bytes, ping);
});

Deno.test("FrameCheck names what is wrong", () => {
  const wrong = (bytes: readonly number[]) => new FrameCheck(MAX_BYTES).push(Uint8Array.from(bytes)).wrong;
  assert.match(wrong([0x48, 0x54, 0x54, 0x50]) ?? "", /begins with 0x48/);
  assert.match(wrong([0x62, 0]) ?? "", /begins with 0x62/);
  assert.match(wrong([0x20, 3, 0]) ?? "", /CONNACK/);
  assert.match(wrong([0x30, 1, 0]) ?? "", /topic/);
  assert.match(wrong([0x30, 2, 0, 0]) ?? "", /topic/);
  assert.match(wrong([0xd0, 0xff, 0xff, 0xff, 0xff, 1]) ?? "", /length without end/);
  assert.match(wrong([0x90, 0xff, 0x7f]) ?? "", /too long/);
});
