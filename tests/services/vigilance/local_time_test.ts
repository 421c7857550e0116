import assert from "node:assert/strict";
import {
  clockText,
  localDate,
  localTime,
  momentOf,
  nextDate,
  previousDate,
  startOfDay,
} from "../../../src/services/vigilance/local_time.ts";

Deno.test("localTime() is what the clock on the wall shows there", () => {
  const wallMs = Date.UTC(2026, 5, 15, 22, 5);
  assert.deepEqual(localTime(wallMs, "Europe/Paris"), { date: "2026-06-16", hour: 0, minute: 5 });
  assert.deepEqual(localTime(wallMs, "America/Guadeloupe"), { date: "2026-06-15", hour: 18, minute: 5 });
  assert.deepEqual(localTime(wallMs, "Pacific/Wallis"), { date: "2026-06-16", hour: 10, minute: 5 });
  assert.deepEqual(localTime(Date.UTC(2026, 11, 15, 22, 59), "Europe/Paris"), { date: "2026-12-15", hour: 23, minute: 59 });
});

Deno.test("localDate() knows the calendar", () => {
  assert.equal(localDate(2028, 2, 29), "2028-02-29");
  for (
    const [year, month, day] of [[2026, 2, 29], [2026, 13, 1], [2026, 0, 1], [2026, 4, 31], [2026, 4, 0], [NaN, 1, 1], [0, 1, 1]] as const
  ) {
    assert.equal(localDate(year, month, day), undefined, `${year}-${month}-${day}`);
  }
});

Deno.test("nextDate() and previousDate() step over months, years and leap days", () => {
  for (const [date, next] of [["2026-06-30", "2026-07-01"], ["2026-12-31", "2027-01-01"], ["2028-02-28", "2028-02-29"]] as const) {
    assert.equal(nextDate(date), next);
    assert.equal(previousDate(next), date);
  }
});

Deno.test("momentOf() reads moments with an offset and nothing else", () => {
  assert.equal(momentOf("2026-08-12T16:01:07+02:00"), Date.UTC(2026, 7, 12, 14, 1, 7));
  assert.equal(momentOf("2026-08-12T16:01:07.5Z"), Date.UTC(2026, 7, 12, 16, 1, 7, 500));
  assert.equal(momentOf("2026-08-12T16:01Z"), Date.UTC(2026, 7, 12, 16, 1));
  for (
    const value of ["2026-08-12T16:01:07", "2026-08-12", "now", "9999-99-99T99:99:99Z", "", 1, null, undefined, {}, "x2026-08-12T16:01:07Z"]
  ) {
    assert.equal(momentOf(value), undefined, String(value));
  }
});

Deno.test("clockText() has two digits each", () => assert.equal(clockText({ hour: 6, minute: 2 }), "06:02"));

Deno.test("startOfDay() is midnight there, on days when the clock changes too", () => {
  assert.equal(startOfDay("2026-06-15", "Europe/Paris"), Date.UTC(2026, 5, 14, 22));
  assert.equal(startOfDay("2026-12-15", "Europe/Paris"), Date.UTC(2026, 11, 14, 23));
  for (const timeZone of ["Europe/Paris", "America/Miquelon", "Pacific/Wallis", "Pacific/Tahiti"]) {
    for (let date = "2026-01-01"; date < "2027-01-01"; date = nextDate(date)) {
      assert.deepEqual(localTime(startOfDay(date, timeZone), timeZone), { date, hour: 0, minute: 0 }, timeZone);
    }
  }
});
