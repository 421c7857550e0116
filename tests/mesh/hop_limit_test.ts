import assert from "node:assert/strict";
import { ownHopLimit, replyHopLimit } from "../../src/mesh/hop_limit.ts";

Deno.test("ownHopLimit() is the configured one, and 3 where none is", () => {
  assert.deepEqual([ownHopLimit(undefined), ownHopLimit({ hopLimit: 0 }), ownHopLimit({ hopLimit: 1 }), ownHopLimit({ hopLimit: 7 })], [
    3,
    3,
    1,
    7,
  ]);
});

Deno.test("replyHopLimit() is two hops more than the request took, our own at most, but never too few", () => {
  const reply = (hopsUsed: number | undefined, hopStart: number, own = 3) => replyHopLimit({ hopsUsed, hopStart }, own);
  assert.deepEqual([reply(undefined, 0), reply(undefined, 3, 5)], [3, 5]);
  assert.deepEqual([reply(0, 0), reply(0, 3), reply(0, 1, 1)], [0, 2, 1]);
  assert.deepEqual([reply(1, 3), reply(1, 3, 7), reply(2, 3), reply(5, 7), reply(1, 0)], [3, 3, 3, 5, 3]);
});
