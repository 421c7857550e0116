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

Deno.test("StreamReader takes a frame of 512 bytes and none of 513", () => {
  const found: number[] = [];
  const reader = new StreamReader((payload) => void found.push(payload.length));
  reader.push(new Uint8Array([0x94, 0xc3, 2, 0, ...new Array(512).fill(7)]));
  reader.push(new Uint8Array([0x94, 0xc3, 2, 1, ...new Array(513).fill(7)]));
  reader.push(new Uint8Array([0x94, 0xc3, 1, 0, ...new Array(256).fill(7)]));
  reader.push(new Uint8Array([0x94, 0xc3, 0, 0]));
  assert.deepEqual(found, [512, 256, 0]);
});

Deno.test("StreamReader begins with the second of two equal first bytes, and anew behind any other one", () => {
  const found: string[] = [];
  const reader = new StreamReader((payload) => void found.push(payload.join()));
  reader.push(new Uint8Array([0x94, 0x94, 0x94, 0xc3, 0, 1, 5]));
  reader.push(new Uint8Array([0x94, 7, 0xc3, 0, 1, 6, 0x94, 0xc3, 0, 1, 7]));
  reader.push(new Uint8Array([0xc3, 0, 1, 8, 0x94, 0xc3, 0, 1, 9]));
  assert.deepEqual(found, ["5", "7", "9"]);
});

Deno.test("StreamReader gives a payload that keeps its bytes when more comes", () => {
  const found: Uint8Array[] = [];
  const reader = new StreamReader((payload) => void found.push(payload));
  reader.push(encodeFrame(new Uint8Array([1, 2, 3])));
  reader.push(encodeFrame(new Uint8Array([4, 5, 6])));
  assert.deepEqual(found, [new Uint8Array([1, 2, 3]), new Uint8Array([4, 5, 6])]);
});

Deno.test("StreamReader takes no second marker byte for a frame where the first one is missing", () => {
  const noMarker = [0xc3, 0, 1, 8];
  for (const before of [[], [7], [0x94, 7], [0x94, 0xc3, 0xff, 0xff], [0x94, 0xc3, 0, 0]]) {
    const found: string[] = [];
    const reader = new StreamReader((payload) => void found.push(payload.join()));
    reader.push(new Uint8Array([...before, ...noMarker, 0x94, 0xc3, 0, 1, 9]));
    assert.deepEqual(found.filter((payload) => payload !== ""), ["9"], String(before));
  }
});
