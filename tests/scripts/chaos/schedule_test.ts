import assert from "node:assert/strict";
import fc from "fast-check";
import { FAULT_KINDS, type FaultKind, planFaults, planFirmware, planMark } from "../../../scripts/chaos/schedule.ts";

const NOT_CLOSING: ReadonlySet<FaultKind> = new Set(["halfFrame", "garbage", "servicesHang"]);
const BY_RESET: ReadonlySet<FaultKind> = new Set(["rst", "silence", "freeze", "kill", "hugeNodeDb", "acceptAndDrop"]);

Deno.test("planFaults() gives the same plan for the same seed, another one for another seed", () => {
  const plan = planFaults({ seed: 7, minutes: 2 });
  assert.deepEqual(planFaults({ seed: 7, minutes: 2 }), plan);
  assert.notDeepEqual(planFaults({ seed: 8, minutes: 2 }), plan);
  assert.equal(planMark(plan), planMark(planFaults({ seed: 7, minutes: 2 })));
  assert.notEqual(planMark(plan), planMark(planFaults({ seed: 8, minutes: 2 })));
});

Deno.test("planFaults() for longer begins as the one for shorter", () => {
  const short = planFaults({ seed: 3, minutes: 0.5 });
  assert.deepEqual(planFaults({ seed: 3, minutes: 30 }).slice(0, short.length), short);
});

Deno.test("planFaults() has every kind of fault, whatever the seed", () => {
  fc.assert(fc.property(fc.nat(), (seed) => {
    const kinds = new Set(planFaults({ seed, minutes: 1 }).map(({ kind }) => kind));
    assert.deepEqual([...kinds].sort(), [...FAULT_KINDS].sort());
  }));
});

Deno.test("planFaults() never makes a fight for the slot: five orderly closes without anything else between them", () => {
  fc.assert(fc.property(fc.nat(), (seed) => {
    let orderly = 0;
    for (const { kind } of planFaults({ seed, minutes: 5 })) {
      if (BY_RESET.has(kind)) orderly = 0;
      else if (!NOT_CLOSING.has(kind)) orderly += 1;
      assert.ok(orderly < 5, kind);
    }
  }));
});

Deno.test("planFirmware() has all three ages, and another first one for seeds in a row", () => {
  assert.deepEqual(planFirmware(5).toSorted(), ["2.6.11", "2.7.26", "2.8.0"]);
  assert.equal(new Set([1, 2, 3].map((seed) => planFirmware(seed)[0])).size, 3);
});
