import assert from "node:assert/strict";
import fc from "fast-check";
import { isQuiet } from "../../src/alerts/quiet_hours.ts";

const NIGHT = { fromMin: 22 * 60, toMin: 7 * 60 };
const NAP = { fromMin: 13 * 60, toMin: 14 * 60 };
// The days of Paris on which the clocks were set in 2025, from the tz database.
const SPRING = Date.UTC(2025, 2, 30);
const AUTUMN = Date.UTC(2025, 9, 26);
const HOUR_MS = 3_600_000;

function at(dayMs: number, hour: number, minute = 0): number {
  return dayMs + hour * HOUR_MS + minute * 60_000;
}

Deno.test("isQuiet() holds from the first minute to before the last, within a day and across midnight", () => {
  const day = Date.UTC(2025, 5, 15);
  const table: [quiet: typeof NIGHT, hour: number, minute: number, expected: boolean][] = [
    [NIGHT, 21, 59, false],
    [NIGHT, 22, 0, true],
    [NIGHT, 0, 0, true],
    [NIGHT, 6, 59, true],
    [NIGHT, 7, 0, false],
    [NAP, 12, 59, false],
    [NAP, 13, 0, true],
    [NAP, 13, 59, true],
    [NAP, 14, 0, false],
    [NAP, 0, 0, false],
  ];
  for (const [quiet, hour, minute, expected] of table) {
    assert.equal(isQuiet(quiet, "UTC", at(day, hour, minute)), expected, `${hour}:${minute}`);
  }
  assert.equal(isQuiet(undefined, "UTC", at(day, 23)), false);
});

Deno.test("isQuiet() reads the clock on the wall of the time zone, also when it is set", () => {
  // Paris is at +1 before and at +2 after 01:00 UTC of that day.
  assert.equal(isQuiet(NIGHT, "Europe/Paris", at(SPRING, -4, 59)), false);
  assert.equal(isQuiet(NIGHT, "Europe/Paris", at(SPRING, -3)), true);
  assert.equal(isQuiet(NIGHT, "Europe/Paris", at(SPRING, 4, 59)), true);
  assert.equal(isQuiet(NIGHT, "Europe/Paris", at(SPRING, 5)), false);
  assert.equal(isQuiet(NIGHT, "Europe/Paris", at(AUTUMN, -2, 0)), true);
  assert.equal(isQuiet(NIGHT, "Europe/Paris", at(AUTUMN, 5, 59)), true);
  assert.equal(isQuiet(NIGHT, "Europe/Paris", at(AUTUMN, 6)), false);
  // An end in the hour that is left out comes with the first minute behind it.
  const skipped = { fromMin: 22 * 60, toMin: 2 * 60 + 30 };
  assert.deepEqual([at(SPRING, 0, 59), at(SPRING, 1, 0)].map((ms) => isQuiet(skipped, "Europe/Paris", ms)), [true, false]);
});

Deno.test("isQuiet() takes the system's zone when there is none in the configuration", () => {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  for (let hour = 0; hour < 24; hour++) {
    assert.equal(isQuiet(NIGHT, undefined, at(AUTUMN, hour)), isQuiet(NIGHT, timeZone, at(AUTUMN, hour)));
  }
});

Deno.test("isQuiet() lasts as long each day as the clock shows, except where it is set", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 1439 }), (fromMin, toMin) => {
      fc.pre(fromMin !== toMin);
      let quietMin = 0;
      for (let minute = 0; minute < 1440; minute += 7) quietMin += isQuiet({ fromMin, toMin }, "UTC", minute * 60_000) ? 7 : 0;
      assert.ok(Math.abs(quietMin - (toMin - fromMin + 1440) % 1440) <= 14);
    }),
    { numRuns: 20 },
  );
});
