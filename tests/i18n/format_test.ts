import assert from "node:assert/strict";
import { formatAge, formatDistance, formatLevel, formatPercent, formatSpan, formatWait } from "../../src/i18n/format.ts";
import { sentences } from "../../src/i18n/mod.ts";

const en = sentences("en");
const fr = sentences("fr");
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

Deno.test("formatAge() counts full units", () => {
  const rows: [number, string][] = [
    [-5000, "0s"],
    [Number.NaN, "0s"],
    [999, "0s"],
    [45_999, "45s"],
    [MINUTE_MS - 1, "59s"],
    [MINUTE_MS, "1m"],
    [12.9 * MINUTE_MS, "12m"],
    [HOUR_MS, "1h"],
    [DAY_MS - 1, "23h"],
    [2.9 * DAY_MS, "2d"],
  ];
  for (const [ms, text] of rows) assert.equal(formatAge(ms, en), text, String(ms));
  assert.equal(formatAge(2 * DAY_MS, fr), "2j");
});

Deno.test("formatWait() rounds up", () => {
  const rows: [number, string][] = [[0, "1s"], [1, "1s"], [41_001, "42s"], [59_000, "59s"], [59_001, "1m"], [60_001, "2m"], [
    300_000,
    "5m",
  ]];
  for (const [ms, text] of rows) assert.equal(formatWait(ms, en), text, String(ms));
});

Deno.test("formatSpan() shows the larger units", () => {
  const rows: [number, string][] = [
    [-1, "0s"],
    [45_000, "45s"],
    [12 * MINUTE_MS, "12m"],
    [4 * HOUR_MS, "4h 0m"],
    [DAY_MS + 2 * HOUR_MS + 3 * MINUTE_MS, "1d 2h 3m"],
    [30 * DAY_MS, "30d 0h 0m"],
  ];
  for (const [ms, text] of rows) assert.equal(formatSpan(ms, en), text, String(ms));
  assert.equal(formatSpan(DAY_MS, fr), "1j 0h 0m");
});

Deno.test("formatDistance() has one decimal below 10 km", () => {
  const rows: [number, string][] = [
    [0, "0m"],
    [556.7, "557m"],
    [999.4, "999m"],
    [999.6, "1.0km"],
    [3449, "3.4km"],
    [9949, "9.9km"],
    [9951, "10km"],
    [12_400, "12km"],
    [20_015_000, "20015km"],
  ];
  for (const [metres, text] of rows) assert.equal(formatDistance(metres), text, String(metres));
});

Deno.test("formatLevel() writes plain ASCII numbers", () => {
  const rows: [number | undefined, string][] = [
    [-3.4, "-3.4"],
    [7, "7"],
    [-0.01, "0"],
    [5.55, "5.6"],
    [-120, "-120"],
    [undefined, "?"],
    [Number.NaN, "?"],
    [Infinity, "?"],
    [1e21, "?"],
  ];
  for (const [level, text] of rows) assert.equal(formatLevel(level), text, String(level));
  assert.equal(formatLevel(-91.6, 0), "-92");
});

Deno.test("formatPercent() knows only shares", () => {
  assert.equal(formatPercent(12.345), "12.3%");
  assert.equal(formatPercent(0), "0.0%");
  assert.equal(formatPercent(100), "100.0%");
  for (const absurd of [undefined, Number.NaN, -1, 101]) assert.equal(formatPercent(absurd), undefined);
});
