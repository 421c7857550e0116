import assert from "node:assert/strict";
import fc from "fast-check";
import { ServiceError } from "../../../src/errors.ts";
import { parseStrike } from "../../../src/services/lightning/strike.ts";

/** A message in the relay's documented shape. */
function message(fields: Readonly<Record<string, string>> = {}): string {
  const all = {
    time: "1700000000123456789",
    lat: "48.85",
    lon: "2.35",
    alt: "0",
    pol: "0",
    mds: "9999",
    mcg: "180",
    status: "1",
    region: "3",
  };
  return `{${Object.entries({ ...all, ...fields }).map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
}

function fault(text: string): string {
  try {
    parseStrike(text);
  } catch (error) {
    assert(error instanceof ServiceError, `${text}: ${error}`);
    assert.equal(error.fault, "unreadable");
    return error.message;
  }
  return assert.fail(`${text} was read`);
}

Deno.test("parseStrike() reads the documented shape", () => {
  assert.deepEqual(parseStrike(message()), {
    id: "1700000000123456789,48.85,2.35",
    atWallMs: 1_700_000_000_123,
    latitude: 48.85,
    longitude: 2.35,
  });
});

Deno.test("parseStrike() loses no millisecond and no nanosecond that tells two strikes apart", () => {
  const milliseconds = fc.integer({ min: 1_600_000_000_000, max: 4_000_000_000_000 });
  fc.assert(fc.property(milliseconds, fc.integer({ min: 0, max: 999_999 }), (atMs, nanoseconds) => {
    const digits = `${atMs}${String(nanoseconds).padStart(6, "0")}`;
    const strike = parseStrike(message({ time: digits }));
    assert.equal(strike.atWallMs, atMs);
    assert.equal(strike.id, `${digits},48.85,2.35`);
  }));
  // As a double this time is in the next millisecond.
  const last = "1700000000123999999";
  assert.equal(Math.floor(Number(last) / 1e6), 1_700_000_000_124);
  assert.equal(parseStrike(message({ time: last })).atWallMs, 1_700_000_000_123);
});

Deno.test("parseStrike() reads a time that was written as a text", () => {
  assert.equal(parseStrike(message({ time: '"1700000000123456789"' })).atWallMs, 1_700_000_000_123);
});

Deno.test("parseStrike() names what is missing", () => {
  assert.match(fault("not json"), /no JSON/);
  assert.match(fault(""), /no JSON/);
  for (const text of ["[]", "null", "3", '"text"', "[1,2]"]) assert.match(fault(text), /no object/);
  for (const time of ["null", "-1700000000123456789", "1.7e18", "12", '"soon"', "{}", `${"1".repeat(30)}`, "true"]) {
    assert.match(fault(message({ time })), /no time in nanoseconds/, time);
  }
  assert.match(fault(message({ lat: "91" })), /no latitude/);
  assert.match(fault(message({ lat: '"48.85"' })), /no latitude/);
  assert.match(fault(message({ lon: "-180.5" })), /no longitude/);
  assert.match(fault(message({ lon: "1e999" })), /no longitude/);
  assert.match(fault('{"__proto__":{"time":1700000000123456789,"lat":1,"lon":1}}'), /no time/);
});

Deno.test("parseStrike() gives a strike or a ServiceError, whatever comes", () => {
  const mutated = fc.tuple(fc.nat(), fc.nat(4), fc.string({ unit: "binary" })).map(([at, cut, put]) => {
    const text = message();
    const start = at % text.length;
    return text.slice(0, start) + put + text.slice(start + cut);
  });
  const deep = fc.integer({ min: 1, max: 100_000 }).map((depth) => "[".repeat(depth) + "]".repeat(depth));
  const shaped = fc.record({ time: fc.jsonValue(), lat: fc.jsonValue(), lon: fc.jsonValue() }).map((value) => JSON.stringify(value));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json(), shaped, deep, { arbitrary: mutated, weight: 5 }), (text) => {
      try {
        const { atWallMs, latitude, longitude } = parseStrike(text);
        assert(Number.isFinite(atWallMs) && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180);
      } catch (error) {
        assert(error instanceof ServiceError && error.fault === "unreadable", `${error}`);
      }
    }),
    { numRuns: 1000 },
  );
});
