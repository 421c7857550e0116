import assert from "node:assert/strict";
import { type SeenStrike, trendOf } from "../../../src/services/lightning/trend.ts";

const WINDOW_MS = 900_000;

/** Strikes at these kilometres, in the older and in the newer half of the window. */
function seen(olderKm: readonly number[], newerKm: readonly number[]): SeenStrike[] {
  const at = (ageMs: number) => (km: number) => ({ ageMs, distanceM: km * 1000 });
  return [...olderKm.map(at(800_000)), ...newerKm.map(at(100_000))];
}

function trend(olderKm: readonly number[], newerKm: readonly number[]): string | undefined {
  return trendOf(seen(olderKm, newerKm), WINDOW_MS);
}

Deno.test("trendOf() tells what comes and what goes", () => {
  assert.equal(trend([40, 42, 41], [20, 22, 18]), "approaching");
  assert.equal(trend([20, 22, 18], [40, 42, 41]), "leaving");
});

Deno.test("trendOf() says nothing when it is not clear", () => {
  assert.equal(trend([], []), undefined);
  assert.equal(trend([40, 41], [20, 21, 22]), undefined, "two strikes are too few");
  assert.equal(trend([40, 41, 42], [20, 21]), undefined);
  assert.equal(trend([30, 30, 30], [30, 30, 30]), undefined, "no change");
  assert.equal(trend([30, 30, 30], [28, 28, 28]), undefined, "less than a tenth");
  assert.equal(trend([3, 3, 3], [2.2, 2.2, 2.2]), undefined, "less than a kilometre");
  assert.equal(trend([5, 30, 48], [2, 20, 40]), undefined, "a storm as wide as the circle");
});

Deno.test("trendOf() sees through the width of a storm with enough strikes", () => {
  const wide = [-8, -6, -4, -2, 0, 2, 4, 6, 8];
  assert.equal(trend(wide.map((km) => 30 + km), wide.map((km) => 20 + km)), "approaching");
});
