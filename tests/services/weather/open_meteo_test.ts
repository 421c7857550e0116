import assert from "node:assert/strict";
import fc from "fast-check";
import { ServiceError } from "../../../src/errors.ts";
import { parseForecast, parseGeocoding } from "../../../src/services/weather/open_meteo.ts";
import { createFakeClock } from "../../support/fake_clock.ts";
import { dateAfter, forecast, geocoding } from "./answers.ts";
import { mutated } from "./mutated.ts";

const wallMs = createFakeClock().wallMs();
const PARIS = { name: "Paris", country: "France" };

Deno.test("parseForecast() reads the documented shape", () => {
  const { place, country, localMs, now, days } = parseForecast(JSON.stringify(forecast({ wallMs })), PARIS);
  assert.deepEqual([place, country, localMs], ["Paris", "France", Date.parse(`${dateAfter(wallMs)}T14:00:00Z`)]);
  assert.deepEqual(now, { celsius: 11.6, sky: "rain", windKmh: 9.4, rainMm: 0.1, humidityPercent: 71, pressureHpa: undefined });
  assert.deepEqual(days.map(({ date, sky }) => [date, sky]), [
    [dateAfter(wallMs, 0), "rain"],
    [dateAfter(wallMs, 1), "overcast"],
    [dateAfter(wallMs, 2), "storm"],
  ]);
  const { hours, moon, ...third } = days[2] ?? assert.fail();
  assert.deepEqual(third, {
    date: dateAfter(wallMs, 2),
    minCelsius: -4.4,
    maxCelsius: -0.2,
    sky: "storm",
    windKmh: undefined,
    rainMm: 3,
    rainPercent: 23,
    stepHours: 1,
    sunrise: "05:47",
    sunset: "21:56",
    moonrise: undefined,
    moonset: undefined,
  });
  assert.deepEqual(hours.map(({ hour }) => hour), Array.from({ length: 24 }, (_, hour) => hour));
  assert.deepEqual(hours[2], { hour: 2, rainMm: 1.2, rainPercent: 2, celsius: undefined, sky: undefined });
  assert(moon !== undefined);
});

Deno.test("parseForecast() keeps the hours that are not told as unknown, and those of a changing clock once", () => {
  const answer = forecast({ wallMs, rainMm: [0.5, null, 0.2] });
  answer.hourly.time.splice(3, 0, `${dateAfter(wallMs)}T02:00`);
  const [today] = parseForecast(JSON.stringify(answer), PARIS).days;
  assert.deepEqual(today?.hours.slice(0, 4).map(({ hour, rainMm }) => [hour, rainMm]), [[0, 0.5], [1, undefined], [2, 0.2], [
    3,
    undefined,
  ]]);
});

const UNREADABLE: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ["prose", "Service unavailable", /^Open-Meteo answered with no JSON: "Service unavailable"$/],
  ["an error", '{"error":true,"reason":"x"}', /^the answer of Open-Meteo has no current.temperature_2m$/],
  ["no temperature", '{"current":{"temperature_2m":null}}', /has no current.temperature_2m$/],
  ["no days", '{"current":{"temperature_2m":3}}', /has no daily\[0\] with time, temperature_2m_min and temperature_2m_max$/],
];

for (const [what, text, message] of UNREADABLE) {
  Deno.test(`parseForecast() of ${what} names what was missing`, () => {
    assert.throws(
      () => parseForecast(text, PARIS),
      (error) => error instanceof ServiceError && error.fault === "unreadable" && message.test(error.message),
    );
  });
}

Deno.test("parseGeocoding() gives the first place, and none for a name that nobody knows", () => {
  assert.deepEqual(parseGeocoding(JSON.stringify(geocoding())), {
    latitude: 48.85341,
    longitude: 2.3488,
    name: "Paris",
    country: "France",
  });
  assert.equal(parseGeocoding('{"generationtime_ms":0.5}'), undefined);
  assert.equal(parseGeocoding('{"results":[]}'), undefined);
});

for (const text of ['{"error":true}', "[]", '"x"', '{"results":[{"latitude":91,"longitude":1}]}', '{"results":{}}', "no"]) {
  Deno.test(`parseGeocoding() of ${text} is no answer, and not an unknown place`, () => {
    assert.throws(() => parseGeocoding(text), (error) => error instanceof ServiceError && error.fault === "unreadable");
  });
}

Deno.test("parseForecast() and parseGeocoding() give a value in bounds or ServiceError(unreadable), whatever comes", () => {
  const parsers = [
    [JSON.stringify(forecast({ wallMs })), (text: string) => {
      const { now, days } = parseForecast(text, PARIS);
      assert(Math.abs(now.celsius) <= 100 && days.length >= 1 && days.length <= 3 && days.every(({ hours }) => hours.length <= 24));
    }],
    [JSON.stringify(geocoding()), (text: string) => {
      const point = parseGeocoding(text);
      assert(point === undefined || Math.abs(point.latitude) <= 90 && Math.abs(point.longitude) <= 180 && (point.name?.length ?? 0) <= 80);
    }],
  ] as const;
  for (const [whole, parse] of parsers) {
    fc.assert(
      fc.property(mutated(whole), (text) => {
        try {
          parse(text);
        } catch (error) {
          assert(error instanceof ServiceError && error.fault === "unreadable", String(error));
        }
      }),
      { numRuns: 300 },
    );
  }
});
