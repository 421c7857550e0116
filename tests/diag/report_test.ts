import assert from "node:assert/strict";
import { eventText } from "../../src/diag/events.ts";
import { pathLines } from "../../src/diag/report.ts";
import { formatMs, oneLine } from "../../src/diag/words.ts";

Deno.test("pathLines() tells each step of the way", () => {
  const lines = pathLines({ host: "meshtastic.local", port: 4403 }, {
    resolvedInMs: 3,
    addresses: [
      { address: "fd00::5", outcome: "unreachable", tookMs: 1, error: "No route to host (os error 113)" },
      { address: "192.168.1.50", outcome: "connected", tookMs: 12 },
      { address: "192.168.1.51", outcome: "not tried", tookMs: undefined },
    ],
    obstacle: undefined,
  });
  assert.deepEqual(lines, [
    "meshtastic.local is fd00::5, 192.168.1.50, 192.168.1.51 (resolved in 3 ms)",
    "[fd00::5]:4403: unreachable after 1 ms (No route to host (os error 113))",
    "192.168.1.50:4403: connected in 12 ms",
    "192.168.1.51:4403: not tried, a second connection would end the first",
  ]);
});

Deno.test("eventText() lets no stranger's words move a terminal or forge a line", () => {
  const node = { nodeNum: 1, firmwareVersion: "2.7\n\u001b[2J\u202e" };
  const lines = [
    eventText({ type: "ready", node, messages: 1, tookMs: 1, restarted: false }),
    eventText({ type: "note", text: "the node says: a\r\nb\u001b[31m" }),
    eventText({ type: "dialFailed", address: "::1", outcome: "failed", error: "x\ny" }),
    eventText({ type: "lost", cause: { kind: "dropped", reason: "a\nb" }, readyForMs: undefined }),
  ];
  for (const line of lines) assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
  assert.equal(lines[1], "the node says: a b[31m");
});

Deno.test("oneLine() cuts what is long", () => {
  assert.equal(oneLine(" a\t b ".repeat(500)).length, 300);
});

Deno.test("formatMs() uses the units that say something", () => {
  const cases: [number, string][] = [[0.4, "0 ms"], [999, "999 ms"], [1000, "1.0 s"], [59_949, "59.9 s"], [59_950, "1 min 0 s"], [
    3_599_000,
    "59 min 59 s",
  ], [
    7_500_000,
    "2 h 5 min",
  ]];
  for (const [ms, text] of cases) assert.equal(formatMs(ms), text);
});
