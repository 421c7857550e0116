import assert from "node:assert/strict";
import fc from "fast-check";
import { bucketMeans, sparkline } from "../../../src/commands/support/sparkline.ts";
import { textLengthBytes } from "../../../src/mesh/text.ts";

Deno.test("sparkline() goes from the lowest block to the highest", () => {
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7]), "▁▂▃▄▅▆▇█");
  assert.equal(sparkline([-7, 0, -3.5]), "▁█▅");
});

Deno.test("sparkline() draws what is constant in the middle", () => {
  assert.equal(sparkline([3, 3, 3]), "▅▅▅");
  assert.equal(sparkline([0]), "▅");
});

Deno.test("sparkline() leaves a gap where there is no value", () => {
  assert.equal(sparkline([undefined, 1, undefined, 2, NaN, Infinity]), "·▁·█··");
  assert.equal(sparkline([undefined, undefined]), "··");
  assert.equal(sparkline([]), "");
});

Deno.test("sparkline() has one sign for each value, of at most 3 bytes", () => {
  const value = fc.option(fc.double(), { nil: undefined });
  fc.assert(fc.property(fc.array(value, { maxLength: 30 }), (values) => {
    const text = sparkline(values);
    assert.equal([...text].length, values.length);
    assert.match(text, /^[▁▂▃▄▅▆▇█·]*$/u);
    assert(textLengthBytes(text) <= 3 * values.length);
  }));
});

Deno.test("bucketMeans() lays the values on their time, with holes where nothing was measured", () => {
  const points = [{ atMs: 100, value: 2 }, { atMs: 119, value: 4 }, { atMs: 160, value: -5 }, { atMs: 200, value: 7 }];
  assert.deepEqual(bucketMeans(points, { fromMs: 100, toMs: 200, columns: 5 }), [3, undefined, undefined, -5, 7]);
});

Deno.test("bucketMeans() takes both ends of the span and nothing outside", () => {
  const points = [99, 100, 199, 200, 201].map((atMs) => ({ atMs, value: atMs }));
  assert.deepEqual(bucketMeans(points, { fromMs: 100, toMs: 200, columns: 2 }), [100, 199.5]);
  assert.deepEqual(bucketMeans([{ atMs: NaN, value: 1 }, { atMs: 150, value: NaN }], { fromMs: 100, toMs: 200, columns: 1 }), [undefined]);
  assert.deepEqual(bucketMeans([], { fromMs: 0, toMs: 10, columns: 3 }), [undefined, undefined, undefined]);
  assert.deepEqual(bucketMeans([{ atMs: 5, value: 1 }], { fromMs: 5, toMs: 5, columns: 2 }), [1, undefined]);
});
