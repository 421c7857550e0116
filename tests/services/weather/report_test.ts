import assert from "node:assert/strict";
import { dateMs, dayOf, formatDate, todayAt } from "../../../src/services/weather/report.ts";
import { parseWttr } from "../../../src/services/weather/wttr.ts";
import { createFakeClock } from "../../support/fake_clock.ts";
import { dateAfter, j1 } from "./answers.ts";

const wallMs = createFakeClock().wallMs();
const HOUR_MS = 3_600_000;

function report(localTime?: string) {
  return parseWttr(JSON.stringify(j1(localTime === undefined ? { wallMs } : { wallMs, localTime: `${dateAfter(wallMs)} ${localTime}` })));
}

Deno.test("dayOf() counts from the day that it is at the place now, not from the day of the answer", () => {
  const late = report("11:30 PM");
  assert.equal(dayOf(late, 1, 0)?.date, dateAfter(wallMs, 0));
  assert.equal(dayOf(late, 1, HOUR_MS)?.date, dateAfter(wallMs, 1));
  assert.equal(dayOf(late, 3, HOUR_MS), undefined);
  assert.equal(dayOf(late, 1, 72 * HOUR_MS), undefined);
});

Deno.test("dayOf() counts from the first day where the time at the place is not known", () => {
  assert.equal(dayOf(report(), 1, 20 * HOUR_MS)?.date, dateAfter(wallMs, 0));
  assert.equal(dayOf(report(), 3, 0)?.date, dateAfter(wallMs, 2));
  assert.equal(dayOf(report(), 4, 0), undefined);
});

Deno.test("todayAt() does not believe in a time before the first day", () => {
  const before = { ...report(), localMs: wallMs - 24 * HOUR_MS };
  assert.equal(todayAt(before, 0), dateAfter(wallMs));
});

Deno.test("dateMs() reads dates that exist", () => {
  assert.equal(formatDate(dateMs("2024-02-29") ?? NaN), "2024-02-29");
  for (const none of ["2023-02-29", "2023-13-01", "0001-01-01x", "", "2023-1-1"]) assert.equal(dateMs(none), undefined);
});
