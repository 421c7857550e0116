import assert from "node:assert/strict";
import type { Row } from "../../../scripts/bench/row.ts";
import { readable, tableLines, verdictLine } from "../../../scripts/bench/table.ts";

const START: Row = {
  letter: "g",
  what: "start: first log line",
  measured: 0.1234,
  unit: "s",
  target: { atMost: 0.2 },
  rival: { name: "bare script", measured: 0.0617 },
  detail: "median of 7 starts",
};
const RATE: Row = {
  letter: "f",
  what: "decoding",
  measured: 912_345,
  unit: "packets/s",
  target: { atLeast: 1_000_000 },
  rival: { name: "official client", measured: 176_000 },
  detail: "",
};
const LOST: Row = { letter: "f", what: "lost", measured: 0, unit: "", target: { atMost: 0 }, detail: "of 200,000" };

Deno.test("tableLines() puts every column below its title, and what has no rival gets dashes", () => {
  assert.deepEqual(tableLines([START, RATE, LOST], 100), [
    "   figure                 measured           target       reached  rival                    ratio",
    "g  start: first log line  0.123 s            ≤ 0.2        yes      0.0617 bare script         0.5",
    "      median of 7 starts",
    "f  decoding               912,000 packets/s  ≥ 1,000,000  NO       176,000 official client    5.2",
    "f  lost                   0                  ≤ 0          yes      —                            —",
    "      of 200,000",
  ]);
});

Deno.test("tableLines() breaks details between words, and leaves a word whole that is too long", () => {
  const row = { ...LOST, detail: `one two three four ${"x".repeat(30)} five` };
  assert.deepEqual(tableLines([row], 20).slice(2), ["      one two three", "      four", `      ${"x".repeat(30)}`, "      five"]);
});

Deno.test("tableLines() gives the titles when there is no row", () => {
  assert.equal(tableLines([], 100).length, 1);
});

Deno.test("verdictLine() counts what is missed", () => {
  assert.equal(verdictLine([START, LOST]), "All 2 figures reached");
  assert.equal(verdictLine([START, RATE, LOST]), "1 of 3 figures missed");
  assert.equal(verdictLine([{ ...START, measured: NaN }]), "1 of 1 figures missed");
});

Deno.test("readable() gives three digits that count", () => {
  const cases: [number, string][] = [[0, "0"], [0.07294, "0.0729"], [13.34, "13.3"], [912_345, "912,000"], [-0.0051, "-0.0051"], [
    NaN,
    "NaN",
  ]];
  for (const [value, text] of cases) assert.equal(readable(value), text);
});
