import assert from "node:assert/strict";
import fc from "fast-check";
import { createMemoryHistory } from "../../../src/services/esphome/history.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
// A multiple of the bucket.
const START_MS = Date.UTC(2026, 5, 15, 12);

function one(id: string, value: number): Map<string, number> {
  return new Map([[id, value]]);
}

Deno.test("createMemoryHistory() gives what was kept of one sensor, oldest first, both ends included", () => {
  const history = createMemoryHistory();
  history.add(START_MS, new Map([["t", 1], ["p", 1000]]));
  history.add(START_MS + 5 * MINUTE_MS, one("t", -2));
  history.add(START_MS + 10 * MINUTE_MS, one("t", 3));
  const at = (minutes: number) => START_MS + minutes * MINUTE_MS;
  assert.deepEqual(history.between("t", at(0), at(10)).map(({ value }) => value), [1, -2, 3]);
  assert.deepEqual(history.between("t", at(5), at(9)), [{ atWallMs: at(5), value: -2 }]);
  assert.deepEqual(history.between("p", at(0), at(10)).map(({ value }) => value), [1000]);
  assert.deepEqual(history.between("constructor", at(0), at(10)), []);
});

Deno.test("createMemoryHistory() keeps of every 5 minutes the last value", () => {
  const history = createMemoryHistory();
  for (let minute = 0; minute < 12; minute++) history.add(START_MS + minute * MINUTE_MS, one("t", minute));
  assert.deepEqual(history.between("t", 0, Infinity).map(({ value }) => value), [4, 9, 11]);
});

Deno.test("createMemoryHistory() forgets after 48 hours and holds no more than a point for every 5 minutes", () => {
  const history = createMemoryHistory();
  for (let minute = 0; minute <= 72 * 60; minute++) history.add(START_MS + minute * MINUTE_MS, one("t", minute));
  const points = history.between("t", 0, Infinity);
  const endMs = START_MS + 72 * HOUR_MS;
  assert(points.length <= 48 * 12 + 1, String(points.length));
  assert((points[0]?.atWallMs ?? 0) >= endMs - 48 * HOUR_MS);
  assert.equal(points.at(-1)?.atWallMs, endMs);
});

Deno.test("createMemoryHistory() drops what a wrong clock said of the time to come", () => {
  const history = createMemoryHistory();
  history.add(START_MS, one("t", 1));
  history.add(START_MS + 300 * 24 * HOUR_MS, one("t", 2));
  history.add(START_MS + HOUR_MS, one("t", 3));
  history.add(START_MS + 2 * HOUR_MS, one("t", 4));
  assert.deepEqual(history.between("t", 0, Infinity).map(({ value }) => value), [3, 4]);
});

Deno.test("createMemoryHistory() stays sorted and bounded whatever the clock does", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 200 * HOUR_MS }), { maxLength: 200 }), (times) => {
    const history = createMemoryHistory();
    for (const atMs of times) history.add(START_MS + atMs, one("t", atMs));
    const points = history.between("t", 0, Infinity);
    assert(points.every(({ atWallMs }, index) => index === 0 || atWallMs > (points[index - 1]?.atWallMs ?? 0)));
    assert.equal(points.at(-1)?.value, times.at(-1));
    assert(points.every(({ atWallMs }) => atWallMs >= (points.at(-1)?.atWallMs ?? 0) - 48 * HOUR_MS));
  }));
});
