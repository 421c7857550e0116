import assert from "node:assert/strict";
import * as fc from "fast-check";
import { ServiceError } from "../../../src/errors.ts";
import { readingOf } from "../../../src/services/vigilance/bulletin.ts";
import { departmentOf } from "../../../src/services/vigilance/departments.ts";
import { readMeteoalarm } from "../../../src/services/vigilance/meteoalarm.ts";
import { createFakeClock } from "../../support/fake_clock.ts";
import { datesAt, feedJson, type FeedWarning, parisTime } from "./samples.ts";

const wallMs = createFakeClock().wallMs();
const { yesterday, today, tomorrow } = datesAt(wallMs);
const MIDNIGHT = parisTime(tomorrow, "00:00");
const HOUR_MS = 3_600_000;

/** Of the Nord, yellow wind until midnight, unless told otherwise. */
function warning(other: Partial<FeedWarning> = {}): FeedWarning {
  return {
    areas: [["Nord", "FR301"]],
    level: "2; yellow; Moderate",
    onsetWallMs: parisTime(today, "06:00"),
    expiresWallMs: MIDNIGHT,
    sentWallMs: parisTime(today, "06:02"),
    ...other,
  };
}

/** `orange wind:orange` of today and tomorrow. */
function standings(warnings: readonly FeedWarning[], code = "59"): (string | undefined)[] {
  const department = departmentOf(code);
  assert(department);
  const reading = readingOf(readMeteoalarm(JSON.stringify(feedJson(warnings)), wallMs), department, wallMs);
  assert.equal(reading.way, "meteoalarm");
  return [reading.today, reading.tomorrow].map((standing) =>
    standing && [standing.colour, ...[...standing.phenomena].map(([name, colour]) => `${name}:${colour}`).sort()].join(" ")
  );
}

Deno.test("readMeteoalarm() reads colours and phenomena of today and tomorrow", () => {
  const warnings = [
    warning(),
    warning({ level: "3; orange; Severe", type: "3; Thunderstorm" }),
    warning({ level: "4; red; Extreme", type: "13; rain-flood", onsetWallMs: MIDNIGHT, expiresWallMs: MIDNIGHT + 24 * HOUR_MS }),
    warning({ areas: ["Isère"], level: "4; red; Extreme", type: "9; avalanches" }),
  ];
  assert.deepEqual(standings(warnings), ["orange thunderstorms:orange wind:yellow", "red rain:red"]);
  assert.deepEqual(standings(warnings, "38"), ["red avalanches:red", "green"]);
  assert.deepEqual(standings(warnings, "01"), ["green", "green"]);
});

Deno.test("readMeteoalarm() spreads a warning over the days that it holds for", () => {
  assert.deepEqual(standings([warning({ expiresWallMs: MIDNIGHT + HOUR_MS })]), ["yellow wind:yellow", "yellow wind:yellow"]);
  assert.deepEqual(standings([warning({ onsetWallMs: MIDNIGHT + 30 * HOUR_MS, expiresWallMs: MIDNIGHT + 48 * HOUR_MS })]), [
    "green",
    "green",
  ]);
});

Deno.test("readMeteoalarm() knows every type of awareness by its number", () => {
  const types: readonly (readonly [type: string, phenomenon: string])[] = [
    ["1; wind", "wind"],
    ["2; snow-ice", "snow"],
    ["3; Thunderstorm", "thunderstorms"],
    ["4; fog", "fog"],
    ["5; high-temperature", "heat"],
    ["6; low-temperature", "cold"],
    ["7; coastalevent", "waves"],
    ["8; forest-fire", "fire"],
    ["9; avalanches", "avalanches"],
    ["10; Rain", "rain"],
    ["12; flooding", "floods"],
    ["13; rain-flood", "rain"],
  ];
  for (const [type, phenomenon] of types) assert.deepEqual(standings([warning({ type })])[0], `yellow ${phenomenon}:yellow`, type);
  for (const type of ["99; hail", "", "__proto__", "constructor"]) assert.deepEqual(standings([warning({ type })])[0], "yellow", type);
});

Deno.test("readMeteoalarm() finds a department by its name, its NUTS 3 code or its EMMA_ID", () => {
  const areas: readonly (readonly [area: FeedWarning["areas"][number], code: string])[] = [
    ["Haute Garonne", "31"],
    ["HAUTE-GARONNE", "31"],
    ["Cotes d'Armor", "22"],
    ["Côte-d’Or", "21"],
    ["Territoire-de-Belfort", "90"],
    ["Andorra", "99"],
    [["the north", "FR301"], "59"],
    [["the north", "FR070", "EMMA_ID"], "59"],
    [["", "FR832"], "2B"],
    [["", "FR101"], "75"],
    [["Nord", "FR031", "EMMA_ID"], "59"],
  ];
  for (const [area, code] of areas) assert.deepEqual(standings([warning({ areas: [area] })], code)[0], "yellow wind:yellow", String(area));
});

Deno.test("readMeteoalarm() passes over what is over, replaced, cancelled or a test", () => {
  const alive = warning({ areas: ["Ain"] });
  const passed: readonly Partial<FeedWarning>[] = [
    { expiresWallMs: wallMs - 1 },
    { expiresWallMs: wallMs },
    { status: "Test" },
    { status: "Exercise" },
    { msgType: "Cancel" },
    { level: "1; green; Minor" },
    { level: "" },
    { msgType: "Update", onsetWallMs: MIDNIGHT, expiresWallMs: MIDNIGHT },
    { msgType: "Update", onsetWallMs: MIDNIGHT - HOUR_MS, expiresWallMs: MIDNIGHT - HOUR_MS },
    { msgType: "Update", onsetWallMs: MIDNIGHT + HOUR_MS, expiresWallMs: MIDNIGHT },
  ];
  for (const other of passed) assert.deepEqual(standings([alive, warning(other)]), ["green", "green"], JSON.stringify(other));
  const first = warning({ level: "3; orange; Severe", identifier: "first" });
  for (const msgType of ["Update", "Cancel"]) {
    const later = warning({ msgType, references: "vigilance@meteo.fr,zero,x vigilance@meteo.fr,first,2026-01-01T00:00:00+00:00" });
    assert.deepEqual(standings([alive, first, later])[0], msgType === "Update" ? "yellow wind:yellow" : "green", msgType);
  }
  // A test replaces nothing.
  assert.deepEqual(standings([alive, first, warning({ status: "Test", references: "x,first,y" })])[0], "orange wind:orange");
});

Deno.test("readMeteoalarm() has nobody green in a feed that may be dead or of areas it does not know", () => {
  const read = (value: unknown) => () => readMeteoalarm(JSON.stringify(value), wallMs);
  assert.throws(read(feedJson([])), { fault: "unreadable", missing: "recent" });
  assert.throws(read(feedJson([warning({ areas: ["Bayern"] })])), { fault: "unreadable", missing: "recent" });
  const old = { sentWallMs: wallMs - 3 * 24 * HOUR_MS, onsetWallMs: wallMs - 72 * HOUR_MS, expiresWallMs: wallMs - 50 * HOUR_MS };
  assert.throws(read(feedJson([warning(old)])), { fault: "unreadable", missing: "recent" });
  assert.throws(read(feedJson([warning({ sentWallMs: wallMs + 300 * 24 * HOUR_MS })])), { fault: "unreadable", missing: "recent" });
  assert.deepEqual(standings([warning({ ...old, sentWallMs: parisTime(yesterday, "16:00") })]), ["green", "green"]);
  const strange = [warning(), warning({ areas: ["Bayern"] })];
  assert.deepEqual(standings(strange), ["yellow wind:yellow", undefined]);
  assert.throws(() => standings(strange, "01"), { fault: "unreadable", missing: "department", what: "01" });
});

Deno.test("readMeteoalarm() names what is missing", () => {
  const who = "MeteoAlarm cannot be read: no";
  assert.throws(() => readMeteoalarm("<html>", wallMs), { message: `${who} JSON` });
  for (const text of ["null", "[]", "{}", '{"warnings":{}}', '{"warnings":"no"}']) {
    assert.throws(() => readMeteoalarm(text, wallMs), { message: `${who} warnings` }, text);
  }
});

Deno.test("readMeteoalarm() gives a bulletin or says that it cannot, whatever comes", () => {
  const whole = JSON.stringify(feedJson([warning(), warning({ references: "a,b,c" })]));
  const pieces = [
    "null",
    "{}",
    "[]",
    "1e999",
    '"__proto__"',
    '"9999-99-99T99:99:99Z"',
    '"+275760-09-13T00:00:00Z"',
    '"0000-01-01T00:00:00Z"',
  ];
  const mutated = fc.array(fc.tuple(fc.nat(whole.length), fc.nat(60), fc.constantFrom("", ...pieces)), { maxLength: 3 })
    .map((cuts) => cuts.reduce((text, [at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length), whole));
  const replaced = fc.tuple(
    fc.constantFrom("onset", "expires", "sent", "area", "parameter", "info", "status", "references"),
    fc.constantFrom(...pieces),
  )
    .map(([name, piece]) => whole.replaceAll(new RegExp(`"${name}":("[^"]*"|\\[\\])`, "g"), `"${name}":${piece}`));
  fc.assert(
    fc.property(fc.oneof(mutated, replaced, fc.json(), fc.string()), (text) => {
      try {
        assert.equal(readMeteoalarm(text, wallMs).days.length, 2);
      } catch (error) {
        assert(error instanceof ServiceError && error.fault === "unreadable", String(error));
      }
    }),
    { numRuns: 800 },
  );
});
