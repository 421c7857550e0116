import assert from "node:assert/strict";
import { BatchBuilder, PACKET_COLUMNS, type PacketNumbers, packetsOf } from "../../src/store/batch.ts";

/** Numbers that tell each column from all others. */
function numbers(packet: number): Omit<PacketNumbers, "rawBytes"> {
  const entries = PACKET_COLUMNS.map((name, column) => [name, packet * 100 + column] as const).filter(([name]) => name !== "rawBytes");
  return Object.fromEntries(entries) as Omit<PacketNumbers, "rawBytes">;
}

function raw(packet: number, lengthBytes = packet % 300): Uint8Array {
  return new Uint8Array(lengthBytes).fill(packet);
}

Deno.test("BatchBuilder keeps every number and every byte of any number of packets", () => {
  const builder = new BatchBuilder(1000);
  for (let packet = 0; packet < 200; packet += 1) builder.addPacket(numbers(packet), raw(packet));
  const batch = builder.take(7);
  assert.deepEqual([batch.packets, batch.ownNum], [200, 7]);
  const kept = [...packetsOf(batch)];
  assert.equal(kept.length, 200);
  for (const [packet, each] of kept.entries()) {
    assert.deepEqual(each.numbers, { ...numbers(packet), rawBytes: packet % 300 });
    assert.deepEqual(each.raw, raw(packet));
  }
});

Deno.test("BatchBuilder keeps a packet that is longer than all before it together", () => {
  const builder = new BatchBuilder(10);
  const lengths = [16_384, 1, 100_000, 5];
  for (const [packet, length] of lengths.entries()) builder.addPacket(numbers(packet), raw(packet + 1, length));
  assert.deepEqual(
    [...packetsOf(builder.take(undefined))].map((each) => each.raw),
    lengths.map((length, packet) => raw(packet + 1, length)),
  );
});

Deno.test("BatchBuilder.take() leaves nothing behind", () => {
  const builder = new BatchBuilder(10);
  builder.addPacket(numbers(1), raw(5));
  builder.addRow("texts", [1, "x"]);
  builder.addRow("texts", [2, "y"]);
  builder.addRow("nodes", [3]);
  assert.deepEqual([builder.packets, builder.rows, builder.isEmpty], [1, 3, false]);
  const batch = builder.take(undefined);
  assert.deepEqual(batch.rows, { texts: [[1, "x"], [2, "y"]], nodes: [[3]] });
  assert.deepEqual([builder.packets, builder.rows, builder.isEmpty], [0, 0, true]);
  builder.addPacket(numbers(2), raw(7));
  const next = builder.take(undefined);
  assert.deepEqual([next.packets, next.rows], [1, {}]);
  assert.deepEqual([...packetsOf(next)].map((each) => each.raw), [raw(7)]);
  // What was taken is the taker's.
  assert.deepEqual([...packetsOf(batch)].map((each) => [each.numbers.atUs, each.raw]), [[100, raw(5)]]);
});

Deno.test("BatchBuilder is full with its packets, or with four times as many rows, and empty without either", () => {
  const byPackets = new BatchBuilder(3);
  for (const full of [false, false, true]) {
    byPackets.addPacket(numbers(1), raw(1));
    assert.equal(byPackets.isFull, full);
  }
  const byRows = new BatchBuilder(3);
  for (let row = 1; row <= 12; row += 1) {
    byRows.addRow("texts", [row]);
    assert.deepEqual([byRows.isFull, byRows.isEmpty], [row === 12, false]);
  }
});

Deno.test("BatchBuilder.keyUs() gives each of a thousand of the same millisecond a key of its own", () => {
  const builder = new BatchBuilder(10);
  const keys = Array.from({ length: 1000 }, () => builder.keyUs(5000.9));
  assert.equal(new Set(keys).size, 1000);
  assert.ok(keys.every((key) => Math.floor(key / 1000) === 5000));
});
