import assert from "node:assert/strict";
import fc from "fast-check";
import { judgeHearing, orderOf, readable } from "../../../scripts/bench/share_ledger.ts";

const SAID = orderOf([11, 12, 13, 14, 15]);
const NOTHING = { lost: 0, doubled: 0, reordered: 0 };

Deno.test("judgeHearing() finds nothing in any stretch of what was said, but for what is exempt", () => {
  const ids = fc.uniqueArray(fc.nat(), { minLength: 1 });
  fc.assert(fc.property(ids, fc.nat(), fc.nat(), fc.infiniteStream(fc.boolean()), (said, start, length, kept) => {
    const from = start % said.length;
    const stretch = said.slice(from, from + 1 + length % said.length);
    const exempt = new Set(stretch.filter(() => kept.next().value));
    const heard = stretch.filter((id) => !exempt.has(id));
    assert.deepEqual(judgeHearing({ said: orderOf(said), heard, exempt, from, until: from + stretch.length }), NOTHING);
  }));
});

Deno.test("judgeHearing() finds a packet that is left out, one that comes twice, and two that have changed places", () => {
  assert.deepEqual(judgeHearing({ said: SAID, heard: [12, 14, 15] }), { ...NOTHING, lost: 1 });
  assert.deepEqual(judgeHearing({ said: SAID, heard: [12, 13, 13, 14, 12] }), { ...NOTHING, doubled: 2 });
  assert.deepEqual(judgeHearing({ said: SAID, heard: [11, 13, 12, 14] }), { ...NOTHING, reordered: 1 });
});

Deno.test("judgeHearing() finds what is missing at the beginning and the end, where that must be there", () => {
  assert.deepEqual(judgeHearing({ said: SAID, heard: [13] }), NOTHING);
  assert.deepEqual(judgeHearing({ said: SAID, heard: [13], from: 1 }), { ...NOTHING, lost: 1 });
  assert.deepEqual(judgeHearing({ said: SAID, heard: [13], until: 5 }), { ...NOTHING, lost: 2 });
  assert.deepEqual(judgeHearing({ said: SAID, heard: [], from: 2, until: 5 }), { ...NOTHING, lost: 3 });
});

Deno.test("judgeHearing() finds what a client was not to hear: its own texts, and what nobody said", () => {
  assert.deepEqual(judgeHearing({ said: SAID, heard: [11, 12, 13], exempt: new Set([12]) }), { ...NOTHING, doubled: 1 });
  assert.deepEqual(judgeHearing({ said: SAID, heard: [11, 99] }), { ...NOTHING, doubled: 1 });
});

Deno.test("readable() leaves out only what followed the last that was heard before a reset", () => {
  const said = [1, 2, 3].map((id) => ({ id, connection: 1, certain: true })).concat({ id: 4, connection: 2, certain: true });
  assert.deepEqual(readable(said, new Set([2]), (connection) => connection === 1), { ids: [1, 2, 4], unread: 1 });
  assert.deepEqual(readable(said, new Set(), (connection) => connection === 1), { ids: [4], unread: 3 });
  assert.deepEqual(readable(said, new Set([2]), () => false), { ids: [1, 2, 3, 4], unread: 0 });
});

Deno.test("readable() takes what the radio may have said for said when somebody has heard it", () => {
  const said = [1, 2].map((id) => ({ id, connection: 1, certain: false }));
  assert.deepEqual(readable(said, new Set([1]), () => false), { ids: [1], unread: 0 });
});
