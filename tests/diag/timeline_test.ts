import assert from "node:assert/strict";
import { drawTimeline, timelineScale } from "../../src/diag/timeline.ts";

Deno.test("drawTimeline() draws the worst of each part of the time, and losses above all", () => {
  const spans = [
    { fromMs: 100, phase: "away" },
    { fromMs: 101, phase: "handshake" },
    { fromMs: 110, phase: "linked" },
    { fromMs: 145, phase: "away" },
    { fromMs: 170, phase: "linked" },
    { fromMs: 185, phase: "silent" },
    { fromMs: 189, phase: "linked" },
  ] as const;
  assert.equal(drawTimeline({ spans, lostAtMs: [145], fromMs: 100, toMs: 200, columns: 10 }), "~===x..=?=");
  assert.equal(drawTimeline({ spans, lostAtMs: [200], fromMs: 100, toMs: 200, columns: 10 }), "~===...=?x");
});

Deno.test("drawTimeline() draws a run of no length", () => {
  assert.equal(drawTimeline({ spans: [{ fromMs: 0, phase: "away" }], lostAtMs: [], fromMs: 0, toMs: 0, columns: 3 }), "...");
});

Deno.test("timelineScale() writes both ends below the line", () => {
  assert.equal(timelineScale(90_000, 20), "0         1 min 30 s");
});
