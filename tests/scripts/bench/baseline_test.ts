import assert from "node:assert/strict";
import { type Baseline, baselineText, fallNotes, mergeBaseline, readBaseline, steadyRatios } from "../../../scripts/bench/baseline.ts";
import type { Machine } from "../../../scripts/bench/machine.ts";
import type { Row } from "../../../scripts/bench/row.ts";

const MACHINE: Machine = { processor: "Abacus", processors: 2, memoryGiB: 4, system: "linux 1", versions: { deno: "1.2.3" } };
const SAVED = "2030-01-31";

/** A duration beside its rival's. */
function took(what: string, measured: number, rivalMeasured: number, rival: Partial<Row["rival"]> = {}): Row {
  return {
    letter: "a",
    what,
    measured,
    unit: "s",
    target: { atMost: 1 },
    rival: { name: "bare socket", measured: rivalMeasured, ...rival },
    detail: "",
  };
}

function baselineOf(...rows: Row[]): Baseline {
  return mergeBaseline(undefined, { saved: SAVED, machine: MACHINE, rows, whole: true });
}

Deno.test("steadyRatios() leaves out who has no rival, a rival that took nothing, and what chance decides", () => {
  const alone: Row = { letter: "a", what: "alone", measured: 1, unit: "s", target: { atMost: 2 }, detail: "" };
  const rows = [alone, took("nothing", 1, 0), took("no time", 0, 1), took("chance", 1, 2, { unsteady: true }), took("steady", 3, 1)];
  assert.deepEqual(steadyRatios(rows), { "a steady / bare socket": 0.333 });
});

Deno.test("fallNotes() notes a ratio that is worse by more than a fifth, for durations and for rates", () => {
  const rate = (measured: number): Row => ({ ...took("decoding", measured, 100), target: { atLeast: 500 }, unit: "packets/s" });
  const baseline = baselineOf(took("start", 1, 8.3), rate(830));
  assert.deepEqual(fallNotes([took("start", 1, 5.1), rate(510)], baseline), [
    "note: a start / bare socket: the ratio fell from 8.3 to 5.1 (−39 %)",
    "note: a decoding / bare socket: the ratio fell from 8.3 to 5.1 (−39 %)",
  ]);
});

Deno.test("fallNotes() is quiet about a fall of a fifth, about a better ratio, and about figures that the baseline does not know", () => {
  const baseline = baselineOf(took("start", 1, 10), took("gone", 1, 10));
  assert.deepEqual(fallNotes([took("start", 1, 8)], baseline), []);
  assert.deepEqual(fallNotes([took("start", 1, 30), took("new", 1, 0.1), took("toString", 1, 0.1)], baseline), []);
  assert.deepEqual(fallNotes([took("start", 1, 1, { name: "official client" })], baseline), []);
  assert.deepEqual(fallNotes([took("start", 1, 1)], undefined), []);
  assert.equal(fallNotes([took("start", 1, 7.9)], baseline).length, 1);
});

Deno.test("mergeBaseline() keeps what was not measured, in the order of the names, and a whole run replaces all", () => {
  const before = baselineOf(took("zebra", 1, 2), took("ant", 1, 3));
  const part = mergeBaseline(before, {
    saved: "2030-02-01",
    machine: MACHINE,
    rows: [took("mole", 1, 4), took("ant", 1, 5)],
    whole: false,
  });
  assert.deepEqual(Object.entries(part.ratios), [["a ant / bare socket", 5], ["a mole / bare socket", 4], ["a zebra / bare socket", 2]]);
  assert.equal(part.saved, "2030-02-01");
  const whole = mergeBaseline(before, { saved: SAVED, machine: MACHINE, rows: [took("mole", 1, 4)], whole: true });
  assert.deepEqual(Object.keys(whole.ratios), ["a mole / bare socket"]);
});

Deno.test("readBaseline() reads what baselineText() has written", () => {
  const baseline = baselineOf(took("start", 1, 2));
  assert.deepEqual(readBaseline(baselineText(baseline)), baseline);
});

Deno.test("readBaseline() says what to do with a file that is none", () => {
  for (
    const text of ["", "null", "[]", "{}", `{"saved":"x","machine":null,"ratios":{}}`, `{"saved":"x","machine":{},"ratios":{"a":"1"}}`]
  ) {
    assert.throws(() => readBaseline(text), /--save/, text);
  }
});
