import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeFrame } from "../../src/link/frame.ts";
import { StreamReader } from "../../src/share/stream_reader.ts";

/** Pieces of the bytes, cut at these places. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

Deno.test("StreamReader finds every frame, however the stream is cut and whatever lies between", () => {
  const garbage = fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.filter((byte) => byte !== 0xc3));
  const part = fc.tuple(garbage, fc.uint8Array({ maxLength: 512 }));
  fc.assert(fc.property(fc.array(part, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 10 }), (parts, cuts) => {
    const stream = new Uint8Array(parts.flatMap(([noise, payload]) => [...noise, ...encodeFrame(payload)]));
    const found: Uint8Array[] = [];
    const reader = new StreamReader((payload) => void found.push(payload));
    for (const chunk of pieces(stream, cuts)) reader.push(chunk);
    assert.deepEqual(found, parts.map(([, payload]) => payload));
  }));
});

Deno.test("StreamReader searches on behind a length that no frame has", () => {
  const found: Uint8Array[] = [];
  const reader = new StreamReader((payload) => void found.push(payload));
  reader.push(new Uint8Array([0x94, 0xc3, 2, 1, 0x94, 0xc3, 0xff, 0xff, ...encodeFrame(new Uint8Array([1, 2]))]));
  assert.deepEqual(found, [new Uint8Array([1, 2])]);
});
