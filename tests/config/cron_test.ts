import assert from "node:assert/strict";
import { Cron } from "croner";
import fc from "fast-check";
import { cronFault } from "../../src/config/cron.ts";

const GOOD = [
  "0 8 * * *",
  " 0  8 * * * ",
  "*/30 7-22 * * MON-FRI",
  "00 08 1,15 JAN-JUN/2 ?",
  "5,10-20/5,59 0 * * *",
  "0 8 L * *",
  "0 8 LW * *",
  "0 8 15W * *",
  "0 8 * * 5#2",
  "0 8 * * fri#L",
  "0 8 * * 5L",
  "0 8 ? * 7",
  "0 8 29 2 *",
  "0 8 31 2 mon",
  "0 8 31 */2 *",
];

Deno.test("cronFault() passes what the library reads, and that comes up at some time", () => {
  for (const text of GOOD) {
    assert.equal(cronFault(text), undefined, text);
    assert.ok(nextRun(text) !== undefined, text);
  }
});

Deno.test("cronFault() names the field that cannot be read", () => {
  const table: [text: string, field: string][] = [
    ["60 8 * * *", "minute"],
    ["-1 8 * * *", "minute"],
    ["0/5 8 * * *", "minute"],
    ["1,,2 8 * * *", "minute"],
    ["*/0 8 * * *", "minute"],
    ["*/61 8 * * *", "minute"],
    ["0 24 * * *", "hour"],
    ["0 8-5 * * *", "hour"],
    ["0 1-2-3 * * *", "hour"],
    ["0 8 0 * *", "day"],
    ["0 8 32 * *", "day"],
    ["0 8 1-L * *", "day"],
    ["0 8 W * *", "day"],
    ["0 8 * 13 *", "month"],
    ["0 8 * JANUARY *", "month"],
    ["0 8 * ? *", "month"],
    ["0 8 * * 8", "weekday"],
    ["0 8 * * FRI-MON", "weekday"],
    ["0 8 * * 5#6", "weekday"],
    ["0 8 * * L", "weekday"],
  ];
  for (const [text, field] of table) assert.match(cronFault(text) ?? "", new RegExp(`; the ${field} ".*" cannot be read$`), text);
  for (const text of ["", "8:00", "@daily", "0 0 8 * * *", "0 8 * *", "daily at 8"]) {
    assert.match(cronFault(text) ?? "", /^five fields of cron \(.*\), such as "0 8 \* \* \*" for every day at 8:00$/, text);
  }
});

Deno.test("cronFault() refuses days that never come", () => {
  for (const text of ["0 8 31 2 *", "0 8 30,31 FEB ?", "0 8 31 4,6,9,11 *", "0 8 31W APR-JUN/2 *", "0 8 31 2-12/9 *"]) {
    assert.equal(cronFault(text), "a day that exists in one of its months", text);
    assert.equal(nextRun(text), undefined, text);
  }
});

Deno.test("cronFault() passes nothing that the library refuses", () => {
  // One beyond each bound, so that most pass and some do not.
  const field = (min: number, max: number, ...special: string[]) => {
    const number = fc.integer({ min: min - 1, max: max + 1 });
    const part = fc.oneof(
      fc.constantFrom("*", ...special),
      number.map(String),
      fc.tuple(number, number).map(([from, to]) => `${Math.min(from, to)}-${Math.max(from, to)}`),
      fc.tuple(fc.constantFrom("*", `${min}-${max}`), number).map(([range, step]) => `${range}/${step}`),
    );
    return fc.array(part, { minLength: 1, maxLength: 2 }).map((parts) => parts.join(","));
  };
  const fields = fc.tuple(
    field(0, 59),
    field(0, 23),
    field(1, 31, "?", "L", "LW", "1W", "31W"),
    field(1, 12, "FEB", "FEB-MAY", "nov/2"),
    field(0, 7, "?", "MON", "5L", "5#2", "sun#L", "L"),
  );
  let passed = 0;
  fc.assert(
    fc.property(fields, (fields) => {
      const text = fields.join(" ");
      if (cronFault(text) !== undefined) return;
      passed++;
      assert.ok(nextRun(text) !== undefined, text);
    }),
    { numRuns: 2000 },
  );
  assert.ok(passed > 300, `${passed} passed`);
});

Deno.test("cronFault() takes any text", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."0123456789*/,-LW#? \t".split("")) })), (text) => {
    if (cronFault(text) === undefined) new Cron(text, { mode: "5-part" });
  }));
});

function nextRun(text: string): Date | undefined {
  return new Cron(text.trim(), { mode: "5-part", timezone: "Europe/Paris" }).nextRun() ?? undefined;
}
