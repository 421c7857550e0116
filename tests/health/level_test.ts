import assert from "node:assert/strict";
import { Level } from "../../src/health/level.ts";

function judge(values: (number | undefined)[], options = { limit: 60, margin: 3, forMs: 120_000 }): (string | undefined)[] {
  const level = new Level(options);
  return values.map((value, index) => level.judge(value, index * 60_000));
}

Deno.test("Level.judge() calls a value high when it has reached the limit for long enough", () => {
  assert.deepEqual(judge([50, 60, 75, 61]), ["low", undefined, undefined, "high"]);
  assert.deepEqual(judge([60], { limit: 60, margin: 3, forMs: 0 }), ["high"]);
});

Deno.test("Level.judge() begins anew after a value below the limit, and after one that could not be read", () => {
  assert.deepEqual(judge([60, 60, 59.9, 60, 60, 60]), [undefined, undefined, undefined, undefined, undefined, "high"]);
  assert.deepEqual(judge([60, 60, undefined, 60, 60, 60]), [undefined, undefined, undefined, undefined, undefined, "high"]);
  assert.deepEqual(judge([60, 60, NaN, 60]), [undefined, undefined, undefined, undefined]);
});

Deno.test("Level.judge() ends only below the margin, and then waits again", () => {
  assert.deepEqual(judge([60, 60, 60, 57, 59, 60, 56.9, 58, 60, 60]), [
    undefined,
    undefined,
    "high",
    "high",
    "high",
    "high",
    "low",
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("Level.judge() keeps its verdict through a value that could not be read", () => {
  assert.deepEqual(judge([60, 60, 60, undefined, 58]), [undefined, undefined, "high", undefined, "high"]);
});

Deno.test("Level.raise() makes it high at once", () => {
  const level = new Level({ limit: 60, margin: 3, forMs: 120_000 });
  level.raise();
  assert.equal(level.judge(58, 0), "high");
  assert.equal(level.judge(50, 0), "low");
  assert.equal(level.judge(61, 0), undefined);
});
