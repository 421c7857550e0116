import assert from "node:assert/strict";
import { readNumbers, wordsOf } from "../../../src/commands/support/numbers.ts";

const HOURS = { most: 24, usual: 3 };
const COUNT = { most: 20, usual: 5 };

Deno.test("readNumbers() reads hours and a number, within their bounds", () => {
  const rows: [string, number, number][] = [
    ["", 3, 5],
    ["12", 12, 5],
    ["12h", 12, 5],
    ["12 H", 12, 5],
    ["2 h 7", 2, 7],
    ["  2   7 ", 2, 7],
    ["0 0", 1, 1],
    ["999999999 999999999", 24, 20],
  ];
  for (const [args, hours, count] of rows) {
    assert.deepEqual(readNumbers(wordsOf(args), { hours: HOURS, count: COUNT }), { hours, count }, args);
  }
});

Deno.test("readNumbers() refuses everything else", () => {
  for (const args of ["x", "-1", "1.5", "2 x", "2 7 9", "2h 7h", "h", "1e3", "٣", "9999999999", "__proto__", "3d"]) {
    assert.equal(readNumbers(wordsOf(args), { hours: HOURS, count: COUNT }), undefined, args);
  }
  assert.equal(readNumbers(wordsOf("2 7"), { hours: HOURS }), undefined);
});
