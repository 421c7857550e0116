import assert from "node:assert/strict";
import fc from "fast-check";
import { type KeptStrike, Strikes } from "../../../src/services/lightning/strikes.ts";

const WINDOW_MS = 900_000;

function strikeAt(atMs: number, id = `${atMs}`): KeptStrike {
  return { id, atMs, latitude: 48, longitude: 2 };
}

Deno.test("Strikes counts what is in the window, once", () => {
  const strikes = new Strikes({ windowMs: WINDOW_MS });
  assert.equal(strikes.add(strikeAt(1000, "a")), true);
  assert.equal(strikes.add(strikeAt(1000, "a")), false);
  assert.equal(strikes.add(strikeAt(1000, "b")), true);
  assert.equal(strikes.count(1000), 2);
  assert.equal(strikes.count(1000 + WINDOW_MS), 2);
  assert.equal(strikes.count(1001 + WINDOW_MS), 0);
});

Deno.test("Strikes lists them in the order in which they struck, whatever the order in which they came", () => {
  const times = fc.array(fc.integer({ min: 0, max: 2 * WINDOW_MS }), { maxLength: 60 });
  fc.assert(fc.property(times, fc.integer({ min: 0, max: 3 * WINDOW_MS }), (came, nowMs) => {
    const strikes = new Strikes({ windowMs: WINDOW_MS });
    came.forEach((atMs, index) => strikes.add(strikeAt(atMs, `${index}`)));
    const expected = came.filter((atMs) => atMs >= nowMs - WINDOW_MS).sort((a, b) => a - b);
    assert.deepEqual(strikes.list(nowMs).map(({ atMs }) => atMs), expected);
    assert.equal(strikes.count(nowMs), expected.length);
  }));
});

Deno.test("Strikes keeps no more than it may, the newest, and counts the others", () => {
  const strikes = new Strikes({ windowMs: WINDOW_MS, maxKept: 100 });
  // Ten a second for 1000 s.
  for (let index = 0; index < 10_000; index++) strikes.add(strikeAt(index * 100, `${index}`));
  const nowMs = 999_900;
  const kept = strikes.list(nowMs);
  assert.equal(kept.length, 100);
  assert.equal(kept[0]?.atMs, 990_000);
  const true_ = 9001;
  // Right to the 10 s in which the window begins.
  assert(Math.abs(strikes.count(nowMs) - true_) <= 100, `${strikes.count(nowMs)}`);
  assert.equal(strikes.count(nowMs + WINDOW_MS + 10_000), 0);
});

Deno.test("Strikes holds 5000 by default, however many come", () => {
  const strikes = new Strikes({ windowMs: WINDOW_MS });
  for (let index = 0; index < 20_000; index++) strikes.add(strikeAt(1000, `${index}`));
  assert.equal(strikes.list(1000).length, 5000);
  assert.equal(strikes.count(1000), 20_000);
});
