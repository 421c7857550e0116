import assert from "node:assert/strict";
import fc from "fast-check";
import { ServiceError } from "../../../src/errors.ts";
import { clockTime, isUnknownToWttr, parseWttr } from "../../../src/services/weather/wttr.ts";
import { createFakeClock } from "../../support/fake_clock.ts";
import { dateAfter, j1 } from "./answers.ts";
import { mutated } from "./mutated.ts";

const wallMs = createFakeClock().wallMs();

function parse(value: unknown) {
  return parseWttr(typeof value === "string" ? value : JSON.stringify(value));
}

Deno.test("parseWttr() reads the documented shape", () => {
  const { place, country, localMs, now, days } = parse(j1({ wallMs }));
  assert.deepEqual([place, country, localMs], ["Paris", "France", undefined]);
  assert.deepEqual(now, { celsius: 12, sky: "partlyCloudy", windKmh: 15, rainMm: 0, humidityPercent: 65, pressureHpa: 1013 });
  assert.deepEqual(days.map(({ date }) => date), [0, 1, 2].map((day) => dateAfter(wallMs, day)));
  const { hours, ...today } = days[0] ?? assert.fail();
  assert.deepEqual({ ...today, rainMm: today.rainMm?.toFixed(3) }, {
    date: dateAfter(wallMs),
    minCelsius: 9,
    maxCelsius: 16,
    // Not the midnight step's, which is clear.
    sky: "rain",
    windKmh: 15,
    rainMm: "2.300",
    rainPercent: 80,
    stepHours: 3,
    sunrise: "08:01",
    sunset: "17:08",
    moonrise: "10:23",
    moonset: undefined,
    moon: { phase: 3, percent: 67 },
  });
  assert.deepEqual(hours.map(({ hour }) => hour), [0, 3, 6, 9, 12, 15, 18, 21]);
  assert.deepEqual(hours[4], { hour: 12, rainMm: 1.7, rainPercent: 80, celsius: 12, sky: "rain" });
});

Deno.test("parseWttr() does not remember a day for its night", () => {
  const answer = j1({ wallMs, rainMm: [0, 0, 0, 0, 0, 0, 0, 0] });
  for (const day of answer.weather) {
    for (const step of day.hourly) step.weatherCode = Number(step.time) < 600 ? "389" : "113";
  }
  assert.deepEqual(parse(answer).days.map(({ sky }) => sky), ["clear", "clear", "clear"]);
});

Deno.test("parseWttr() knows the time at the place when it is told", () => {
  const date = dateAfter(wallMs);
  assert.equal(parse(j1({ wallMs, localTime: `${date} 01:45 PM` })).localMs, Date.parse(`${date}T13:45:00Z`));
  assert.equal(parse(j1({ wallMs, localTime: `${date} 12:05 AM` })).localMs, Date.parse(`${date}T00:05:00Z`));
  assert.equal(parse(j1({ wallMs, localTime: "soon" })).localMs, undefined);
});

Deno.test("parseWttr() does without what is absurd or absent, but not without the temperature and a day", () => {
  const answer = j1({ wallMs });
  const { now, days } = parse({
    ...answer,
    nearest_area: undefined,
    current_condition: [{ temp_C: "-3", humidity: "650", windspeedKmph: "-5", precipMM: "", weatherCode: "1e3", pressure: "1" }],
    weather: [{ date: answer.weather[0]?.date, maxtempC: "1", mintempC: "-8" }, { date: "2026-02-31", maxtempC: "1", mintempC: "0" }],
  });
  const nothing = { windKmh: undefined, rainMm: undefined, humidityPercent: undefined, pressureHpa: undefined };
  assert.deepEqual(now, { celsius: -3, sky: "unknown", ...nothing });
  assert.equal(days.length, 1);
  assert.deepEqual([days[0]?.hours, days[0]?.rainMm, days[0]?.sunrise], [[], undefined, undefined]);
});

const UNREADABLE: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  [
    "prose",
    "Sorry, we are running out of queries to the weather service at the moment.",
    /^wttr.in answered with no JSON: "Sorry, we are running/,
  ],
  ["nothing", "", /no JSON: nothing$/],
  ["a page", "<html>\n<body>\u0007", /no JSON: "<html> <body>"$/],
  ["an empty object", "{}", /^the answer of wttr.in has no current_condition\[0\]$/],
  ["null", "null", /has no current_condition\[0\]$/],
  ["no temperature", '{"current_condition":[{"humidity":"1"}]}', /has no current_condition\[0\].temp_C$/],
  ["an absurd temperature", '{"current_condition":[{"temp_C":"999"}]}', /temp_C$/],
  ["no days", '{"current_condition":[{"temp_C":"9"}],"weather":[]}', /has no weather\[0\] with date, mintempC and maxtempC$/],
  ["a deep nest", "[".repeat(400_000), /no JSON|has no/],
];

for (const [what, text, message] of UNREADABLE) {
  Deno.test(`parseWttr() of ${what} names what was missing`, () => {
    assert.throws(
      () => parseWttr(text),
      (error) => error instanceof ServiceError && error.fault === "unreadable" && message.test(error.message),
    );
  });
}

Deno.test("parseWttr() gives a report in bounds or ServiceError(unreadable), whatever comes", () => {
  const whole = JSON.stringify(j1({ wallMs, localTime: `${dateAfter(wallMs)} 01:45 PM` }));
  fc.assert(
    fc.property(mutated(whole), (text) => {
      try {
        const { now, days, place } = parseWttr(text);
        assert(Math.abs(now.celsius) <= 100 && days.length >= 1 && days.length <= 3);
        assert((place?.length ?? 0) <= 80 && days.every(({ hours }) => hours.length <= 8));
      } catch (error) {
        assert(error instanceof ServiceError && error.fault === "unreadable", String(error));
        assert(error.message.length < 150);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("clockTime() turns twelve hours into twenty-four", () => {
  const times = ["08:01 AM", "05:08 PM", "12:10 AM", "12:10 PM", "11:59 pm"];
  assert.deepEqual(times.map(clockTime), ["08:01", "17:08", "00:10", "12:10", "23:59"]);
  for (const none of ["No moonset", "", "13:00 PM", "00:10 AM", "8:60 AM", undefined, 5]) assert.equal(clockTime(none), undefined);
});

Deno.test("isUnknownToWttr() knows the sentence, and no other", () => {
  assert(isUnknownToWttr("Unknown location; please try ~48.85,2.35"));
  assert(!isUnknownToWttr("Sorry, we are running out of queries"));
  assert(!isUnknownToWttr('{"nearest_area":"Unknown location"}'));
});
