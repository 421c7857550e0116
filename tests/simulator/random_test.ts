import assert from "node:assert/strict";
import fc from "fast-check";
import { freshPacketId, Random } from "../../src/simulator/random.ts";

Deno.test("Random gives the same numbers for the same seed, others for another", () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    const [a, b, c] = [new Random(seed), new Random(seed), new Random(seed + 1)];
    const numbers = (random: Random) => Array.from({ length: 5 }, () => random.next());
    assert.deepEqual(numbers(a), numbers(b));
    assert.notDeepEqual(numbers(new Random(seed)), numbers(c));
  }));
});

Deno.test("Random.fork() is a sequence of its own, whatever was drawn before", () => {
  const [a, b] = [new Random(1), new Random(1)];
  b.next();
  assert.equal(a.fork("x").next(), b.fork("x").next());
  assert.notEqual(a.fork("x").next(), a.fork("y").next());
});

Deno.test("Random.integer(), between(), pick(), chance(), shuffled() and bytes() stay in their bounds", () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: -1000, max: 1000 }), fc.nat(1000), (seed, min, span) => {
    const random = new Random(seed);
    const n = random.integer(min, min + span);
    assert.ok(Number.isInteger(n) && n >= min && n <= min + span);
    const x = random.between(min, min + span + 1);
    assert.ok(x >= min && x < min + span + 1);
  }));
  const random = new Random(9);
  assert.deepEqual(random.shuffled([1, 2, 3, 4]).sort(), [1, 2, 3, 4]);
  assert.ok(random.bytes(64).length === 64 && new Set(random.bytes(64)).size > 10);
  assert.equal(random.chance(0), false);
  assert.equal(random.chance(1), true);
  const mean = Array.from({ length: 2000 }, () => random.next()).reduce((sum, n) => sum + n, 0) / 2000;
  assert.ok(Math.abs(mean - 0.5) < 0.05);
  assert.throws(() => random.pick([]), RangeError);
});

Deno.test("freshPacketId() is never 0 and hardly ever the same", () => {
  const ids = new Set(Array.from({ length: 1000 }, freshPacketId));
  assert.ok(ids.size > 990 && !ids.has(0));
});
