import assert from "node:assert/strict";
import { top } from "../../src/commands/top.ts";
import { PortNum } from "../../src/link/enums.ts";
import { createPast, dataOf } from "../support/past.ts";

Deno.test("top shows who sent most in the hours asked for, each node once, and what is sent most", async () => {
  await using past = createPast(20);
  past.know({ num: 0x1001, longName: "Paris Nord" });
  past.know({ num: 0x1002, longName: "Montmartre" });
  past.hear({ from: 0x1002, data: dataOf(PortNum.POSITION_APP) }, 50);
  await past.pass(10);
  past.hear({ from: 0x1001, data: dataOf(PortNum.TELEMETRY_APP) }, 20);
  await past.pass(8);
  past.hear({ from: 0x1001 }, 4);
  past.hear({ from: 0x1002, data: dataOf(PortNum.TELEMETRY_APP) }, 3);
  past.hear({ from: 0xa1b2c3d4 }, 1);
  await past.pass(2);
  assert.equal(await past.answer(top), "🏆TOP 3h (8pkt 231B 3n):\nParis Nord:4\nMontmartre:3\n!a1b2c3d4:1\nType: 💬 Text 62.5%");
  assert.equal(await past.answer(top, { args: "1" }), "📊 Radio silence (1h)");
  assert.equal(await past.answer(top, { args: "1", language: "fr" }), "📊 Silence radio (1h)");
  assert.match(await past.answer(top, { args: "12" }), /^🏆TOP 12h \(28pkt .*\nParis Nord:24\nMontmartre:3\n/);
  // Hours beyond the bounds are the bounds.
  assert.match(await past.answer(top, { args: "999", language: "fr" }), /^🏆TOP 24h \(78pqt .* 3n\):\nMontmartre:53\nParis Nord:24\n/);
  assert.match(await past.answer(top, { args: "24 1" }), / 3n\):\nMontmartre:53\nType: 📍 Position 64\.1%$/);
});

Deno.test("top counts neither MQTT nor replays nor our own node", async () => {
  await using past = createPast(1);
  past.hear({ viaMqtt: true }, 5);
  past.hear({ rxRssi: 0, rxSnr: 0 }, 5);
  past.hear({ transportMechanism: 6 }, 5);
  assert.equal(await past.answer(top), "📊 Radio silence (3h)");
  past.hear({});
  assert.match(await past.answer(top), /^🏆TOP 3h \(1pkt /);
});

Deno.test("top shortens names before it leaves nodes out", async () => {
  await using past = createPast(1);
  for (let index = 0; index < 20; index++) {
    past.know({ num: 0x1001 + index, longName: `${String.fromCharCode(65 + index)}-tower of the long name` });
    past.hear({ from: 0x1001 + index }, 40 - index);
  }
  const seven = await past.answer(top);
  assert.match(seven, /\nA-tower of the:40\n(?:.*\n){5}G-tower of the:34\nType: /);
  const twenty = await past.answer(top, { args: "3 20" });
  assert.match(twenty, /\nA-tower:40\n(?:.*\n)+…\(\+\d+\)\nType: 💬 Text 100\.0%$/);
  const shown = twenty.split("\n").length - 3;
  assert.equal(Number(/\+(\d+)/.exec(twenty)?.[1]), 20 - shown);
});

Deno.test("top shows its usage for anything else", async () => {
  await using past = createPast(1);
  for (const args of ["x", "3 4 5", "-1", "help"]) assert.equal(await past.answer(top, { args }), "Usage: /top [hours] [count]", args);
});
