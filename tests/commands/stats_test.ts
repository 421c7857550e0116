import assert from "node:assert/strict";
import { stats } from "../../src/commands/stats.ts";
import { PortNum } from "../../src/link/enums.ts";
import { busyOf, createPast, dataOf, type Past } from "../support/past.ts";

const USAGE = "Usage: /stats [top|types|channel|hours|hops] [hours]";

async function someDays(): Promise<Past> {
  const past = createPast(72);
  past.know({ num: 0x1001, longName: "Paris Nord" });
  past.hear({ from: 0x1002 }, 9);
  await past.pass(60);
  past.hear({ from: 0x1001 }, 3);
  past.hear({ from: 0x1001, data: dataOf(PortNum.POSITION_APP) }, 2);
  past.hear({ from: 0x1002, data: dataOf(PortNum.TELEMETRY_APP) }, 4);
  await past.pass(11.5);
  past.hear({ from: 0x1003, hopStart: 7, hopLimit: 7, data: dataOf(PortNum.POSITION_APP) });
  await past.pass(0.5);
  return past;
}

Deno.test("stats tells the last day in one line, and other spans when asked", async () => {
  await using past = await someDays();
  assert.equal(await past.answer(stats), "📊(24h) 10pkt 3msg 3n 305B 🏆Paris Nord:5");
  assert.equal(await past.answer(stats, { args: "g 1" }), "📊(1h) 1pkt 0msg 1n 32B 🏆!00001003:1");
  assert.equal(await past.answer(stats, { args: "168 h", language: "fr" }), "📊(168h) 19pqt 12msg 3n 548o 🏆!00001002:13");
  await past.pass(2);
  assert.equal(await past.answer(stats, { args: "1" }), "📊 Radio silence (1h)");
});

Deno.test("stats leads to its topics by the words that people know", async () => {
  await using past = await someDays();
  const rows: [string, RegExp][] = [
    ["top 24 2", /^🏆TOP 24h \(10pkt 305B 3n\):\nParis Nord:5 145B\n!00001002:4 128B\nType: 📊 Telemetry 40\.0%$/],
    ["t", /^🏆TOP 3h \(1pkt 32B 1n\):\n!00001003:1 32B\n/],
    ["TYPES", /^📦 Packet types \(1h, 1pkt 32B\):\n📍 Position: 1 \(100\.0%\)$/],
    ["p 24", /^📦 Packet types \(24h, 10pkt 305B\):\n📊 Telemetry: 4 \(40\.0%\)\n/],
    ["h pos 12h", /^📊 POS\(12h\)\n[▁-█]{12,13}\n3pkt 96B 2n .\nNow:1 Avg:0\.3\/h$/],
    ["hours", /^📊 ALL\(12h\)\n[▁-█]{12,13}\n10pkt 305B 3n .\nNow:1 Avg:0\.8\/h$/],
    ["histo node", /^📊 NODE\(12h\)\n▅+\n0pkt 0B 0n →\n/],
    ["hop", /^🔄 Hop\(24h\) Top3\n!00001003:7\n/],
    ["ch", /^📡 No node told how busy the channel is \(24h\)\.$/],
    ["traffic", /^📭 I listen on no channel\.$/],
  ];
  for (const [args, expected] of rows) assert.match(await past.answer(stats, { args }), expected, args);
});

Deno.test("stats shows its usage for anything else", async () => {
  await using past = await someDays();
  for (const args of ["help", "x", "24 x", "top x", "h zz", "ch 1 2", "-1", "toString"]) {
    assert.equal(await past.answer(stats, { args }), USAGE, args);
  }
});

Deno.test("stats channel tells how busy the nodes say that the channel is, each node once", async () => {
  await using past = createPast(30);
  past.know({ num: 0x1001, longName: "Argenteuil Toit Nord" });
  past.hear({ from: 0x1001, data: busyOf(99) }, 5);
  await past.pass(28);
  past.hear({ from: 0x1001, data: busyOf(30) }, 3);
  past.hear({ from: 0x1001, data: busyOf(20) });
  past.hear({ from: 0x1002, data: busyOf(16) });
  past.hear({ from: 0x1003, data: busyOf(12) });
  past.hear({ from: 0x1004, data: busyOf(2) });
  past.hear({ from: 0x1005, data: busyOf(0.5) });
  past.hear({ from: 0x1006, data: busyOf(9) });
  await past.pass(2);
  assert.equal(
    await past.answer(stats, { args: "channel" }),
    "📡 Channel(24h): 11.2% | 6n\n1🔴 1🟡 1🟢 3⚪\n🔴Argenteuil Toi:27.5%\n🟡!00001002:16.0%\n🟢!00001003:12.0%\n⚪!00001006:9.0%\n⚪!00001004:2.0%\n✓ Channel OK",
  );
  const week = await past.answer(stats, { args: "c 168", language: "fr" });
  assert.match(week, /^📡 Canal\(168h\): 17\.\d% \| 6n\n1🔴 1🟡 1🟢 3⚪\n🔴Argenteuil Toi:67\.2%\n[^]*\n⚠️ Canal chargé$/);
});
