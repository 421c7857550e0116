import assert from "node:assert/strict";
import fc from "fast-check";
import { rain } from "../../src/commands/rain.ts";
import { weather } from "../../src/commands/weather.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { parseForecast } from "../../src/services/weather/open_meteo.ts";
import { placeText } from "../../src/services/weather/place.ts";
import type { WeatherDay, WeatherReport } from "../../src/services/weather/report.ts";
import { SKIES } from "../../src/services/weather/sky.ts";
import { createWeather, type Weather, type WeatherAnswer } from "../../src/services/weather/weather.ts";
import { parseWttr } from "../../src/services/weather/wttr.ts";
import { startBadServer } from "../support/bad_server.ts";
import { addNode, type ContextOptions, makeContext, OWN_NUM, OWN_PLACE } from "../support/context.ts";
import { debianProgram } from "../support/debian.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { dateAfter, forecast, j1, type J1Options, serveWorld } from "../services/weather/answers.ts";

const curl = debianProgram("curl");
const wallMs = createFakeClock().wallMs();
const HOUR_MS = 3_600_000;
const LANGUAGES = ["en", "fr"] as const;

/** A service that knows one report, and what it was asked for. */
function knowing(found: WeatherReport | WeatherAnswer, asked: string[] = []): Weather {
  const answer: WeatherAnswer = "kind" in found ? found : { kind: "report", report: found, ageMs: 0, stale: false };
  return {
    name: "weather",
    health: { state: "idle", goodAtWallMs: undefined },
    ask: (place) => {
      asked.push(placeText(place));
      return Promise.resolve(answer);
    },
    check: () => Promise.reject(new Error("this test checks nothing")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function answer(
  command: typeof weather,
  args: string,
  found: WeatherReport | WeatherAnswer,
  options: ContextOptions = {},
): Promise<string> {
  const text = await command.run(makeContext({ ...options, args, services: { weather: knowing(found) } }));
  assert(typeof text === "string");
  assert(textLengthBytes(text) <= 200, `${textLengthBytes(text)} bytes: ${text}`);
  return text;
}

function wttr(options: Partial<J1Options> = {}): WeatherReport {
  return parseWttr(JSON.stringify(j1({ wallMs, ...options })));
}

function meteo(options: Partial<Parameters<typeof forecast>[0]> = {}): WeatherReport {
  return parseForecast(JSON.stringify(forecast({ wallMs, ...options })), { name: "Paris", country: "France" });
}

/** `15/06`, so many days after today. */
function shortDate(days = 0): string {
  const [, month, date] = dateAfter(wallMs, days).split("-");
  return `${date}/${month}`;
}

/** `Wed` in the language. */
function weekday(days: number, language: "en" | "fr"): string {
  const name = new Date(wallMs + days * 24 * HOUR_MS).toLocaleDateString(language, { weekday: "short", timeZone: "UTC" }).slice(0, 3);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

Deno.test("weather tells place and temperature first, then the days", async () => {
  assert.equal(
    await answer(weather, "Paris", wttr()),
    `📍 Paris, France 12°C ⛅ partly cloudy 15km/h 0mm 65%
Today: 🌧️ 9/16°C 15km/h 2.3mm (80%)
Tomorrow: 🌧️ 10/17°C 15km/h 2.3mm (80%)
${weekday(2, "en")}: 🌧️ 11/18°C 15km/h 2.3mm (80%)`,
  );
  assert.equal(
    await answer(weather, "Paris", meteo(), { language: "fr" }),
    `📍 Paris, France 12°C 🌧️ pluie 9km/h 0.1mm 71%
Aujourd'hui: 🌧️ 9/16°C 12mm (23%)
Demain: ☁️ 9/17°C 0mm (23%)
${weekday(2, "fr")}: ⛈️ -4/0°C 3mm (23%)`,
  );
});

Deno.test("weather writes degrees below zero once, and no minus before zero", async () => {
  assert.match(await answer(weather, "Oslo", wttr({ celsius: -3 })), /^📍 Paris, France -3°C /);
  assert.match(await answer(weather, "Oslo", meteo({ celsius: -0.4 })), /^📍 Paris, France 0°C /);
});

Deno.test("weather shows the moon for a clear night, and the sun by day", async () => {
  const at = (time: string) => answer(weather, "Paris", wttr({ code: 113, localTime: `${dateAfter(wallMs)} ${time}` }));
  assert.match(await at("02:00 AM"), / 🌙 clear /);
  assert.match(await at("02:00 PM"), / ☀️ clear /);
  assert.match(await at("11:00 PM"), / 🌙 clear /);
  assert.match(await answer(weather, "Paris", wttr({ code: 113 })), / ☀️ clear /);
});

Deno.test("weather tells one day when a day is named, as a number or a word", async () => {
  const expected = `📍 Paris, France, Tomorrow: 10/17°C 🌧️ rain 15km/h 2.3mm (80%)
6h⛅10° 9h⛅11° 12h🌧️12° 15h⛅13° 18h⛅14° 21h⛅15°
🌅 08:01 🌇 17:08`;
  for (const day of ["2", "tomorrow", "Demain"]) assert.equal(await answer(weather, `Paris ${day}`, wttr()), expected);
  assert.match(await answer(weather, "Paris aujourd’hui", wttr()), /^📍 Paris, France, Today: 9\/16°C /);
  assert.match(await answer(weather, "3", wttr(), { config: { MESHBOT_PLACE_LATITUDE: "1", MESHBOT_PLACE_LONGITUDE: "2" } }), /11\/18°C/);
  const gone = { kind: "report", report: wttr({ localTime: `${dateAfter(wallMs)} 11:00 PM` }), ageMs: 2 * HOUR_MS, stale: true } as const;
  assert.equal(await answer(weather, "Paris 3", gone), "📍 Paris: No forecast for that day.");
});

Deno.test("weather astro tells sun and moon in 24 hours", async () => {
  assert.equal(
    await answer(weather, "astro Paris", wttr()),
    "📍 Paris, France 12°C ⛅ partly cloudy 15km/h 0mm 65% 1013hPa\n🌅 08:01 🌇 17:08\n🌔 waxing gibbous 67% ↑10:23",
  );
  const [first, sun, moon] = (await answer(weather, "ASTRO Paris 2", meteo(), { language: "fr" })).split("\n");
  assert.deepEqual([first, sun], ["📍 Paris, France, Demain: 9/17°C", "🌅 05:47 🌇 21:56"]);
  assert.match(moon ?? "", /^[🌑🌒🌓🌔🌕🌖🌗🌘] [a-zé ]+ \d+%$/u);
});

Deno.test("weather shows a full moon as full and a new moon as new", async () => {
  const report = (phase: string, lit: string) => {
    const day = j1({ wallMs });
    for (const { astronomy } of day.weather as unknown as { astronomy: Record<string, string>[] }[]) {
      Object.assign(astronomy[0] ?? {}, { moon_phase: phase, moon_illumination: lit });
    }
    return parseWttr(JSON.stringify(day));
  };
  assert.match(await answer(weather, "astro Paris", report("Full Moon", "100")), /\n🌕 full moon 100%/);
  assert.match(await answer(weather, "astro Paris", report("New Moon", "0")), /\n🌑 new moon 0%/);
  assert.match(await answer(weather, "astro Paris", report("Waning Gibbous", "67")), /\n🌖 waning gibbous 67%/);
});

Deno.test("rain shows the next 24 hours from the hour that it is, across midnight", async () => {
  const rainMm = Array.from({ length: 72 }, (_, hour) => hour === 15 ? 0.05 : hour === 20 ? 4 : hour === 24 + 13 ? 2 : hour === 3 ? 50 : 0);
  // It is 14 h at the place.
  const expected = "📍 Paris, France 12°C\n🌧️ 24h: max 4mm/h, total 6.1mm (23%)\n14h.▁.. 18h..█... 0h...... 6h...... 12h.▄";
  assert.equal(await answer(rain, "Paris", meteo({ rainMm })), expected);
  assert.equal(await answer(weather, "rain Paris", meteo({ rainMm })), expected);
});

Deno.test("rain shows the whole of a day that is named", async () => {
  assert.equal(
    await answer(rain, "Paris 1", wttr()),
    `📍 Paris, France 12°C\n🌧️ Today ${shortDate()}: max 1.7mm/3h, total 2.3mm (80%)\n0h.. 6h.▁ 12h█▂ 18h..`,
  );
  assert.equal(
    await answer(rain, "Paris demain", wttr(), { language: "fr" }),
    `📍 Paris, France 12°C\n🌧️ Demain ${shortDate(1)}: max 1.7mm/3h, total 2.3mm (80%)\n0h.. 6h.▁ 12h█▂ 18h..`,
  );
  assert.match(await answer(rain, "Paris 3", wttr()), new RegExp(`🌧️ ${weekday(2, "en")} ${shortDate(2)}: `));
});

Deno.test("rain shows today where the time at the place is not known", async () => {
  assert.match(await answer(rain, "Paris", wttr()), new RegExp(`\n🌧️ Today ${shortDate()}: `));
  const told = await answer(rain, "Paris", wttr({ localTime: `${dateAfter(wallMs)} 01:45 PM` }));
  assert.match(told, /\n🌧️ 24h: max 1.7mm\/3h, total 2.3mm \(80%\)\n12h█▂ 18h\.\. 0h\.\. 6h\.▁$/);
});

Deno.test("rain says that there is none without drawing it, and does not make a downpour of drizzle", async () => {
  assert.equal(
    await answer(rain, "Paris 1", wttr({ rainMm: [0, 0, 0, 0, 0, 0, 0, 0] })),
    `📍 Paris, France 12°C\n🌧️ Today ${shortDate()}: no rain (80%)`,
  );
  assert.match(await answer(rain, "Paris 1", wttr({ rainMm: [0, 0, 0, 0.1, 0, 0, 0, 0] })), /\n0h\.\. 6h\.▁ 12h\.\. 18h\.\.$/);
});

Deno.test("rain marks the hours that were not told, and says when none was", async () => {
  const some = await answer(rain, "Paris 1", meteo({ rainMm: [0, null, 1, 0] }));
  assert.match(some, /\n0h\.\?█\.\?\? 6h\?{6} 12h\?{6} 18h\?{6}$/);
  assert.equal(await answer(rain, "Paris 1", meteo({ rainMm: [] })), "📍 Paris: No rain by the hour for that day.");
});

Deno.test("weather and rain tell the age of an answer that is not of now", async () => {
  const stale = { kind: "report", report: wttr(), ageMs: 3 * HOUR_MS, stale: true } as const;
  assert.match(await answer(weather, "Paris", stale), /^📍 Paris, France 12°C \(3h ago\) /);
  assert.match(await answer(weather, "Paris 2", stale), /^📍 Paris, France, Tomorrow: 10\/17°C \(3h ago\) /);
  assert.match(await answer(rain, "Paris", stale, { language: "fr" }), /^📍 Paris, France 12°C \(il y a 3h\)\n/);
});

Deno.test("weather without a place asks for our own node's, to two decimals", async () => {
  const nodes = createNodeDb({ clock: createFakeClock() });
  addNode(nodes, { num: OWN_NUM, place: OWN_PLACE });
  const asked: string[] = [];
  const pointReport = { ...wttr(), place: undefined, country: undefined };
  const services = { weather: knowing(pointReport, asked) };
  const elsewhere = { MESHBOT_PLACE_LATITUDE: "-1.23456", MESHBOT_PLACE_LONGITUDE: "2.0001" };
  assert.match(await weather.run(makeContext({ nodes, services, config: elsewhere })) as string, /^📍 48.83,2.36 12°C /);
  await rain.run(makeContext({ services, config: elsewhere, args: "2" }));
  assert.deepEqual(asked, ["48.83,2.36", "-1.23,2.00"]);
});

for (const language of LANGUAGES) {
  Deno.test(`weather and rain say in ${language} why there is nothing to tell`, async () => {
    const en = language === "en";
    const failed = { kind: "failed", error: new Error() as never, retryInMs: 90_000 } as const;
    const found = { weather: knowing(failed) };
    const texts = async (args: string, services: ContextOptions["services"]) => {
      const options: ContextOptions = { language, args, ...(services === undefined ? {} : { services }) };
      return [await weather.run(makeContext(options)), await rain.run(makeContext(options))];
    };
    const twice = (text: string) => [text, text];
    assert.deepEqual(await texts("Paris", undefined), twice(en ? "Weather is off." : "La météo est désactivée."));
    assert.deepEqual(
      await texts("", found),
      twice(en ? "📍 My node does not know where it is: /weather Paris" : "📍 Mon nœud ne sait pas où il est: /weather Paris"),
    );
    assert.deepEqual(await texts("../..", found), twice(en ? "📍 That is no place." : "📍 Ce n'est pas un lieu."));
    assert.deepEqual(
      await texts("Paris", found),
      twice(
        en ? "📍 No weather now: no source answers. Again in 2m." : "📍 Pas de météo: aucune source ne répond. À nouveau dans 2m.",
      ),
    );
    assert.deepEqual(
      await texts("Xyzzy", { weather: knowing({ kind: "unknown" }) }),
      twice(en ? '📍 "Xyzzy" not found.' : '📍 "Xyzzy" introuvable.'),
    );
  });
}

Deno.test("weather and rain explain themselves, and refuse a day that there is not", async () => {
  for (const args of ["help", "aide", "?", "Paris 4", "0"]) {
    assert.equal(await answer(weather, args, wttr()), "Usage: /weather [rain|astro] [place] [1-3]");
    assert.equal(await answer(rain, args, wttr()), "Usage: /rain [place] [1-3]");
  }
  assert.equal(await answer(weather, "vigi", wttr()), "See /vigi.");
  assert.equal(await answer(weather, "BLITZ", wttr(), { language: "fr" }), "Voir /blitz.");
});

Deno.test("weather asks for the place and nothing else of what was written", async () => {
  const places: readonly (readonly [args: string, place: string])[] = [
    ["Saint  Malo 2", "Saint Malo"],
    ["rain Rain", "Rain"],
    ["Paris 15", "Paris 15"],
    ["75001", "75001"],
    ["@evil.test", "evil.test"],
    ["-o /etc/passwd", "o etc passwd"],
    ["http://evil.test/a?b#c", "http evil.test a b c"],
  ];
  for (const [args, place] of places) {
    const asked: string[] = [];
    await weather.run(makeContext({ args, services: { weather: knowing(wttr(), asked) } }));
    assert.deepEqual(asked, [place]);
  }
});

Deno.test("weather shows nothing of a source's text that could mislead", async () => {
  const text = await answer(weather, "Paris", wttr({ place: "Pa\u202eris\n12\u0000", country: `${"F".repeat(200)}` }));
  assert.match(text, /^📍 Paris 12, F{24} 12°C /);
  assert.match(await answer(weather, "Lyon", wttr({ place: "\u200b", country: " " })), /^📍 Lyon 12°C /);
});

Deno.test("weather and rain fit into one message and keep their first line, whatever the weather", async () => {
  const number = (min: number, max: number) => fc.option(fc.double({ min, max, noNaN: true }), { nil: undefined });
  const sky = fc.constantFrom(...SKIES);
  const time = fc.option(fc.constantFrom("08:01", "23:59"), { nil: undefined });
  const day = fc.record({
    minCelsius: fc.integer({ min: -100, max: 70 }),
    maxCelsius: fc.integer({ min: -100, max: 70 }),
    sky,
    windKmh: number(0, 500),
    rainMm: number(0, 2000),
    rainPercent: number(0, 100),
    stepHours: fc.constantFrom(1, 3),
    sunrise: time,
    sunset: time,
    moonrise: time,
    moonset: time,
    moon: fc.option(fc.record({ phase: fc.nat(7), percent: fc.nat(100) }), { nil: undefined }),
    hour: fc.record({ rainMm: number(0, 2000), rainPercent: number(0, 100), celsius: number(-100, 70), sky }),
  });
  const reports = fc.record({
    place: fc.option(fc.string({ unit: "grapheme", maxLength: 80 }), { nil: undefined }),
    country: fc.option(fc.string({ maxLength: 80 }), { nil: undefined }),
    localMs: fc.option(fc.integer({ min: wallMs - 12 * HOUR_MS, max: wallMs + 12 * HOUR_MS }), { nil: undefined }),
    now: fc.record({
      celsius: fc.integer({ min: -100, max: 70 }),
      sky,
      windKmh: number(0, 500),
      rainMm: number(0, 2000),
      humidityPercent: number(0, 100),
      pressureHpa: number(800, 1200),
    }),
    days: fc.array(day, { minLength: 1, maxLength: 3 }),
  }).map(({ days, ...rest }): WeatherReport => ({
    ...rest,
    days: days.map(({ hour, ...facts }, index): WeatherDay => ({
      ...facts,
      date: dateAfter(wallMs, index),
      hours: Array.from({ length: 24 / facts.stepHours }, (_, step) => ({ ...hour, hour: step * facts.stepHours })),
    })),
  }));
  const asking = fc.record({
    language: fc.constantFrom(...LANGUAGES),
    args: fc.constantFrom("Paris", "Paris 1", "Paris 2", "rain Paris", "astro Paris", "astro Paris 3", "rain Paris 2"),
    command: fc.constantFrom(weather, rain),
    ageMs: fc.nat(24 * HOUR_MS),
    stale: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(reports, asking, async (report, { command, language, args, ageMs, stale }) => {
      const text = await answer(command, args, { kind: "report", report, ageMs, stale }, { language });
      assert.match(text, /^📍 \P{Cc}+/u);
      assert.doesNotMatch(text, /undefined|NaN|-0°|-0mm/);
    }),
    { numRuns: 300 },
  );
});

Deno.test("weather tells both sides of the coldest day in French without losing a day", async () => {
  const report = parseWttr(
    JSON.stringify(j1({ wallMs, celsius: -38, code: 314, place: "Saint-Pierre-et-Miquelon-Langlade", country: "France" })),
  );
  const text = await answer(weather, "x", report, { language: "fr" });
  assert.equal(text.split("\n").length, 4, text);
});

for (const command of [weather, rain]) {
  curl.test(`${command.name} answers within its deadline when every source hangs, and then at once`, async () => {
    await using server = await startBadServer();
    const clock = createFakeClock();
    const config = serveWorld(server, { wttr: "hang", curl: "hang", geocoding: "hang" });
    await using service = createWeather({ clock, config, language: "en" });
    const deadline = new AbortController();
    const timer = clock.after(command.deadlineMs ?? 10_000, () => deadline.abort(new Error("too slow")));
    const context = makeContext({ clock, args: "Paris", services: { weather: service }, signal: deadline.signal });
    const answering = command.run(context);
    for (let count = 1; count <= 3; count++) {
      await server.seen(count);
      await clock.tick(3000);
    }
    assert.equal(await answering, "📍 No weather now: no source answers. Again in 54s.");
    assert.equal(deadline.signal.aborted, false);
    assert.equal(await command.run(context), "📍 No weather now: no source answers. Again in 54s.");
    assert.equal(server.requests.length, 3);
    timer.cancel();
  });
}

curl.test("weather answers with the last good answer when every source hangs", async () => {
  await using server = await startBadServer();
  const clock = createFakeClock();
  const world: Parameters<typeof serveWorld>[1] = { wttr: { body: j1({ wallMs }) }, curl: "hang", geocoding: "hang" };
  await using service = createWeather({ clock, config: serveWorld(server, world), language: "en" });
  const context = makeContext({ clock, args: "Paris", services: { weather: service } });
  assert.match(await weather.run(context) as string, /^📍 Paris, France 12°C ⛅/);
  world.wttr = "hangBody";
  await clock.tick(2 * HOUR_MS);
  const answering = weather.run(context);
  for (let count = 2; count <= 4; count++) {
    await server.seen(count);
    await clock.tick(3000);
  }
  assert.match(await answering as string, /^📍 Paris, France 12°C \(2h ago\) ⛅/);
});

curl.test("weather sends hostile places to the service and nowhere else, by each way", async () => {
  await using server = await startBadServer();
  const hostile = [
    "../trap",
    "@localhost",
    "~x",
    "-o trap.txt",
    "http://localhost/trap",
    "%2f..%2ftrap",
    "été\u202e🌧️",
    "é".repeat(59),
    "a?b#c",
  ];
  for (const source of ["wttr", "curl"] as const) {
    const clock = createFakeClock();
    const config = serveWorld(server, { wttr: { body: j1({ wallMs }) }, curl: { body: j1({ wallMs }) } });
    await using service = createWeather({ clock, config: { ...config, order: [source] }, language: "en" });
    for (const args of hostile) {
      const text = await weather.run(makeContext({ clock, args, services: { weather: service } }));
      assert.match(text as string, /^📍 Paris, France 12°C/, args);
    }
  }
  assert.equal(server.requests.length, 2 * hostile.length);
  for (const { target } of server.requests) assert.match(target, /^\/wttr\/[^/?#]+\?format=j1$/);
});
