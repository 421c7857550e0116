import assert from "node:assert/strict";
import { Retry } from "../../../src/services/lightning/retry.ts";

function waits(retry: Retry, count: number): number[] {
  return Array.from({ length: count }, () => retry.next());
}

Deno.test("Retry.next() doubles from 1 s to 2 min", () => {
  assert.deepEqual(waits(new Retry(() => 1), 9), [1, 2, 4, 8, 16, 32, 64, 120, 120].map((s) => s * 1000));
});

Deno.test("Retry.next() is shortened by up to a quarter", () => {
  assert.deepEqual(waits(new Retry(() => 0), 3), [750, 1500, 3000]);
});

Deno.test("Retry.ended() begins anew after a connection of a minute, and not after a short one", () => {
  const retry = new Retry(() => 1);
  waits(retry, 3);
  retry.ended(59_999);
  assert.equal(retry.next(), 8000);
  retry.ended(60_000);
  assert.equal(retry.next(), 1000);
});

Deno.test("Retry.next() stays finite after years of attempts", () => {
  assert.deepEqual(waits(new Retry(() => 1), 5000).at(-1), 120_000);
});
