import assert from "node:assert/strict";
import * as fc from "fast-check";
import { hourColumns, trendOf } from "../../../src/commands/support/hour_columns.ts";

const HOUR_MS = 3_600_000;

/** Hours of the clock from 0 on. */
function hoursOf(...counts: readonly number[]) {
  return counts.map((packets, hour) => ({ startMs: hour * HOUR_MS, packets, bytes: 0 }));
}

Deno.test("hourColumns() counts the first and the last hour for as long as they belong to the span", () => {
  const span = { fromMs: 0.5 * HOUR_MS, toMs: 3.5 * HOUR_MS };
  assert.deepEqual(hourColumns(hoursOf(5, 10, 10, 5), span, 24), [10, 10, 10, 10]);
});

Deno.test("hourColumns() joins an hour that has hardly begun with the one before", () => {
  const span = { fromMs: 0, toMs: 2.1 * HOUR_MS };
  const [first, last, ...rest] = hourColumns(hoursOf(10, 20, 2), span, 24);
  assert.equal(first, 10);
  assert.equal(last, 20);
  assert.deepEqual(rest, []);
});

Deno.test("hourColumns() makes a column of several hours where there are too many", () => {
  assert.deepEqual(hourColumns(hoursOf(1, 3, 5, 7), { fromMs: 0, toMs: 4 * HOUR_MS }, 2), [2, 6]);
  // A month is no longer than a day.
  const hours = hoursOf(...Array.from({ length: 721 }, (_, hour) => hour));
  const month = hourColumns(hours, { fromMs: 0.4 * HOUR_MS, toMs: 720.4 * HOUR_MS }, 24);
  assert(month.length <= 24 && month.length > 20);
  assert(month.every((value, index) => index === 0 || value > (month[index - 1] ?? 0)));
});

Deno.test("hourColumns() never has more columns than asked for, none that is no number, and none for nothing", () => {
  assert.deepEqual(hourColumns([], { fromMs: 0, toMs: HOUR_MS }, 24), []);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: HOUR_MS - 1 }),
      fc.constantFrom(12, 24),
      (hours, offsetMs, most) => {
        const span = { fromMs: offsetMs, toMs: offsetMs + hours * HOUR_MS };
        const columns = hourColumns(hoursOf(...Array.from({ length: hours + 1 }, () => 60)), span, most);
        assert(columns.length >= 1 && columns.length <= most);
        assert(columns.every(Number.isFinite));
      },
    ),
  );
});

Deno.test("trendOf() compares the halves", () => {
  assert.equal(trendOf([1, 1, 2, 2]), "↗");
  assert.equal(trendOf([2, 2, 9, 1, 1]), "↘");
  assert.equal(trendOf([100, 105]), "→");
  assert.equal(trendOf([5]), "→");
  assert.equal(trendOf([]), "→");
  assert.equal(trendOf([0, 0]), "→");
});
