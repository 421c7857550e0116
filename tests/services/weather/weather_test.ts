import assert from "node:assert/strict";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import type { ServedAnswer } from "../../support/bad_server.ts";
import { type BadServer, startBadServer } from "../../support/bad_server.ts";
import { debianProgram } from "../../support/debian.ts";
import { createFakeClock, type FakeClock } from "../../support/fake_clock.ts";
import { readPlace, type WeatherPlace } from "../../../src/services/weather/place.ts";
import { createWeather, type Weather, type WeatherAnswer, type WeatherOptions } from "../../../src/services/weather/weather.ts";
import { forecast, geocoding, j1, serveWorld, type WorldOptions } from "./answers.ts";

const curl = debianProgram("curl");
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const forever = new AbortController().signal;

interface Rig extends AsyncDisposable {
  readonly server: BadServer;
  readonly clock: FakeClock;
  readonly weather: Weather;
  /** How the sources behave from now on. */
  readonly world: WorldOptions;
  ask(place?: string): Promise<WeatherAnswer>;
  /** What was asked so far: `wttr`, `curl`, `geocoding`, `forecast`. */
  asked(): string[];
}

async function startRig(
  world: (clock: FakeClock) => WorldOptions,
  options: Partial<WeatherOptions["config"]> = {},
  program?: string,
): Promise<Rig> {
  const server = await startBadServer();
  const clock = createFakeClock();
  const live = world(clock);
  const config = { ...serveWorld(server, live), ...options };
  const weather = createWeather({ clock, config, language: "fr", ...(program === undefined ? {} : { curlProgram: program }) });
  return {
    server,
    clock,
    weather,
    world: live,
    ask: (place = "Paris") => weather.ask(readPlace(place) as WeatherPlace, forever),
    asked: () =>
      server.requests.map(({ kind, headers }) => kind === "wttr" && headers.get("user-agent")?.startsWith("curl/") ? "curl" : kind),
    async [Symbol.asyncDispose]() {
      await weather[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function goodWttr({ clock }: { readonly clock: FakeClock }, celsius = 12): ServedAnswer {
  return { body: j1({ wallMs: clock.wallMs(), celsius }) };
}

function celsiusOf(answer: WeatherAnswer): number {
  assert(answer.kind === "report", JSON.stringify(answer));
  return answer.report.now.celsius;
}

Deno.test("createWeather() asks nobody before it is asked", async () => {
  await using rig = await startRig(() => ({}));
  assert.deepEqual(rig.weather.health, { state: "idle", goodAtWallMs: undefined });
  assert.deepEqual(rig.asked(), []);
});

Deno.test("weather.ask() takes the first source that answers, and names itself there", async () => {
  await using rig = await startRig((clock) => ({ wttr: goodWttr({ clock }) }));
  assert.equal(celsiusOf(await rig.ask("Saint Malo")), 12);
  assert.deepEqual(rig.server.requests.map(({ target }) => target), ["/wttr/Saint%20Malo?format=j1"]);
  assert.match(rig.server.requests[0]?.headers.get("user-agent") ?? "", /^MeshBot\//);
  assert.deepEqual(rig.weather.health, { state: "ok", goodAtWallMs: rig.clock.wallMs() });
});

for (
  const kind of ["prose", "status500", "redirectElsewhere", "huge", "closeHalf", "garbage", "garbageBody", "lessThanTold", "empty"] as const
) {
  curl.test(`weather.ask() asks by curl when wttr.in does ${kind}`, async () => {
    await using rig = await startRig((clock) => ({ wttr: kind, curl: goodWttr({ clock }, 7) }));
    assert.equal(celsiusOf(await rig.ask()), 7);
    assert.deepEqual(rig.asked(), ["wttr", "curl"]);
    assert.deepEqual(rig.server.requests.map(({ target }) => target), ["/wttr/Paris?format=j1", "/wttr/Paris?format=j1"]);
  });
}

curl.test("weather.ask() asks Open-Meteo when wttr.in answers neither way", async () => {
  await using rig = await startRig(({ wallMs }) => ({
    wttr: "status500",
    curl: "prose",
    geocoding: { body: geocoding("Paris") },
    forecast: { body: forecast({ wallMs: wallMs() }) },
  }));
  const answer = await rig.ask();
  assert.equal(celsiusOf(answer), 11.6);
  assert.deepEqual(rig.asked(), ["wttr", "curl", "geocoding", "forecast"]);
  assert.equal(rig.server.requests[2]?.query.get("language"), "fr");
  assert.equal(rig.server.requests[3]?.query.get("latitude"), "48.85");
});

Deno.test("weather.ask() needs no search for a point, and sends two decimals of it", async () => {
  await using rig = await startRig(({ wallMs }) => ({ forecast: { body: forecast({ wallMs: wallMs() }) } }), { order: ["open-meteo"] });
  const answer = await rig.weather.ask({ kind: "point", latitude: 48.83, longitude: 2.36 }, forever);
  assert(answer.kind === "report" && answer.report.place === undefined);
  assert.deepEqual(rig.asked(), ["forecast"]);
  assert.deepEqual(["latitude", "longitude"].map((key) => rig.server.requests[0]?.query.get(key)), ["48.83", "2.36"]);
});

Deno.test("weather.ask() keeps to the order of the configuration", async () => {
  const order = ["open-meteo", "wttr"] as const;
  await using rig = await startRig((clock) => ({ wttr: goodWttr({ clock }), geocoding: "status500" }), { order: [...order] });
  assert.equal(celsiusOf(await rig.ask()), 12);
  assert.deepEqual(rig.asked(), ["geocoding", "wttr"]);
});

Deno.test("weather.ask() asks for a place once in 30 minutes, however it is written", async () => {
  await using rig = await startRig((clock) => ({ wttr: () => goodWttr({ clock }) }), { order: ["wttr"] });
  await rig.ask("Évry");
  await rig.clock.tick(30 * MINUTE_MS - 1);
  const again = await rig.ask("  E\u0301VRY ");
  assert(again.kind === "report" && again.ageMs === 30 * MINUTE_MS - 1 && !again.stale);
  assert.equal(rig.asked().length, 1);
  await rig.clock.tick(1);
  const renewed = await rig.ask("évry");
  assert(renewed.kind === "report" && renewed.ageMs === 0);
  assert.equal(rig.asked().length, 2);
  await rig.ask("Lyon");
  assert.equal(rig.asked().length, 3);
});

Deno.test("weather.ask() has one request in flight for a place, however many ask", async () => {
  const gate = Promise.withResolvers<void>();
  await using rig = await startRig(() => ({}), { order: ["wttr"] });
  const { clock } = rig;
  rig.server.serve("wttr", async () => {
    await gate.promise;
    return goodWttr({ clock });
  });
  const asking = Array.from({ length: 20 }, () => rig.ask());
  await rig.server.seen(1);
  gate.resolve();
  assert.deepEqual(new Set((await Promise.all(asking)).map(celsiusOf)), new Set([12]));
  assert.equal(rig.server.requests.length, 1);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("weather.ask() bounds how many places are asked for at once, and says so to the others", async () => {
  await using rig = await startRig(() => ({ wttr: "hang" }), { order: ["wttr"] });
  const asking = Array.from({ length: 6 }, (_, index) => rig.ask(`Place ${index}x`));
  await rig.server.seen(6);
  const refused = await rig.ask("One more");
  assert(refused.kind === "failed" && refused.retryInMs === 10_000);
  await rig.clock.tick(3000);
  for (const answer of await Promise.all(asking)) assert.equal(answer.kind, "failed");
});

Deno.test("weather.ask() remembers 50 places, and forgets the one that nobody has asked for longest", async () => {
  await using rig = await startRig((clock) => ({ wttr: () => goodWttr({ clock }) }), { order: ["wttr"] });
  for (let index = 0; index < 50; index++) await rig.ask(`Place ${index}x`);
  await rig.ask("Place 0x");
  await rig.ask("Lyon");
  const { length } = rig.server.requests;
  await rig.ask("Place 0x");
  assert.equal(rig.server.requests.length, length);
  await rig.ask("Place 1x");
  assert.equal(rig.server.requests.length, length + 1);
});

Deno.test("weather.ask() leaves a source alone after a failure, longer each time, until it answers", async () => {
  await using rig = await startRig(() => ({ wttr: "status500" }), { order: ["wttr"] });
  const answer = await rig.ask();
  assert(answer.kind === "failed" && answer.retryInMs === MINUTE_MS && answer.error.fault === "refused");
  assert.equal(rig.weather.health.state, "failing");
  for (let index = 0; index < 20; index++) assert.equal((await rig.ask(`Place ${index}x`)).kind, "failed");
  assert.equal(rig.asked().length, 1);
  const askedAfter: number[] = [];
  for (let minute = 1; minute <= 100; minute++) {
    await rig.clock.tick(MINUTE_MS);
    const before = rig.asked().length;
    await rig.ask();
    if (rig.asked().length > before) askedAfter.push(minute);
  }
  assert.deepEqual(askedAfter, [1, 3, 7, 15, 31, 61, 91]);
  rig.world.wttr = () => goodWttr(rig);
  await rig.clock.tick(30 * MINUTE_MS);
  assert.equal(celsiusOf(await rig.ask()), 12);
  rig.world.wttr = "status500";
  const failed = await rig.ask("Lyon");
  assert(failed.kind === "failed" && failed.retryInMs === MINUTE_MS);
});

Deno.test("weather.ask() counts the failures of one moment once", async () => {
  await using rig = await startRig(() => ({ wttr: "hang" }), { order: ["wttr"] });
  const asking = ["Paris", "Lyon", "Lille"].map((place) => rig.ask(place));
  await rig.server.seen(3);
  await rig.clock.tick(3000);
  for (const answer of await Promise.all(asking)) assert(answer.kind === "failed" && answer.retryInMs === MINUTE_MS);
});

Deno.test("weather.ask() gives the last good answer with its age when nobody answers, for a day", async () => {
  await using rig = await startRig((clock) => ({ wttr: goodWttr({ clock }, 5) }), { order: ["wttr"] });
  await rig.ask();
  rig.world.wttr = "prose";
  await rig.clock.tick(3 * HOUR_MS);
  const stale = await rig.ask();
  assert(stale.kind === "report" && stale.stale && stale.ageMs === 3 * HOUR_MS);
  assert.equal(celsiusOf(stale), 5);
  assert.equal((await rig.ask("Lyon")).kind, "unknown");
  await rig.clock.tick(21 * HOUR_MS);
  assert.equal((await rig.ask()).kind, "unknown");
});

curl.test("weather.ask() believes Open-Meteo that there is no such place, and asks again after 10 minutes", async () => {
  await using rig = await startRig(() => ({ wttr: "prose", curl: "prose", geocoding: { body: { generationtime_ms: 0.5 } } }));
  assert.equal((await rig.ask("Xyzzy")).kind, "unknown");
  assert.equal((await rig.ask("Xyzzy")).kind, "unknown");
  assert.deepEqual(rig.asked(), ["wttr", "curl", "geocoding"]);
  await rig.clock.tick(10 * MINUTE_MS);
  rig.world.wttr = goodWttr(rig);
  assert.equal(celsiusOf(await rig.ask("Xyzzy")), 12);
});

curl.test("weather.ask() takes prose about a point for a failure: there is weather everywhere", async () => {
  await using rig = await startRig(() => ({ wttr: "prose", curl: "prose" }));
  const answer = await rig.weather.ask({ kind: "point", latitude: 48.83, longitude: 2.36 }, forever);
  assert(answer.kind === "failed" && answer.retryInMs === MINUTE_MS);
  assert.deepEqual(rig.asked(), ["wttr", "curl", "forecast"]);
});

curl.test("weather.ask() is answered in time when every source hangs, and gives each 3 s", async () => {
  await using rig = await startRig(() => ({ wttr: "hang", curl: "hang", geocoding: "hang" }));
  const startMs = rig.clock.nowMs();
  const asking = rig.ask();
  for (let count = 1; count <= 3; count++) {
    await rig.server.seen(count);
    await rig.clock.tick(3000);
  }
  const answer = await asking;
  assert(answer.kind === "failed" && answer.error.fault === "slow");
  assert.equal(rig.clock.nowMs() - startMs, 9000);
  assert.deepEqual(rig.asked(), ["wttr", "curl", "geocoding"]);
  assert.equal(rig.clock.pendingTimers(), 0);
  for (const { closed } of rig.server.requests) await closed;
});

Deno.test("weather.ask() gives Open-Meteo's two requests 3 s together", async () => {
  const gate = Promise.withResolvers<void>();
  await using rig = await startRig(() => ({ forecast: "hang" }), { order: ["open-meteo"] });
  rig.server.serve("geocoding", async () => {
    await gate.promise;
    return { body: geocoding() };
  });
  const asking = rig.ask();
  await rig.server.seen(1);
  await rig.clock.tick(2000);
  gate.resolve();
  await rig.server.seen(2);
  await rig.clock.tick(1000);
  assert.equal((await asking).kind, "failed");
});

Deno.test("weather.ask() does not wait for sources that are left alone", async () => {
  await using rig = await startRig((clock) => ({ wttr: goodWttr({ clock }) }), { order: ["wttr"] });
  await rig.ask();
  rig.world.wttr = "hang";
  await rig.clock.tick(HOUR_MS);
  const first = rig.ask();
  await rig.server.seen(2);
  await rig.clock.tick(3000);
  assert((await first).kind === "report");
  const second = await rig.ask();
  assert(second.kind === "report" && second.stale && second.ageMs === HOUR_MS + 3000);
});

Deno.test("weather.ask() throws the reason of its signal; the next one who asks gets the answer", async () => {
  const gate = Promise.withResolvers<void>();
  await using rig = await startRig(() => ({}), { order: ["wttr"] });
  const { clock } = rig;
  rig.server.serve("wttr", async () => {
    await gate.promise;
    return goodWttr({ clock });
  });
  const stop = new AbortController();
  const first = rig.weather.ask(readPlace("Paris") as WeatherPlace, stop.signal);
  await rig.server.seen(1);
  const second = rig.ask();
  stop.abort(new Error("enough"));
  await assert.rejects(first, { message: "enough" });
  gate.resolve();
  assert.equal(celsiusOf(await second), 12);
  assert.equal(rig.server.requests.length, 1);
});

curl.test("weather[Symbol.asyncDispose]() ends what is under way, curl too", async () => {
  await using rig = await startRig(() => ({ wttr: "status500", curl: "hang" }));
  const asking = rig.ask();
  await rig.server.seen(2);
  await rig.weather[Symbol.asyncDispose]();
  assert.equal((await asking).kind, "failed");
  assert.equal(rig.clock.pendingTimers(), 0);
  await rig.server.requests[1]?.closed;
  await assert.rejects(rig.ask(), { name: "AbortError" });
});

curl.test("weather.check() asks each source once and tells what was understood and what is wrong", async () => {
  await using rig = await startRig((clock) => ({
    wttr: goodWttr({ clock }),
    curl: "status500",
    geocoding: { body: geocoding() },
    forecast: { body: forecast({ wallMs: clock.wallMs() }) },
  }));
  const { ok, understood, wrong, tookMs } = await rig.weather.check(forever);
  assert.deepEqual([ok, tookMs], [true, 0]);
  assert.equal(understood, "wttr: 12 °C in Paris, 3 days; open-meteo: 11.6 °C in Paris, 3 days");
  assert.equal(wrong, "curl: wttr.in answered curl with HTTP status 500");
  assert.deepEqual(rig.asked().toSorted(), ["curl", "forecast", "geocoding", "wttr"]);
  assert.equal(rig.weather.health.state, "ok");
});

curl.test("weather.check() fails when no source answers, and asks those that are left alone", async () => {
  await using rig = await startRig(() => ({ wttr: "status500", curl: "prose", geocoding: "status404" }));
  await rig.ask();
  const { ok, understood, wrong } = await rig.weather.check(forever);
  assert.deepEqual([ok, understood], [false, undefined]);
  assert.match(wrong ?? "", /^wttr: .*status 500; curl: it does not know Paris; open-meteo: .*status 404$/);
  assert.equal(rig.asked().length, 6);
  assert.equal(rig.weather.health.state, "failing");
});

Deno.test("weather.check() ends with its signal", async () => {
  await using rig = await startRig(() => ({ wttr: "hang" }), { order: ["wttr"] });
  const stop = new AbortController();
  const checking = rig.weather.check(stop.signal);
  await rig.server.seen(1);
  stop.abort(new Error("enough"));
  assert.deepEqual((await checking).wrong, "wttr: enough");
});

Deno.test("weather.ask() says once in the log that there is no curl, and does without", async () => {
  const lines: string[] = [];
  const sink = ({ level, message }: LogRecord) => {
    if (level === "warning") lines.push(message.join(""));
  };
  await configure({
    reset: true,
    sinks: { sink },
    loggers: [{ category: ["meshbot", "service", "weather"], sinks: ["sink"] }, { category: ["logtape", "meta"], lowestLevel: "error" }],
  });
  try {
    const world = ({ wallMs }: FakeClock) => ({
      geocoding: { body: geocoding() },
      forecast: () => ({ body: forecast({ wallMs: wallMs() }) }),
    });
    await using rig = await startRig(world, { order: ["curl", "open-meteo"] }, "/nonexistent/curl");
    for (let index = 0; index < 10; index++) {
      assert.equal(celsiusOf(await rig.ask(`Place ${index}x`)), 11.6);
      await rig.clock.tick(7 * HOUR_MS);
    }
    assert.deepEqual(lines, ["curl: wttr.in cannot be asked by curl: the program is not installed"]);
  } finally {
    await reset();
  }
});
