import assert from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../../src/errors.ts";
import { decode, encode } from "../../src/link/codec.ts";
import { encodeFrame } from "../../src/link/frame.ts";
import { formatLine, type LineContent, toHex } from "../../src/record/lines.ts";
import { readRecording, type Recording } from "../../src/record/read_recording.ts";

const WALL_MS = Date.UTC(2026, 5, 15, 12);

const complete = (nonce: number): Uint8Array =>
  encodeFrame(encode("FromRadio", { payloadVariant: { case: "configCompleteId", value: nonce } }));
const leave = encodeFrame(encode("ToRadio", { payloadVariant: { case: "disconnect", value: true } }));

function text(...lines: (readonly [number, LineContent])[]): string {
  return lines.map(([atS, content]) => `${formatLine(atS * 1000, content)}\n`).join("");
}

const start = (wallMs: number): LineContent => ({ dir: "start", wallMs, version: "0.0.0", secrets: false });
const open: LineContent = { dir: "open", wallMs: 0, address: "192.0.2.7" };
const from = (bytes: Uint8Array): LineContent => ({ dir: "from", bytes: toHex(bytes) });
const to = (bytes: Uint8Array): LineContent => ({ dir: "to", bytes: toHex(bytes) });

/** The times of what crossed each connection, in seconds. */
function times({ connections }: Recording): number[][] {
  return connections.map(({ crossed }) => crossed.map(({ atMs }) => atMs / 1000));
}

Deno.test("readRecording() reads the recording of the firmware: one connection, every frame of every read", async () => {
  const recording = readRecording(await Deno.readTextFile(new URL("../testdata/real-node-2.7.26.jsonl", import.meta.url)));
  assert.equal(recording.connections.length, 1);
  const [{ crossed, endedBy }] = recording.connections as [Recording["connections"][0]];
  assert.equal(endedBy, "us");
  const count = (dir: string, kind: string): number => crossed.filter((piece) => piece.dir === dir && piece.kind === kind).length;
  assert.deepEqual([count("from", "frame"), count("from", "text"), count("to", "frame"), count("to", "text")], [126, 0, 14, 1]);
  assert.deepEqual([recording.durationMs, recording.unreadableLines, recording.startWallMs], [37971.7, 0, undefined]);
});

Deno.test("readRecording() puts frames together across reads, and keeps what is no frame", () => {
  const debug = new TextEncoder().encode("DEBUG\n");
  const bytes = complete(7);
  const { connections } = readRecording(text([0, open], [1, from(bytes.slice(0, 3))], [2, from(bytes.slice(3))], [3, from(debug)]));
  assert.deepEqual(connections[0]?.crossed.map(({ atMs, kind }) => [atMs, kind]), [[2000, "frame"], [3000, "text"]]);
});

Deno.test("readRecording() tells who ended a connection", () => {
  const endings: [string | undefined, readonly (readonly [number, LineContent])[]][] = [
    ["node", [[1, from(complete(7))], [2, { dir: "eof" }]]],
    ["node", [[1, from(complete(7))], [2, { dir: "eof", by: "node", why: "FIN" }]]],
    ["network", [[1, from(complete(7))], [2, { dir: "eof", by: "network", why: "reset" }]]],
    ["us", [[1, from(complete(7))], [2, { dir: "eof", by: "us", why: "closed" }]]],
    ["us", [[1, from(complete(7))], [2, to(leave)], [2.1, { dir: "eof", by: "node", why: "FIN" }]]],
    [undefined, [[1, from(complete(7))]]],
  ];
  for (const [by, lines] of endings) assert.equal(readRecording(text(...lines)).connections[0]?.endedBy, by);
});

Deno.test("readRecording() begins a file that continues another one at its first line", () => {
  const recording = readRecording(text([3600, start(WALL_MS)], [3600, open], [3601, from(complete(7))], [3602, { dir: "eof" }]));
  assert.deepEqual([times(recording), recording.durationMs, recording.startWallMs], [[[1]], 2000, WALL_MS]);
});

Deno.test("readRecording() puts a later run of the program behind the one before it", () => {
  const first = [[0, start(WALL_MS)], [0, open], [10, from(complete(7))]] as const;
  const second = (wallMs: number) => [[0, start(wallMs)], [0.5, open], [1, from(complete(8))]] as const;
  for (const [wallMs, behindS] of [[WALL_MS + 30_000, 30], [WALL_MS, 11], [WALL_MS + 86_400_000, 11]] as const) {
    const recording = readRecording(text(...first, ...second(wallMs)));
    assert.deepEqual(times(recording), [[10], [behindS + 1]]);
    assert.equal(recording.connections[0]?.endedBy, "us");
  }
});

Deno.test("readRecording() takes the time from what was heard where no line tells it", () => {
  const packet = encode("FromRadio", { payloadVariant: { case: "packet", value: { id: 5, rxTime: WALL_MS / 1000, rxRssi: -5 } } });
  assert.equal(readRecording(text([0, open], [20, from(encodeFrame(packet))])).startWallMs, WALL_MS - 20_000);
});

Deno.test("readRecording() gives a recording or a UsageError, whatever the text, and counts the lines that it could not read", () => {
  const good = text([0, start(WALL_MS)], [0, open], [1, from(complete(7))], [2, { dir: "from", leftOut: 7 }], [3, { dir: "eof" }]);
  const broken = readRecording(`${good}{"t":4,"dir":"fro`);
  assert.deepEqual([broken.unreadableLines, broken.connections.length], [1, 1]);
  const bad = [
    "null",
    "[]",
    '{"t":"1","dir":"to"}',
    '{"t":1}',
    '{"t":1e999,"dir":"eof"}',
    '{"t":1,"dir":"to","bytes":"9"}',
    '{"t":1,"dir":"to","bytes":5}',
  ];
  assert.equal(readRecording(`${bad.join("\n")}\n${good}`).unreadableLines, bad.length);
  fc.assert(fc.property(fc.array(fc.nat()), fc.string(), (places, patch) => {
    let mutated = good;
    for (const place of places) {
      const at = place % mutated.length;
      mutated = mutated.slice(0, at) + patch + mutated.slice(at + patch.length);
    }
    try {
      for (const { crossed } of readRecording(mutated).connections) {
        for (const { dir, kind, bytes } of crossed) if (dir === "from" && kind === "frame") decode("FromRadio", bytes);
      }
    } catch (error) {
      assert.ok(error instanceof UsageError, String(error));
    }
  }));
});
