import assert from "node:assert/strict";
import type { AirText } from "../../src/simulator/mesh_events.ts";
import { jsonReport, personReport } from "../../src/demo/report.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";

const YOU = 0x10;
const BOT = 0x20;
const OTHER = 0x30;
const text: AirText = { at: 0, from: BOT, to: YOU, channel: 0, text: "hello", bytes: 5, id: 77, replyId: 66 };

function lines(run: (write: (line: string) => void) => void): string[] {
  const written: string[] = [];
  run((line) => written.push(line));
  return written;
}

Deno.test("jsonReport() writes one object a line; only messages have text, only deliveries have delivery", () => {
  const [message, delivery] = lines((write) => {
    const report = jsonReport(write);
    report.text(text);
    report.delivery({ at: 0, from: BOT, to: YOU, id: 77, delivery: "delivered" });
  }).map((line) => JSON.parse(line));
  assert.deepEqual(message, {
    at: "1970-01-01T00:00:00.000Z",
    from: "!00000020",
    to: "!00000010",
    channel: 0,
    text: "hello",
    bytes: 5,
    id: 77,
    replyId: 66,
  });
  assert.deepEqual(delivery, { at: "1970-01-01T00:00:00.000Z", from: "!00000020", to: "!00000010", id: 77, delivery: "delivered" });
});

Deno.test("personReport() shows what reaches this person, with its air time, and not what others say to each other", () => {
  const shown = lines((write) => {
    const report = personReport({ write, personNum: YOU, botNum: BOT, nameOf: (num) => `node ${num}`, airtimeMs: () => 641 });
    report.text(text);
    report.text({ ...text, from: YOU, to: BOT });
    report.text({ ...text, from: OTHER, to: BROADCAST_NUM });
    report.text({ ...text, from: BOT, to: OTHER });
    report.delivery({ at: 0, from: BOT, to: YOU, id: 77, delivery: "delivered" });
    report.delivery({ at: 0, from: BOT, to: OTHER, id: 78, delivery: "delivered" });
  });
  assert.equal(shown.length, 4);
  assert.match(shown[0] as string, /\[direct\] node 32 \(the bot\): hello {3}\(5 bytes, 641 ms on the air\)/);
  assert.match(shown[1] as string, /\[→ node 32\] you: hello/);
  assert.match(shown[2] as string, /\[#0\] node 48: hello/);
  assert.match(shown[3] as string, /the bot's answer: ✓✓ delivered/);
});
