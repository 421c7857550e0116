import assert from "node:assert/strict";
import fc from "fast-check";
import { Mailbox } from "../../src/alerts/mailbox.ts";
import type { Condition } from "../../src/condition.ts";

function condition(facts: readonly string[], key = "vigilance"): Condition {
  return { key, facts, text: `${key}: ${facts.join("+") || "over"}` };
}

function dueKeys(box: Mailbox, conditions: readonly Condition[], nowMs = 0): string[] {
  return box.due(conditions, nowMs).map(({ condition }) => condition.key);
}

Deno.test("Mailbox.due() is what has a new fact or has ended, once", () => {
  const box = new Mailbox();
  assert.deepEqual(dueKeys(box, [condition([])]), []);
  assert.deepEqual(dueKeys(box, [condition(["orange"])]), ["vigilance"]);
  box.say([condition(["orange"])]);
  assert.deepEqual(dueKeys(box, [condition(["orange"])]), []);
  assert.deepEqual(dueKeys(box, [condition(["orange", "wind"])]), ["vigilance"]);
  box.say([condition(["orange", "wind"])]);
  assert.deepEqual(dueKeys(box, [condition(["wind"])]), []);
  assert.deepEqual(dueKeys(box, [condition(["orange", "wind"])]), ["vigilance"], "a fact that was gone is new");
  assert.deepEqual(dueKeys(box, [condition([])]), ["vigilance"]);
  box.say([condition([])]);
  assert.deepEqual(dueKeys(box, [condition([])]), []);
  assert.equal(box.said.size, 0);
});

Deno.test("Mailbox.due() is in the order in which it came", () => {
  const box = new Mailbox();
  box.due([condition(["x"], "b")], 10);
  assert.deepEqual(box.due([condition(["x"], "a"), condition(["x"], "b")], 20).map(({ sinceMs }) => sinceMs), [10, 20]);
  // What was over meanwhile begins anew.
  box.due([condition([], "b")], 30);
  assert.deepEqual(dueKeys(box, [condition(["x"], "b"), condition(["x"], "a")], 40), ["a", "b"]);
});

Deno.test("Mailbox.unsay() leaves the destination with what it knew before", () => {
  const box = new Mailbox();
  box.said.set("vigilance", ["orange"]);
  const said = box.say([condition(["red"])]);
  box.unsay(said);
  assert.deepEqual(box.said.get("vigilance"), ["orange"]);
  box.unsay(box.say([condition([])]));
  assert.deepEqual(box.said.get("vigilance"), ["orange"]);
  assert.deepEqual(dueKeys(box, [condition([])]), ["vigilance"]);
  const first = box.say([condition(["orange", "wind"])]);
  box.say([condition(["orange", "wind", "flood"])]);
  box.unsay(first);
  assert.deepEqual(box.said.get("vigilance"), ["orange", "flood"]);
});

Deno.test("Mailbox.unsay() right after say() is as if nothing had been said", () => {
  const facts = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"));
  fc.assert(fc.property(facts, facts, (before, after) => {
    const box = new Mailbox();
    if (before.length > 0) box.said.set("k", before);
    box.unsay(box.say([condition(after, "k")]));
    assert.deepEqual((box.said.get("k") ?? []).toSorted(), before.toSorted());
  }));
});

Deno.test("Mailbox.waitedForAirMs() counts from when the channel was found full, for each alert", () => {
  const box = new Mailbox();
  assert.deepEqual([box.waitedForAirMs("a", 100), box.waitedForAirMs("a", 150), box.waitedForAirMs("b", 150)], [0, 50, 0]);
  box.airIsFree();
  assert.equal(box.waitedForAirMs("a", 200), 0);
});
