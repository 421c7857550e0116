import assert from "node:assert/strict";
import { packets } from "../../src/commands/packets.ts";
import { PortNum } from "../../src/link/enums.ts";
import { createPast, dataOf } from "../support/past.ts";

Deno.test("packets shows the types of the last hour with their shares", async () => {
  await using past = createPast(5);
  past.hear({ data: dataOf(PortNum.ADMIN_APP) }, 9);
  await past.pass(4.5);
  past.hear({ data: dataOf(PortNum.TELEMETRY_APP) }, 5);
  past.hear({ data: dataOf(PortNum.POSITION_APP) }, 3);
  past.hear({ payloadVariant: { case: "encrypted", value: new Uint8Array(30) } }, 2);
  past.hear({ data: dataOf(1234) }, 1);
  await past.pass(0.5);
  const lines = ["📊 Telemetry: 5 (45.5%)", "📍 Position: 3 (27.3%)", "🔒 Encrypted: 2 (18.2%)", "📦 Port 1234: 1 (9.1%)"];
  assert.equal(await past.answer(packets), ["📦 Packet types (1h, 11pkt 381B):", ...lines].join("\n"));
  const french = await past.answer(packets, { language: "fr", args: "24h" });
  assert.match(french, /^📦 Types de paquets \(24h, 20pqt \d+o\):\n🔧 Admin: 9 \(45\.0%\)\n📊 Télémétrie: 5 \(25\.0%\)\n/);
});

Deno.test("packets writes the shares shorter before it leaves types out", async () => {
  await using past = createPast(1);
  const ports = [1, 3, 4, 5, 6, 8, 67, 70];
  ports.forEach((portnum, index) => past.hear({ data: dataOf(portnum) }, 20 - index));
  const eight = await past.answer(packets);
  assert.match(eight, /:\nText:20 15%\nPosition:19 14%\n(?:.*\n){5}Traceroute:13 10%$/);
  for (let portnum = 300; portnum < 320; portnum++) past.hear({ data: dataOf(portnum) }, 2);
  assert.match(await past.answer(packets), /\n…\(\+\d\d\)$/);
});

Deno.test("packets tells silence, and its usage for what is no number of hours", async () => {
  await using past = createPast(1);
  assert.equal(await past.answer(packets), "📊 Radio silence (1h)");
  assert.equal(await past.answer(packets, { args: "two" }), "Usage: /packets [hours]");
});
