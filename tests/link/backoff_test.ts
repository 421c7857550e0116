import assert from "node:assert/strict";
import fc from "fast-check";
import { createBackoff } from "../../src/link/backoff.ts";

/** The moments of the dials of an outage, in seconds, when every dial fails at once. */
function dialTimes(random: () => number, untilS: number): number[] {
  const backoff = createBackoff(random);
  const times: number[] = [];
  for (let nowMs = 0; nowMs <= untilS * 1000;) {
    nowMs += backoff.next(nowMs);
    times.push(nowMs / 1000);
  }
  return times;
}

Deno.test("createBackoff() dials at once, then 0.25, 0.5, 1, every 2 s, from 30 s on 5 s, from 60 s on 10 s", () => {
  const times = dialTimes(() => 1, 100);
  assert.deepEqual(times.slice(0, 6), [0, 0.25, 0.75, 1.75, 3.75, 5.75]);
  const gaps = times.slice(1).map((time, index) => [times[index] as number, time - (times[index] as number)] as const);
  for (const [at, gap] of gaps.filter(([at]) => at >= 1.75)) assert.equal(gap, at < 30 ? 2 : at < 60 ? 5 : 10);
});

Deno.test("createBackoff() jitter only shortens, to no less than 0.75", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(200_000), fc.nat(10), (random, outageMs, attempt) => {
    const [exact, jittered] = [createBackoff(() => 1), createBackoff(() => random)];
    for (let i = 0; i < attempt; i++) void [exact.next(outageMs), jittered.next(outageMs)];
    const [full, shortened] = [exact.next(outageMs), jittered.next(outageMs)];
    assert.ok(shortened <= full && shortened >= 0.75 * full);
  }));
});

Deno.test("createBackoff() starts again after reset", () => {
  const backoff = createBackoff(() => 1);
  assert.deepEqual([0, 1, 2].map(() => backoff.next(0)), [0, 250, 500]);
  backoff.reset();
  assert.equal(backoff.next(0), 0);
});

Deno.test("createBackoff() waits longer from 30 s and from 60 s of an outage on, exactly", () => {
  const later = (outageMs: number) => {
    const backoff = createBackoff(() => 1);
    const first = [0, 0, 0, 0].map(() => backoff.next(outageMs));
    assert.deepEqual(first, [0, 250, 500, 1000]);
    return backoff.next(outageMs);
  };
  assert.deepEqual([0, 29_999, 30_000, 59_999, 60_000, 1e9].map(later), [2000, 2000, 5000, 5000, 10_000, 10_000]);
});

Deno.test("createBackoff() shortens a wait by a quarter at most", () => {
  const shortest = createBackoff(() => 0);
  assert.deepEqual([0, 0, 0, 0, 0].map(() => shortest.next(0)), [0, 187.5, 375, 750, 1500]);
  const half = createBackoff(() => 0.5);
  half.next(0);
  assert.equal(half.next(0), 218.75);
});
