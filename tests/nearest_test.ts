import assert from "node:assert/strict";
import fc from "fast-check";
import { editDistance, nearest } from "../src/nearest.ts";

const WORDS = ["help", "ping", "echo", "nodes", "node", "my", "trace", "legend", "sys", "status", "simulate", "silent_timeout_s"];

Deno.test("nearest() finds a word with one slip: wrong, missing, added or swapped letters", () => {
  assert.equal(nearest("pong", WORDS), "ping");
  assert.equal(nearest("pig", WORDS), "ping");
  assert.equal(nearest("pinng", WORDS), "ping");
  assert.equal(nearest("pnig", WORDS), "ping");
});

Deno.test("nearest() ignores the case", () => {
  assert.equal(nearest("STATUS", WORDS), "status");
  assert.equal(nearest("prot", ["Port"]), "Port");
});

Deno.test("nearest() allows more slips in longer words and takes the closest", () => {
  assert.equal(nearest("silnt_timout", ["silent_timeout_s", "check_interval_s"]), undefined);
  assert.equal(nearest("silnt_timout_s", WORDS), "silent_timeout_s");
  assert.equal(nearest("nodess", WORDS), "nodes");
  assert.equal(nearest("nod", WORDS), "node");
});

Deno.test("nearest() takes the only candidate that begins with the word", () => {
  assert.equal(nearest("sim", WORDS), "simulate");
  assert.equal(nearest("stat", WORDS), "status");
  assert.equal(nearest("reply", ["reply_in_channels", "reply_in_direct"]), undefined);
});

Deno.test("nearest() says nothing when nothing is close", () => {
  assert.equal(nearest("weather", WORDS), undefined);
  assert.equal(nearest("abcd", WORDS), undefined);
  assert.equal(nearest("x", WORDS), undefined);
  assert.equal(nearest("", WORDS), undefined);
  assert.equal(nearest("help", []), undefined);
});

Deno.test("nearest() does not measure words that are absurdly long", () => {
  assert.equal(nearest("p".repeat(100_000), ["p".repeat(100_000)]), undefined);
});

Deno.test("editDistance() is a distance: zero for equal words only, and the same both ways", () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(fc.property(word, word, (a, b) => {
    const distance = editDistance(a, b);
    assert.equal(distance, editDistance(b, a));
    assert.equal(distance === 0, a === b);
    assert.ok(distance <= Math.max(a.length, b.length));
    assert.ok(distance >= Math.abs(a.length - b.length));
  }));
});
