import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeFrame } from "../../src/link/frame.ts";
import { StreamReader } from "../../src/simulator/stream_reader.ts";

function read(...chunks: Uint8Array[]): number[][] {
  const payloads: number[][] = [];
  const reader = new StreamReader((payload) => payloads.push([...payload]));
  for (const chunk of chunks) reader.push(chunk);
  return payloads;
}

Deno.test("StreamReader finds every frame, however the stream is cut", () => {
  const payload = fc.uint8Array({ maxLength: 512 });
  fc.assert(fc.property(fc.array(payload, { maxLength: 5 }), fc.nat(40), (payloads, size) => {
    const stream = new Uint8Array(payloads.flatMap((bytes) => [...encodeFrame(bytes)]));
    const chunks = Array.from(
      { length: Math.ceil(stream.length / (size + 1)) },
      (_, n) => stream.subarray(n * (size + 1), (n + 1) * (size + 1)),
    );
    assert.deepEqual(read(...chunks), payloads.map((bytes) => [...bytes]));
  }));
});

Deno.test("StreamReader skips what is no frame: wake-up bytes, text, impossible lengths", () => {
  const frame = encodeFrame(new Uint8Array([1, 2]));
  const noise = [
    new Uint8Array(32).fill(0xc3),
    new TextEncoder().encode("hello"),
    new Uint8Array([0x94, 0xc3, 0x02, 0x01]),
    new Uint8Array([0x94, 0x00]),
  ];
  for (const bytes of noise) assert.deepEqual(read(bytes, frame), [[1, 2]]);
});

Deno.test("StreamReader loses a frame behind a lone 0x94, as the firmware does", () => {
  const frame = encodeFrame(new Uint8Array([1, 2]));
  assert.deepEqual(read(new Uint8Array([0x94]), frame, frame), [[1, 2]]);
});
