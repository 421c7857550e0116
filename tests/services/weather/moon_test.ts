import assert from "node:assert/strict";
import { moonOn, moonPhaseNamed } from "../../../src/services/weather/moon.ts";

Deno.test("moonOn() agrees with eclipses, which happen at new and full moon only", () => {
  // Solar eclipses of 1999 and 2006, lunar eclipses of 2000 and 2015.
  for (const date of ["1999-08-11", "2006-03-29"]) assert.deepEqual([moonOn(date)?.phase, (moonOn(date)?.percent ?? 99) < 3], [0, true]);
  for (const date of ["2000-01-21", "2015-09-28"]) assert.deepEqual([moonOn(date)?.phase, (moonOn(date)?.percent ?? 0) > 97], [4, true]);
});

Deno.test("moonOn() waxes to a half within about 7 days", () => {
  const half = moonOn("1999-08-19");
  assert.equal(half?.phase, 2);
  assert(Math.abs(half.percent - 50) < 12, String(half.percent));
  assert.equal(moonOn("tomorrow"), undefined);
});

Deno.test("moonPhaseNamed() reads wttr.in's names and nothing else", () => {
  assert.deepEqual(["New Moon", "Waxing Gibbous", "Full Moon", "Waning Crescent"].map(moonPhaseNamed), [0, 3, 4, 7]);
  assert.deepEqual([undefined, "", "constructor", "Blue Moon"].map(moonPhaseNamed), [undefined, undefined, undefined, undefined]);
});
