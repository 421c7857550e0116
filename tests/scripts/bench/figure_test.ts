import assert from "node:assert/strict";
import { isReached, type Measurement, median, ratioOf, type Rival } from "../../../scripts/bench/figure.ts";

function figure(measured: number, target: Measurement["target"], rival?: number): Measurement {
  const beside: Rival | undefined = rival === undefined ? undefined : { name: "bare", measured: rival };
  return { what: "it", measured, unit: "", target, rival: beside, detail: "" };
}

Deno.test("ratioOf() is above 1 for what is better than its rival, whichever way better lies", () => {
  assert.equal(ratioOf(figure(2, { atMost: 9 }, 8)), 4);
  assert.equal(ratioOf(figure(2, { atLeast: 1 }, 8)), 0.25);
});

Deno.test("ratioOf() gives none without a rival, for 0, for less, and for what is no number", () => {
  for (const [measured, rival] of [[1, undefined], [0, 1], [1, 0], [-1, 1], [NaN, 1], [1, NaN]] as const) {
    assert.equal(ratioOf(figure(measured, { atMost: 9 }, rival)), undefined);
  }
});

Deno.test("isReached() takes the bound itself for reached, and what is no number for missed", () => {
  assert.equal(isReached(figure(2, { atMost: 2 })), true);
  assert.equal(isReached(figure(2.1, { atMost: 2 })), false);
  assert.equal(isReached(figure(2, { atLeast: 2 })), true);
  assert.equal(isReached(figure(1.9, { atLeast: 2 })), false);
  assert.equal(isReached(figure(NaN, { atMost: 2 })), false);
  assert.equal(isReached(figure(NaN, { atLeast: 2 })), false);
});

Deno.test("median() is the middle, or the mean of the two in the middle", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([10, 1, 2, 4]), 3);
});
