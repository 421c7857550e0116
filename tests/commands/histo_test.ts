import assert from "node:assert/strict";
import { histo } from "../../src/commands/histo.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { PortNum } from "../../src/link/enums.ts";
import { createPast, dataOf, type Past } from "../support/past.ts";

const COUNTS: readonly (readonly [portnum: number, count: number])[] = [
  [PortNum.POSITION_APP, 5],
  [PortNum.TELEMETRY_APP, 4],
  [PortNum.NODEINFO_APP, 3],
  [PortNum.TEXT_MESSAGE_APP, 2],
  [PortNum.ROUTING_APP, 1],
];

/** Hears the same in the middle of each of the last hours. */
async function steady(past: Past, hours: number): Promise<void> {
  for (let hour = 0; hour < hours; hour++) {
    await past.pass(0.5);
    for (const [portnum, count] of COUNTS) past.hear({ from: 0x1001 + hour % 3, data: dataOf(portnum) }, count);
    await past.pass(0.5);
  }
}

Deno.test("histo counts packets by kind and tells how to see more", async () => {
  await using past = createPast(3);
  await steady(past, 3);
  const counts = ["POS: 15", "TELE: 12", "NODE: 9", "TEXT: 6", "OTHER: 3"];
  const total = "📊 Total: 45pkt 1.4kB";
  const details = "Details: /histo <type>\nTypes: pos, tele, node, text";
  assert.equal(await past.answer(histo), ["📦 Packets (24h):", ...counts, total, details].join("\n"));
  assert.match(await past.answer(histo, { args: "1" }), /^📦 Packets \(1h\):\nPOS: 5\n/);
  assert.match(
    await past.answer(histo, { args: "2h", language: "fr" }),
    /^📦 Paquets \(2h\):\nPOS: 10\n[^]*\nAUTRE: 2\n📊 Total: 30pqt \d+o\nDétails: \/histo <type>\n/,
  );
});

Deno.test("histo draws one kind with total, nodes, trend, now and average", async () => {
  await using past = createPast(30);
  await past.pass(24);
  await steady(past, 6);
  assert.match(await past.answer(histo, { args: "pos 6" }), /^📊 POS\(6h\)\n[▁-█]{6,7}\n30pkt 960B 3n [↗→↘]\nNow:5 Avg:5\.0\/h$/);
  assert.match(await past.answer(histo, { args: "TEXT 2h" }), /^📊 TEXT\(2h\)\n[▁-█]{2,3}\n4pkt \d+B 2n .\nNow:2 Avg:2\.0\/h$/);
  const day = await past.answer(histo, { args: "tele", language: "fr" });
  assert.match(day, /^📊 TELE\(24h\)\n▁{17,18}[▁-█]{6,7}\n24pqt \d+o 3n ↗\nAct:4 Moy:1\.0\/h$/);
  await past.pass(3);
  assert.match(await past.answer(histo, { args: "node 6" }), /n ↘\nNow:0 Avg:1\.5\/h$/);
});

Deno.test("histo fits into a short message with half of the columns", async () => {
  await using past = createPast(2);
  await steady(past, 2);
  const config = { MESHBOT_MESH_MESSAGE_BYTES: "110" };
  for (const args of ["pos 48", "tele", ""]) {
    const text = await past.answer(histo, { args, config });
    assert(textLengthBytes(text) <= 110, text);
  }
  assert.match(await past.answer(histo, { args: "pos 48", config }), /\n[▁-█]{12}\n/);
  assert.match(await past.answer(histo, { args: "pos 999" }), /^📊 POS\(48h\)\n[▁-█]{24}\n/);
});

Deno.test("histo tells nothing at all as zeros, and its usage for a wrong kind", async () => {
  await using past = createPast(1);
  assert.match(await past.answer(histo), /^📦 Packets \(24h\):\nPOS: 0\n[^]*Total: 0pkt 0B\n/);
  assert.match(await past.answer(histo, { args: "pos 3" }), /^📊 POS\(3h\)\n▅+\n0pkt 0B 0n →\nNow:0 Avg:0\.0\/h$/);
  for (const args of ["zz", "pos x", "pos 3 4", "constructor"]) {
    assert.equal(await past.answer(histo, { args }), "Usage: /histo [pos|tele|node|text] [hours]", args);
  }
});
