import assert from "node:assert/strict";
import fc from "fast-check";
import { createRecentIds } from "../../src/mesh/recent_ids.ts";
import { createFakeClock } from "../support/fake_clock.ts";

Deno.test("seen() is true from the second time on, for the same sender and id only", () => {
  const ids = createRecentIds({ clock: createFakeClock() });
  assert.equal(ids.seen(0xffffff01, 0xfffffff2), false);
  assert.equal(ids.seen(0xffffff01, 0xfffffff2), true);
  assert.equal(ids.seen(0xffffff01, 0xfffffff2), true);
  assert.equal(ids.seen(0xffffff01, 0xfffffff3), false);
  assert.equal(ids.seen(0xffffff02, 0xfffffff2), false);
  assert.equal(ids.seen(0xfffffff2, 0xffffff01), false);
  assert.equal(ids.size, 4);
});

Deno.test("seen() takes the id 0 for no id", () => {
  const ids = createRecentIds({ clock: createFakeClock() });
  assert.equal(ids.seen(5, 0), false);
  assert.equal(ids.seen(5, 0), false);
  assert.equal(ids.size, 0);
});

Deno.test("seen() forgets after keepMs, counted from the first time", async () => {
  const clock = createFakeClock();
  const ids = createRecentIds({ clock, keepMs: 1000 });
  ids.seen(1, 1);
  await clock.tick(999);
  assert.equal(ids.seen(1, 1), true);
  await clock.tick(1);
  assert.equal(ids.seen(1, 1), false);
  assert.equal(ids.seen(1, 1), true);
});

Deno.test("seen() remembers a day by default", async () => {
  const clock = createFakeClock();
  const ids = createRecentIds({ clock });
  ids.seen(1, 1);
  await clock.tick(24 * 3600 * 1000 - 1);
  assert.equal(ids.seen(1, 1), true);
  await clock.tick(1);
  assert.equal(ids.size, 0);
});

Deno.test("seen() forgets the oldest beyond max", () => {
  const ids = createRecentIds({ clock: createFakeClock() });
  for (let id = 1; id <= 20_001; id += 1) ids.seen(7, id);
  assert.equal(ids.size, 20_000);
  assert.equal(ids.seen(7, 2), true);
  assert.equal(ids.seen(7, 20_001), true);
  assert.equal(ids.seen(7, 1), false);
});

Deno.test("seen() agrees with a plain list of what was seen", () => {
  const anyStep = fc.record({
    from: fc.integer({ min: 1, max: 3 }),
    id: fc.integer({ min: 1, max: 6 }),
    pauseMs: fc.integer({ min: 0, max: 40 }),
  });
  fc.assert(fc.property(fc.array(anyStep, { maxLength: 100 }), fc.integer({ min: 1, max: 8 }), (steps, max) => {
    let nowMs = 0;
    const ids = createRecentIds({ clock: { ...createFakeClock(), nowMs: () => nowMs }, keepMs: 100, max });
    let model: { key: string; atMs: number }[] = [];
    for (const { from, id, pauseMs } of steps) {
      nowMs += pauseMs;
      model = model.filter(({ atMs }) => nowMs - atMs < 100);
      const key = `${from} ${id}`;
      const expected = model.some((entry) => entry.key === key);
      if (!expected) model = [...model, { key, atMs: nowMs }].slice(-max);
      assert.equal(ids.seen(from, id), expected);
      assert.equal(ids.size, model.length);
    }
  }));
});

Deno.test("createRecentIds() refuses to remember nothing", () => {
  assert.throws(() => createRecentIds({ clock: createFakeClock(), max: 0 }), RangeError);
});

Deno.test("seen() goes by every bit of both numbers", () => {
  const ids = createRecentIds({ clock: createFakeClock() });
  assert.equal(ids.seen(0, 0xffff_ffff), false);
  for (let bit = 0; bit < 32; bit += 1) {
    const one = 1 << bit >>> 0;
    assert.equal(ids.seen(one, 0xffff_ffff), false, `sender ${one}`);
    assert.equal(ids.seen(0, (0xffff_ffff ^ one) >>> 0), false, `id ${one}`);
  }
  assert.equal(ids.size, 65);
});

Deno.test("createRecentIds() takes a place of one, and no part of one", () => {
  const ids = createRecentIds({ clock: createFakeClock(), max: 1 });
  assert.deepEqual([ids.seen(1, 1), ids.seen(1, 1), ids.seen(1, 2), ids.seen(1, 1)], [false, true, false, false]);
  assert.throws(() => createRecentIds({ clock: createFakeClock(), max: 1.5 }), RangeError);
});
