import assert from "node:assert/strict";
import * as fc from "fast-check";
import { fitTable } from "../../../src/commands/support/fit_table.ts";
import { textLengthBytes } from "../../../src/mesh/text.ts";

const TABLE = { header: "H", lines: ["aaaa", "bbbb", "cccc"], footer: "F" };

Deno.test("fitTable() takes the first table that fits whole", () => {
  const narrow = { header: "h", lines: ["a", "b", "c"] };
  assert.equal(fitTable([TABLE, narrow], 18), "H\naaaa\nbbbb\ncccc\nF");
  assert.equal(fitTable([TABLE, narrow], 17), "h\na\nb\nc");
});

Deno.test("fitTable() says how many lines are missing where they are missing", () => {
  assert.equal(fitTable([TABLE], 17), "H\naaaa\n…(+2)\nF");
  assert.equal(fitTable([TABLE], 17, { keep: "last" }), "H\n…(+2)\ncccc\nF");
  assert.equal(fitTable([TABLE], 5), "H\n…(+3)\nF");
});

Deno.test("fitTable() counts what was left out before", () => {
  assert.equal(fitTable([{ header: "H", lines: ["a"], left: 4 }], 50), "H\na\n…(+4)");
  assert.equal(fitTable([{ header: "H", lines: ["a"], left: 4 }], 50, { keep: "last" }), "H\n…(+4)\na");
  assert.equal(fitTable([{ header: "H", lines: ["a", "b"], left: 9 }], 11), "H\n…(+11)");
});

Deno.test("fitTable() keeps to the bytes, loses no line uncounted, and shows as many as it can", () => {
  const line = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter((text) => !/[\n…]/.test(text));
  const keep = fc.constantFrom<"first" | "last">("first", "last");
  fc.assert(fc.property(fc.array(line, { maxLength: 60 }), fc.integer({ min: 40, max: 232 }), keep, (lines, limitBytes, keep) => {
    const text = fitTable([{ header: "Head", lines, footer: "Foot" }], limitBytes, { keep });
    assert(textLengthBytes(text) <= limitBytes, text);
    const shown = text.split("\n").slice(1, -1);
    const rest = shown.findIndex((line) => line.startsWith("…(+"));
    if (rest < 0) return assert.deepEqual(shown, lines);
    const missing = Number(/\d+/.exec(shown[rest] ?? "")?.[0]);
    const kept = shown.toSpliced(rest, 1);
    assert.equal(rest, keep === "first" ? kept.length : 0);
    assert.deepEqual(kept, keep === "first" ? lines.slice(0, kept.length) : lines.slice(lines.length - kept.length));
    assert.equal(missing + kept.length, lines.length);
    const next = (keep === "first" ? lines[kept.length] : lines.at(-kept.length - 1)) ?? "";
    assert(textLengthBytes(text) + 1 + textLengthBytes(next) > limitBytes - 1, `another line would fit: ${text}`);
  }));
});
