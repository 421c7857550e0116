import assert from "node:assert/strict";
import * as fc from "fast-check";
import { ServiceError } from "../../../src/errors.ts";
import { readApi } from "../../../src/services/vigilance/api.ts";
import { type Bulletin, readingOf } from "../../../src/services/vigilance/bulletin.ts";
import { departmentOf } from "../../../src/services/vigilance/departments.ts";
import type { Standing } from "../../../src/services/vigilance/standing.ts";
import { createFakeClock } from "../../support/fake_clock.ts";
import { apiJson, datesAt, parisTime } from "./samples.ts";

const wallMs = createFakeClock().wallMs();
const dates = datesAt(wallMs);
const UPDATED = new Date(parisTime(dates.today, "10:30")).toISOString();

const TODAY = [
  { domain_id: "59", max_color_id: 3, phenomena: { "1": 3, "3": 2, "5": 1 } },
  { domain_id: "5910", max_color_id: 4, phenomena: { "9": 4 } },
  { domain_id: "2A", max_color_id: 2, phenomena: { "2": 2, "4": 2, "5": 2, "6": 2, "7": 2, "8": 2 } },
  { domain_id: "FRA", max_color_id: 4, phenomena: { "1": 4 } },
] as const;
const TOMORROW = [{ domain_id: "59", max_color_id: 2, phenomena: { "3": 2 } }] as const;

function standingsOf(bulletin: Bulletin, code: string, atWallMs = wallMs): (string | undefined)[] {
  const department = departmentOf(code);
  assert(department);
  const { today, tomorrow } = readingOf(bulletin, department, atWallMs);
  return [today, tomorrow].map((standing) => standing && wordsOf(standing));
}

function wordsOf({ colour, phenomena }: Standing): string {
  return [colour, ...[...phenomena].map(([name, own]) => `${name}:${own}`).sort()].join(" ");
}

Deno.test("readApi() reads colours and phenomena of two days, and a department's coast with it", () => {
  const bulletin = readApi(JSON.stringify(apiJson(TODAY, TOMORROW, UPDATED)), wallMs);
  assert.deepEqual(standingsOf(bulletin, "59"), ["red thunderstorms:yellow waves:red wind:orange", "yellow thunderstorms:yellow"]);
  assert.deepEqual(standingsOf(bulletin, "2A"), [
    "yellow avalanches:yellow cold:yellow floods:yellow heat:yellow rain:yellow snow:yellow",
    "green",
  ]);
  assert.deepEqual(standingsOf(bulletin, "01"), ["green", "green"]);
  assert.deepEqual(standingsOf(bulletin, "99"), ["green", "green"]);
  const department = departmentOf("59");
  assert(department);
  assert.equal(readingOf(bulletin, department, wallMs).issued, "10:30");
});

Deno.test("readApi() reads the bare documented shape: J is today", () => {
  const domain_ids = [{ domain_id: "59", max_color_id: 3, phenomenon_items: [{ phenomenon_id: 3, phenomenon_max_color_id: 3 }] }];
  const periods = [{ echeance: "J1", timelaps: { domain_ids: [{ domain_id: "59", max_color_id: 1 }] } }, {
    echeance: "J",
    timelaps: { domain_ids },
  }];
  assert.deepEqual(standingsOf(readApi(JSON.stringify({ product: { periods } }), wallMs), "59"), [
    "orange thunderstorms:orange",
    "green",
  ]);
  const only = readApi(JSON.stringify({ product: { periods: [periods[1]] } }), wallMs);
  assert.deepEqual(standingsOf(only, "59"), ["orange thunderstorms:orange", undefined]);
});

Deno.test("readApi() takes yesterday's map for today until the morning's is out, and no older one", () => {
  const text = JSON.stringify(apiJson(TODAY, TOMORROW, UPDATED));
  const night = parisTime(dates.tomorrow, "01:00");
  assert.deepEqual(standingsOf(readApi(text, night), "59", night), ["yellow thunderstorms:yellow", undefined]);
  const error = { name: "ServiceError", fault: "unreadable", missing: "date", what: dates.today };
  assert.throws(() => readApi(text, parisTime(dates.tomorrow, "12:00")), error);
  assert.throws(() => readApi(text, wallMs + 7 * 86_400_000), error);
});

Deno.test("readApi() has nobody green who is not in it or has no known colour", () => {
  const domains = (max_color_id: unknown) => [{ domain_id: "59", max_color_id }, { domain_id: "5910", max_color_id: 1 }, {
    domain_id: "60",
    max_color_id: 1,
  }];
  for (const colour of [0, 5, null, "green", -1, 1.5, "__proto__"]) {
    const periods = [{ echeance: "J", timelaps: { domain_ids: domains(colour) } }];
    const bulletin = readApi(JSON.stringify({ product: { periods } }), wallMs);
    assert.throws(() => standingsOf(bulletin, "59"), { fault: "unreadable", missing: "department", what: "59" }, String(colour));
    assert.throws(() => standingsOf(bulletin, "974"), { fault: "unreadable", missing: "department", what: "974" });
    assert.deepEqual(standingsOf(bulletin, "60"), ["green", undefined]);
  }
});

Deno.test("readApi() names what is missing", () => {
  const missing = (value: unknown) => {
    try {
      readApi(typeof value === "string" ? value : JSON.stringify(value), wallMs);
    } catch (error) {
      return (error as Error).message;
    }
  };
  const who = "Météo-France's API cannot be read: no";
  assert.equal(missing("<html>Forbidden</html>"), `${who} JSON`);
  assert.equal(missing(""), `${who} JSON`);
  for (const value of [null, [], {}, { product: {} }, { product: { periods: {} } }, { product: { periods: [] } }]) {
    assert.equal(missing(value), `${who} product.periods`);
  }
  for (const period of [null, {}, { echeance: "J1" }, { echeance: "J", timelaps: { domain_ids: [null, {}, { domain_id: "FRA" }] } }]) {
    assert.equal(missing({ product: { periods: [period] } }), `${who} timelaps.domain_ids of "J"`);
  }
});

Deno.test("readApi() gives a bulletin or says that it cannot, whatever comes", () => {
  const whole = JSON.stringify(apiJson(TODAY, TOMORROW, UPDATED));
  const pieces = [
    "null",
    "{}",
    "[]",
    "1e999",
    '"__proto__"',
    '"constructor"',
    "-1",
    '"J"',
    "\u0000",
    '{"product":{"periods":[{"echeance":"J"}]}}',
  ];
  const mutated = fc.array(fc.tuple(fc.nat(whole.length), fc.nat(60), fc.constantFrom("", ...pieces)), { maxLength: 3 })
    .map((cuts) => cuts.reduce((text, [at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length), whole));
  const shaped = fc.record({
    product: fc.record({ periods: fc.array(fc.record({ echeance: fc.constantFrom("J", "J1", 0), timelaps: fc.jsonValue() })) }),
  })
    .map((value) => JSON.stringify(value));
  fc.assert(
    fc.property(fc.oneof(mutated, shaped, fc.json(), fc.string()), (text) => {
      try {
        assert(readApi(text, wallMs).days.length > 0);
      } catch (error) {
        assert(error instanceof ServiceError && error.fault === "unreadable", String(error));
      }
    }),
    { numRuns: 500 },
  );
});
