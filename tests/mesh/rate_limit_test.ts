import assert from "node:assert/strict";
import fc from "fast-check";
import { createRateLimit } from "../../src/mesh/rate_limit.ts";
import { createFakeClock } from "../support/fake_clock.ts";

const WINDOW_MS = 300_000;

Deno.test("rule 12: take() allows max attempts in the window, refuses once aloud and then in silence", async () => {
  const clock = createFakeClock();
  const limit = createRateLimit({ clock, windowMs: WINDOW_MS, max: 5 });
  for (let i = 0; i < 5; i += 1) assert.equal(limit.take(1), "ok");
  assert.equal(limit.take(1), "first-refusal");
  for (let i = 0; i < 50; i += 1) assert.equal(limit.take(1), "refused");
  assert.equal(limit.take(2), "ok");
  await clock.tick(WINDOW_MS);
  for (let i = 0; i < 5; i += 1) assert.equal(limit.take(1), "ok");
  assert.equal(limit.take(1), "first-refusal");
});

Deno.test("take() lets the window slide", async () => {
  const clock = createFakeClock();
  const limit = createRateLimit({ clock, windowMs: WINDOW_MS, max: 5 });
  for (let i = 0; i < 100; i += 1) {
    assert.equal(limit.take(1), "ok", `attempt ${i}`);
    await clock.tick(WINDOW_MS / 5);
  }
});

Deno.test("take() keeps silent as long as a flood lasts", async () => {
  const clock = createFakeClock();
  const limit = createRateLimit({ clock, windowMs: WINDOW_MS, max: 5 });
  const verdicts = new Map<string, number>();
  for (let second = 0; second < 3600; second += 1) {
    const verdict = limit.take(1);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    await clock.tick(1000);
  }
  assert.deepEqual(Object.fromEntries(verdicts), { "ok": 5, "first-refusal": 1, "refused": 3594 });
  await clock.tick(limit.retryInMs(1));
  assert.equal(limit.take(1), "ok");
});

Deno.test("take() does not repeat its polite refusal after a single allowed attempt", async () => {
  const clock = createFakeClock();
  const limit = createRateLimit({ clock, windowMs: 60_000, max: 2 });
  assert.equal(limit.take(1), "ok");
  await clock.tick(10_000);
  assert.equal(limit.take(1), "ok");
  await clock.tick(10_000);
  assert.equal(limit.take(1), "first-refusal");
  assert.equal(limit.retryInMs(1), 50_000);
  await clock.tick(50_000);
  assert.equal(limit.take(1), "ok");
  assert.equal(limit.take(1), "refused");
});

Deno.test("take() and retryInMs() agree with a plain list of attempts", () => {
  const anyPauses = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 });
  fc.assert(fc.property(anyPauses, fc.integer({ min: 1, max: 5 }), (pauses, max) => {
    let nowMs = 0;
    const limit = createRateLimit({ clock: { ...createFakeClock(), nowMs: () => nowMs }, windowMs: 1000, max });
    const attempts: number[] = [];
    const isFreeAt = (atMs: number) => attempts.filter((attemptMs) => atMs - attemptMs < 1000).length < max;
    assert.equal(limit.retryInMs(9), 0);
    for (const pauseMs of pauses) {
      nowMs += pauseMs;
      const retryInMs = limit.retryInMs(9);
      assert.ok(isFreeAt(nowMs + retryInMs));
      if (retryInMs > 0) assert.ok(!isFreeAt(nowMs + retryInMs - 1));
      assert.equal(limit.take(9) === "ok", retryInMs === 0);
      attempts.push(nowMs);
    }
  }));
});

Deno.test("take() remembers a bounded number of people, those of late", () => {
  const limit = createRateLimit({ clock: createFakeClock(), windowMs: WINDOW_MS, max: 1, keepKeys: 10 });
  assert.equal(limit.take("bob"), "ok");
  for (let stranger = 0; stranger < 100; stranger += 1) {
    assert.equal(limit.take(stranger), "ok");
    assert.equal(limit.take("bob"), stranger === 0 ? "first-refusal" : "refused");
  }
  for (let stranger = 100; stranger < 130; stranger += 1) limit.take(stranger);
  assert.equal(limit.take("bob"), "ok");
});

Deno.test("createRateLimit() refuses impossible limits", () => {
  const clock = createFakeClock();
  assert.throws(() => createRateLimit({ clock, windowMs: 1000, max: 0 }), RangeError);
  assert.throws(() => createRateLimit({ clock, windowMs: 0, max: 1 }), RangeError);
});

Deno.test("take() forgets nobody of the last 5,000 by default, and of the last keepKeys else", () => {
  for (const keepKeys of [undefined, 10]) {
    const kept = keepKeys ?? 5000;
    const limit = createRateLimit({
      clock: createFakeClock(),
      windowMs: WINDOW_MS,
      max: 1,
      ...(keepKeys === undefined ? {} : { keepKeys }),
    });
    limit.take("bob");
    // With the first of the next generation the one before is remembered still; with its last, and one more, no longer.
    for (let stranger = 1; stranger < 2 * kept; stranger += 1) limit.take(stranger);
    assert.equal(limit.retryInMs("bob"), WINDOW_MS, String(kept));
    limit.take(0);
    assert.equal(limit.retryInMs("bob"), 0, String(kept));
  }
});

Deno.test("createRateLimit() takes any positive window", () => {
  const clock = createFakeClock();
  for (const windowMs of [0.5, 1]) assert.equal(createRateLimit({ clock, windowMs, max: 1 }).take(1), "ok");
  for (const windowMs of [-1, NaN]) assert.throws(() => createRateLimit({ clock, windowMs, max: 1 }), RangeError);
  assert.throws(() => createRateLimit({ clock, windowMs: 1, max: 1.5 }), RangeError);
});
