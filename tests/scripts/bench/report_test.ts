import assert from "node:assert/strict";
import type { Machine } from "../../../scripts/bench/machine.ts";
import { reportOf } from "../../../scripts/bench/report.ts";
import type { Row } from "../../../scripts/bench/row.ts";

const MACHINE: Machine = { processor: "Abacus", processors: 2, memoryGiB: 4, system: "linux 1", versions: { deno: "1.2.3" } };
const ALONE: Row = { letter: "d", what: "reconnects", measured: 0, unit: "", target: { atMost: 0 }, detail: "none" };
const BESIDE: Row = {
  letter: "f",
  what: "decoding",
  measured: 900,
  unit: "packets/s",
  target: { atLeast: 1000 },
  rival: { name: "official client", measured: 300, unsteady: true },
  detail: "of 3",
};

Deno.test("reportOf() gives every row the same names, with null for what it does not have", () => {
  const report = reportOf({ date: "2030-01-31", machine: MACHINE, notes: ["note: slower"], rows: [ALONE, BESIDE] });
  assert.deepEqual(report, {
    date: "2030-01-31",
    machine: MACHINE,
    measurements: [
      { ...ALONE, reached: true, rival: null, ratio: null },
      { ...BESIDE, reached: false, rival: { name: "official client", measured: 300 }, ratio: 3 },
    ],
    notes: ["note: slower"],
  });
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
});
