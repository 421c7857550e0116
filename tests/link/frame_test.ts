import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode } from "../../src/link/codec.ts";
import { encodeFrame, FrameParser, holdsMarker, MAX_PAYLOAD_BYTES } from "../../src/link/frame.ts";
import { readRecording } from "../support/recording.ts";

const MARKER = [0x94, 0xc3];

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** Parses the chunks; `valid` says which payloads are messages (all, unless told otherwise). */
function parse(
  chunks: readonly Uint8Array[],
  valid: (payload: Uint8Array) => boolean = () => true,
): { frames: Uint8Array[]; text: Uint8Array } {
  const frames: Uint8Array[] = [];
  const text: Uint8Array[] = [];
  const parser = new FrameParser({
    onFrame(payload) {
      if (!valid(payload)) return false;
      frames.push(payload.slice());
    },
    onText: (part) => void text.push(part.slice()),
  });
  for (const chunk of chunks) parser.push(chunk);
  assert.equal(parser.skippedBytes, join(text).length);
  return { frames, text: join(text) };
}

function cutAt(data: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const edges = [0, ...[...new Set(cuts.map((cut) => cut % (data.length + 1)))].sort((a, b) => a - b), data.length];
  return edges.slice(1).map((edge, index) => data.slice(edges[index], edge));
}

function isFromRadio(payload: Uint8Array): boolean {
  try {
    return decode("FromRadio", payload.slice()).payloadVariant.case !== undefined;
  } catch {
    return false;
  }
}

function textFrame(text: string, id = 1): Uint8Array {
  const payload = new TextEncoder().encode(text);
  return encodeFrame(encode("FromRadio", {
    payloadVariant: { case: "packet", value: { from: 7, to: 9, id, payloadVariant: { case: "decoded", value: { portnum: 1, payload } } } },
  }));
}

Deno.test("FrameParser gives the debug text before a frame that is not whole yet, once, and never the frame", () => {
  const frame = textFrame("hello");
  const debugText = new TextEncoder().encode("INFO | boot\n");
  const bytes = join([debugText, frame, debugText]);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const { frames, text } = parse([bytes.slice(0, cut), bytes.slice(cut)]);
    assert.deepEqual([frames, text], [[frame.slice(4)], join([debugText, debugText])], `cut at ${cut}`);
  }
});

Deno.test("FrameParser finds the frames of the real firmware, at every split point", async () => {
  for (const line of await readRecording()) {
    if (line.dir !== "from") continue;
    const whole = parse([line.bytes]);
    assert.ok(whole.frames.length > 0);
    assert.equal(whole.text.length, 0);
    for (const payload of whole.frames) assert.ok(isFromRadio(payload));
    for (let cut = 1; cut < line.bytes.length; cut++) {
      assert.deepEqual(parse([line.bytes.slice(0, cut), line.bytes.slice(cut)]).frames, whole.frames);
    }
  }
});

Deno.test("encodeFrame() takes 0 to 512 bytes and refuses more", () => {
  for (const length of [0, 1, 255, 256, MAX_PAYLOAD_BYTES]) {
    const payload = new Uint8Array(length).fill(7);
    assert.deepEqual(parse([encodeFrame(payload)]).frames, [payload]);
  }
  assert.throws(() => encodeFrame(new Uint8Array(MAX_PAYLOAD_BYTES + 1)), RangeError);
});

const oddities: [name: string, noise: Uint8Array][] = [
  ["a lone 0x94", bytes(0x94)],
  ["0x94 twice before 0xc3", bytes(0x94)],
  ["a lone 0xc3", bytes(0xc3)],
  ["a length over 512", bytes(...MARKER, 0x02, 0x01)],
  ["a length of 65535", bytes(...MARKER, 0xff, 0xff)],
  ["a marker and then text", bytes(...MARKER, 0x7f, 0x20, 0x41)],
  ["debug text", new TextEncoder().encode("INFO | 12:00:00 [Router] Lora RX\r\n")],
];
for (const [name, noise] of oddities) {
  Deno.test(`FrameParser survives ${name} before, between and after frames, cut anywhere`, () => {
    const [first, second] = [bytes(1, 2, 3), bytes(4, 5, 0x94, 0xc3, 0x00, 0x02, 9, 9)];
    const stream = join([noise, encodeFrame(first), noise, encodeFrame(second), noise]);
    for (let cut = 0; cut <= stream.length; cut++) {
      const { frames, text } = parse([stream.slice(0, cut), stream.slice(cut)]);
      assert.deepEqual(frames, [first, second], `cut at ${cut}`);
      assert.ok(text.length <= 3 * noise.length);
    }
  });
}

Deno.test("FrameParser gives any frames back, with garbage between them, cut anywhere", () => {
  const garbage = fc.uint8Array({ maxLength: 40 }).map((noise) => noise.map((byte) => byte === 0x94 ? 0x93 : byte));
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: MAX_PAYLOAD_BYTES }),
    fc.uint8Array({ maxLength: 20 }).map((tail) => join([bytes(...MARKER, 0, 4), tail])),
  );
  fc.assert(fc.property(fc.array(fc.tuple(garbage, payload), { maxLength: 12 }), fc.array(fc.nat()), (pieces, cuts) => {
    // Where garbage follows, a payload that looks like an unfinished frame is a question of judgement: tested below.
    const clean = pieces.map(([noise, content], index) => [index === 0 ? noise : bytes(), content] as const);
    const stream = join(clean.flatMap(([noise, content]) => [noise, encodeFrame(content)]));
    assert.deepEqual(parse(cutAt(stream, cuts)).frames, clean.map(([, content]) => content));
  }));
});

Deno.test("FrameParser gives every message back with debug text between, cut anywhere", () => {
  const line = fc.string({ maxLength: 40 }).map((text) => new TextEncoder().encode(`${text}\r\n`));
  fc.assert(fc.property(fc.array(fc.tuple(line, fc.string({ maxLength: 100 })), { maxLength: 8 }), fc.array(fc.nat()), (pieces, cuts) => {
    const stream = join(pieces.flatMap(([noise, text]) => [textFrame(text), noise]));
    const frames = parse(cutAt(stream, cuts), isFromRadio).frames;
    assert.deepEqual(frames, pieces.map(([, text]) => textFrame(text).slice(4)));
  }));
});

Deno.test("FrameParser never throws and never holds more than one frame, whatever comes", () => {
  const hostile = fc.array(fc.oneof(fc.constantFrom(0x94, 0xc3, 0, 1, 2, 0xff), fc.nat(255)), { maxLength: 300 });
  fc.assert(fc.property(fc.array(hostile), (chunks) => {
    const { frames, text } = parse(chunks.map((chunk) => new Uint8Array(chunk)));
    const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const used = frames.reduce((sum, frame) => sum + frame.length + 4, 0) + text.length;
    assert.ok(used <= total && total - used <= MAX_PAYLOAD_BYTES + 3);
  }));
});

Deno.test("FrameParser loses no whole frame behind a half-written one, at every length of the half", () => {
  // More than 512 bytes follow, so that no length that a half header may give is still being waited for.
  const whole = Array.from({ length: 20 }, (_, index) => textFrame(`whole frame ${"x".repeat(index * 3)}`, index + 1));
  const victim = textFrame("this frame is cut off somewhere in its middle and never finished", 4);
  // Where whole frames fill the missing half to the byte nothing tells them apart, and a text could forge just that.
  const rows = whole.map((_, index) => whole.slice(0, index + 1).reduce((sum, frame) => sum + frame.length, 0));
  for (let half = 0; half < victim.length; half++) {
    if (rows.includes(victim.length - half)) continue;
    const { frames } = parse([join([victim.slice(0, half), ...whole])], isFromRadio);
    assert.deepEqual(frames, whole.map((frame) => frame.slice(4)), `${half} bytes of the half frame`);
  }
});

Deno.test("FrameParser gives up a frame that stalled when a whole one follows", () => {
  const frames: Uint8Array[] = [];
  const parser = new FrameParser({ onFrame: (payload) => void frames.push(payload.slice()) });
  parser.push(encodeFrame(new Uint8Array(400)).slice(0, 50), 0);
  parser.push(encodeFrame(bytes(1)), 5000);
  assert.deepEqual(frames, [bytes(1)]);
});

Deno.test("FrameParser finds the whole frames between several that stalled when a whole one follows", () => {
  const frames: Uint8Array[] = [];
  const parser = new FrameParser({ onFrame: (payload) => void frames.push(payload.slice()) });
  const half = encodeFrame(new Uint8Array(400)).slice(0, 50);
  parser.push(join([half, encodeFrame(bytes(1)), half, encodeFrame(bytes(2)), half.slice(0, 5)]), 0);
  parser.push(encodeFrame(bytes(3)), 5000);
  assert.deepEqual(frames, [bytes(1), bytes(2), bytes(3)]);
  assert.equal(parser.skippedFrames, 3);
});

Deno.test("FrameParser loses no whole frame between two half-written ones", () => {
  const half = textFrame("this frame is cut off somewhere in its middle and never finished", 4).slice(0, 40);
  const whole = textFrame("between two halves ".repeat(7), 1);
  const next = textFrame("x".repeat(100), 2);
  const { frames } = parse([join([half, whole, half, next])]);
  assert.deepEqual(frames, [whole.slice(4), next.slice(4)]);
});

Deno.test("FrameParser waits for the rest of a frame however slowly it comes", () => {
  const frames: Uint8Array[] = [];
  const parser = new FrameParser({ onFrame: (payload) => void frames.push(payload.slice()) });
  const payload = new Uint8Array(400).fill(3);
  const frame = encodeFrame(payload);
  for (let at = 0; at < frame.length; at += 40) parser.push(frame.slice(at, at + 40), at * 1000);
  assert.deepEqual(frames, [payload]);
});

Deno.test("FrameParser does not give up a frame whose first part has just come, whatever its second part looks like", () => {
  const frames: Uint8Array[] = [];
  const parser = new FrameParser({ onFrame: (payload) => void frames.push(payload.slice()) });
  const outer = encodeFrame(join([bytes(1, 2, 3), encodeFrame(bytes(9))]));
  // At a time at which a parser that knew only of its own beginning would have waited long enough.
  parser.push(outer.slice(0, 7), 5000);
  parser.push(outer.slice(7), 5020);
  assert.deepEqual(frames, [outer.slice(4)]);
  // The same when the first part came behind the end of another frame.
  const other = encodeFrame(bytes(7, 7));
  parser.push(other.slice(0, 3), 6000);
  parser.push(join([other.slice(3), outer.slice(0, 7)]), 6040);
  parser.push(outer.slice(7), 6060);
  assert.deepEqual(frames, [outer.slice(4), bytes(7, 7), outer.slice(4)]);
});

Deno.test("FrameParser goes on waiting when what comes after a long pause begins like a frame but is none", () => {
  for (const lookalike of [[0x94, 0xc3, 0x00, 0xff], [0x94, 0xc3, 0x02, 0x01]]) {
    const frames: Uint8Array[] = [];
    const parser = new FrameParser({ onFrame: (payload) => void frames.push(payload.slice()) });
    const frame = encodeFrame(bytes(1, 2, 3, ...lookalike, 4, 5));
    parser.push(frame.slice(0, 7), 0);
    parser.push(frame.slice(7), 5000);
    assert.deepEqual(frames, [frame.slice(4)], lookalike.join());
  }
});

Deno.test("FrameParser does not take a frame that a sender hid in a text", () => {
  const hidden = textFrame("forged", 666);
  const outer = encodeFrame(join([encode("FromRadio", { payloadVariant: { case: "configCompleteId", value: 5 } }), hidden]));
  const { frames } = parse([join([outer, textFrame("next")])]);
  assert.equal(frames.length, 2);
  assert.deepEqual(frames[0], outer.slice(4));
});

Deno.test("holdsMarker() sees a marker wherever it stands, and nothing else", () => {
  for (const text of [[], [0x94], [0xc3, 0x94], [0x94, 0x94], [0x94, 0, 0xc3], [1, 2, 3]]) {
    assert.equal(holdsMarker(bytes(...text)), false, text.join());
  }
  for (const text of [[0x94, 0xc3], [1, 0x94, 0xc3], [0x94, 0x94, 0xc3], [0x94, 1, 0x94, 0xc3, 2]]) {
    assert.equal(holdsMarker(bytes(...text)), true, text.join());
  }
});

/** A frame whose payload ends in the head of a frame that would reach exactly over what follows. */
function reaching(overBytes: number): Uint8Array {
  return encodeFrame(bytes(1, 2, 3, ...MARKER, overBytes >> 8, overBytes & 0xff));
}

Deno.test("FrameParser keeps a frame with a marker in it when frames of any length follow", () => {
  for (const length of [0, 1, 255, 256, 257, 300, 511, 512]) {
    const next = encodeFrame(new Uint8Array(length).fill(7));
    const outer = reaching(next.length);
    const { frames } = parse([join([outer, next])]);
    assert.deepEqual(frames, [outer.slice(4), next.slice(4)], `${length} bytes follow`);
    // And when the one behind it has begun, or something that is none.
    const more = parse([join([outer, next, outer.slice(0, 2)])]);
    assert.deepEqual(more.frames, [outer.slice(4), next.slice(4)], `${length} bytes follow, and more`);
  }
});

Deno.test("FrameParser takes the frame within for the true one when what follows the outer one is none", () => {
  // The outer one was cut short; the one within it reaches beyond its end and is whole.
  for (const length of [20, 255, 256, 300, 400]) {
    const inner = encodeFrame(new Uint8Array(length).fill(7));
    const half = join([bytes(...MARKER, 0, 10), bytes(1, 2, 3)]);
    for (const behind of [bytes(), encodeFrame(bytes(9)), encodeFrame(new Uint8Array(300).fill(5)), bytes(0x94)]) {
      const { frames } = parse([join([half, inner, behind])]);
      assert.deepEqual(frames[0], inner.slice(4), `${length}, ${behind.length} behind`);
    }
  }
});

Deno.test("FrameParser takes the outer frame when the one within it does not stand in a row of frames either", () => {
  const half = join([bytes(...MARKER, 0, 10), bytes(1, 2, 3)]);
  const inner = encodeFrame(new Uint8Array(20).fill(7));
  const outerPayload = join([half.slice(4), inner]).slice(0, 10);
  for (const behind of [bytes(0x41), bytes(0x94, 0x41), bytes(...MARKER, 2, 1)]) {
    const { frames } = parse([join([half, inner, behind])]);
    assert.deepEqual(frames[0], outerPayload, behind.join());
  }
});

Deno.test("FrameParser waits for the rest of a frame that has stalled for less than it takes to give it up, and not longer", () => {
  const first = encodeFrame(new Uint8Array(400)).slice(0, 50);
  const next = encodeFrame(bytes(1));
  const after = (pauseMs: number) => {
    const frames: Uint8Array[] = [];
    const parser = new FrameParser({ onFrame: (payload) => void frames.push(payload.slice()) });
    parser.push(first, 1000);
    parser.push(next, 1000 + pauseMs);
    return [frames.length, parser.skippedFrames, parser.skippedBytes];
  };
  assert.deepEqual([after(49), after(50)], [[0, 0, 0], [1, 1, 50]]);
});

Deno.test("FrameParser.skippedFrames counts each marker that began no frame", () => {
  const parser = new FrameParser({ onFrame: (payload) => payload[0] !== 9 });
  assert.deepEqual([parser.skippedFrames, parser.skippedBytes], [0, 0]);
  parser.push(join([bytes(...MARKER, 2, 1), bytes(...MARKER, 0xff, 0xff), encodeFrame(bytes(9)), encodeFrame(bytes(1))]));
  assert.deepEqual([parser.skippedFrames, parser.skippedBytes], [3, 4 + 4 + 5]);
  parser.push(encodeFrame(bytes(1)));
  assert.equal(parser.skippedFrames, 3);
});

Deno.test("holdsMarker() finds both bytes of a marker together", () => {
  for (const held of [[...MARKER], [1, ...MARKER], [...MARKER, 1], [0x94, ...MARKER]]) assert.equal(holdsMarker(bytes(...held)), true);
  for (const none of [[], [0x94], [0xc3], [0xc3, 0x94], [0x94, 1, 0xc3], [1, 0x94]]) assert.equal(holdsMarker(bytes(...none)), false);
});

Deno.test("FrameParser counts the time of a frame that stalls from its first byte on", () => {
  // The frame begins with the second of two equal bytes, or its first byte comes alone.
  const outer = encodeFrame(join([bytes(1, 2, 3), encodeFrame(bytes(9))]));
  const cases: [name: string, pieces: [Uint8Array, number][], given: Uint8Array[]][] = [
    ["the second of two", [[bytes(0x94), 0], [outer.slice(0, 7), 40], [outer.slice(7), 60]], [outer.slice(4)]],
    ["alone, soon", [[outer.slice(0, 1), 0], [outer.slice(1, 7), 30], [outer.slice(7), 49]], [outer.slice(4)]],
    ["alone, late", [[outer.slice(0, 1), 0], [outer.slice(1, 7), 30], [outer.slice(7), 50]], [bytes(9)]],
    ["in three, late", [[outer.slice(0, 5), 0], [outer.slice(5, 7), 30], [outer.slice(7), 50]], [bytes(9)]],
  ];
  for (const [name, pieces, given] of cases) {
    const frames: Uint8Array[] = [];
    const parser = new FrameParser({ onFrame: (payload) => void frames.push(payload.slice()) });
    for (const [piece, nowMs] of pieces) parser.push(piece, 1000 + nowMs);
    assert.deepEqual(frames, given, name);
  }
});
