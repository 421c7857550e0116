import assert from "node:assert/strict";
import * as fc from "fast-check";
import { ServiceError } from "../../../src/errors.ts";
import { sentences } from "../../../src/i18n/mod.ts";
import { textLengthBytes } from "../../../src/mesh/text.ts";
import type { Reading } from "../../../src/services/vigilance/bulletin.ts";
import { allDepartments, departmentOf } from "../../../src/services/vigilance/departments.ts";
import { COLOURS, GREEN, type Phenomenon, type Standing, standing } from "../../../src/services/vigilance/standing.ts";
import { answerText, readingText, unknownText } from "../../../src/services/vigilance/text.ts";
import { UnreadableError } from "../../../src/services/vigilance/unreadable.ts";

const en = sentences("en");
const fr = sentences("fr");
const LIMIT_BYTES = 200;

function readingOf(reading: Partial<Reading> = {}): Reading {
  const department = departmentOf("59");
  assert(department);
  return { department, way: "page", today: GREEN, tomorrow: GREEN, issued: "16:02", ...reading };
}

Deno.test("readingText() tells today, tomorrow and the time of issue", () => {
  const reading = readingOf({ today: standing("orange", ["wind", "thunderstorms"]), tomorrow: standing("yellow", ["heat"]) });
  assert.equal(
    readingText(reading, en, LIMIT_BYTES),
    "🟠 Vigilance 59 Nord: orange\nWind, thunderstorms\nTomorrow: yellow, heat\nissued 16:02",
  );
  assert.equal(
    readingText(reading, fr, LIMIT_BYTES),
    "🟠 Vigilance 59 Nord: orange\nVent violent, orages\nDemain: jaune, canicule\ndiffusé à 16:02",
  );
});

Deno.test("readingText() gives phenomena of a lower colour theirs, behind the others", () => {
  const today: Standing = { colour: "red", phenomena: new Map([["wind", "yellow"], ["floods", "red"], ["snow", "orange"]]) };
  assert.equal(
    readingText(readingOf({ today, tomorrow: undefined, issued: undefined, way: "meteoalarm" }), en, LIMIT_BYTES),
    "🔴 Vigilance 59 Nord: red\nRivers in flood, snow and ice (orange), wind (yellow)\nTomorrow: unknown\nby MeteoAlarm",
  );
  assert.equal(readingText(readingOf(), fr, LIMIT_BYTES), "🟢 Vigilance 59 Nord: vert\nDemain: vert\ndiffusé à 16:02");
});

Deno.test("answerText() says how old a reading is and why there is none newer", () => {
  const failures = [
    { way: "page", error: new UnreadableError("x", "headings") },
    { way: "meteoalarm", error: new ServiceError("slow", "x") },
  ] as const;
  const answer = { reading: readingOf({ today: standing("orange", ["wind"]) }), ageMs: 3 * 3_600_000, failures };
  assert.equal(
    answerText(answer, en, LIMIT_BYTES),
    "🟠 Vigilance 59 Nord: orange\nWind\nTomorrow: green\nissued 16:02\n" +
      "⚠️ read 3h ago: page: no dated headings of two days, MeteoAlarm: no answer in time",
  );
  assert.equal(
    answerText({ ...answer, failures: [failures[1]] }, fr, LIMIT_BYTES),
    "🟠 Vigilance 59 Nord: orange\nVent violent\nDemain: vert\ndiffusé à 16:02\n⚠️ lu il y a 3h: MeteoAlarm: pas de réponse à temps",
  );
  assert.equal(answerText({ ...answer, failures: [] }, en, LIMIT_BYTES), readingText(answer.reading, en, LIMIT_BYTES));
});

Deno.test("unknownText() names the department and what each way lacked", () => {
  const { department } = readingOf();
  const failures = [
    { way: "api", error: new ServiceError("refused", "x") },
    { way: "page", error: new UnreadableError("x", "date", "2026-06-01") },
    { way: "meteoalarm", error: new ServiceError("unreachable", "x") },
  ] as const;
  assert.equal(
    unknownText(department, failures, en),
    "⚠️ Vigilance 59 Nord: unknown\nAPI: refused\nPage: dated 2026-06-01\nMeteoAlarm: not reached",
  );
  assert.equal(
    unknownText(department, failures, fr),
    "⚠️ Vigilance 59 Nord: inconnue\nAPI: refus\nPage: datée du 2026-06-01\nMeteoAlarm: injoignable",
  );
});

Deno.test("answerText() fits in one message, and never loses colour, age or source", () => {
  const phenomena = Object.keys(en.vigilance.phenomena) as Phenomenon[];
  const colour = fc.constantFrom(...COLOURS.slice(1));
  const someStanding = fc.record({
    colour,
    phenomena: fc.uniqueArray(fc.tuple(fc.constantFrom(...phenomena), colour), { selector: ([name]) => name }),
  })
    .map(({ colour, phenomena }): Standing => ({ colour, phenomena: new Map(phenomena) }));
  const missing = Object.keys(en.vigilance.missing) as (keyof typeof en.vigilance.missing)[];
  const error = fc.oneof(
    fc.constantFrom(...missing).map((kind) => new UnreadableError("x", kind, "timelaps.domain_ids")),
    fc.constantFrom("unreachable", "slow", "refused", "tooBig", "unreadable").map((fault) => new ServiceError(fault, "x")),
  );
  const way = fc.constantFrom("api", "page", "meteoalarm");
  const answer = fc.record({
    reading: fc.record({
      department: fc.constantFrom(...allDepartments()),
      way,
      today: someStanding,
      tomorrow: fc.option(someStanding, { nil: undefined }),
      issued: fc.constantFrom(undefined, "16:02", "12/07 16:02"),
    }),
    ageMs: fc.nat(2 * 86_400_000),
    failures: fc.array(fc.record({ way, error }), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(answer, fc.constantFrom(en, fr), (answer, say) => {
      const { reading: { department, today, way }, failures } = answer;
      const text = answerText(answer, say, LIMIT_BYTES);
      assert(textLengthBytes(text) <= LIMIT_BYTES, `${textLengthBytes(text)} bytes: ${text}`);
      assert(text.includes(`Vigilance ${department.code} ${department.name}: ${say.vigilance.colours[today.colour]}\n`), text);
      assert.equal(text.includes(say.vigilance.by("MeteoAlarm")), way === "meteoalarm", text);
      assert.equal(text.includes("⚠️"), failures.length > 0, text);
      assert(textLengthBytes(unknownText(department, failures, say)) <= LIMIT_BYTES);
    }),
    { numRuns: 2000 },
  );
});
