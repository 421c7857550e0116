/** The bot with every service switched on, against servers that misbehave. */
import assert from "node:assert/strict";
import { textLengthBytes } from "../src/mesh/text.ts";
import { type BadKind, startBadServer } from "./support/bad_server.ts";
import { startBot } from "./support/bot.ts";

/** Every service of the bot at one server. */
function everyServiceAt(url: (kind: BadKind) => string, kind: BadKind, brokerPort: number): Record<string, string> {
  return {
    MESHBOT_WEATHER_ENABLED: "true",
    MESHBOT_WEATHER_WTTR_URL: url(kind),
    MESHBOT_WEATHER_OPEN_METEO_URL: url(kind),
    MESHBOT_WEATHER_GEOCODING_URL: url(kind),
    MESHBOT_LIGHTNING_ENABLED: "true",
    MESHBOT_LIGHTNING_BROKER_URL: `mqtt://127.0.0.1:${brokerPort}`,
    MESHBOT_VIGILANCE_DEPARTMENT: "59",
    MESHBOT_VIGILANCE_PAGE_URL: url(kind),
    MESHBOT_VIGILANCE_API_URL: url(kind),
    MESHBOT_VIGILANCE_API_KEY: "secret",
    MESHBOT_VIGILANCE_METEOALARM_URL: url(kind),
    MESHBOT_ESPHOME_URL: url(kind),
    MESHBOT_PLACE_LATITUDE: "48.85",
    MESHBOT_PLACE_LONGITUDE: "2.35",
  };
}

const QUESTIONS = ["/weather", "/rain", "/vigi", "/power", "/graphs"];

Deno.test("the bot answers /ping while every service hangs, and each of the others shortly and in time", async () => {
  await using bad = await startBadServer();
  await using bot = await startBot({ env: everyServiceAt(bad.url, "hang", bad.port) });
  const order: string[] = [];
  const askers = QUESTIONS.map((question, index) => {
    const person = bot.mesh.addPerson({ longName: `Asker ${index}`, shortName: `A${index}` });
    return bot.ask(question, person).then(({ text }) => {
      order.push(question);
      return text;
    });
  });
  await bad.seen(QUESTIONS.length - 1);
  await bot.ask("/ping");
  assert.deepEqual(order, [], "the services still hang");
  for (const [index, text] of (await Promise.all(askers)).entries()) {
    assert.ok(textLengthBytes(text) <= 200, text);
    assert.doesNotMatch(text, /Sorry/, `${QUESTIONS[index]} says itself what is wrong`);
  }
  assert.match((await bot.ask("/blitz")).text, /⚡/);
});

// Each kind of misbehaviour is tried on each service by itself in tests/services.
for (const kind of ["closeHalf", "garbageBody"] as const) {
  Deno.test(`the bot tells in a short answer what is wrong with a service that gives ${kind}`, async () => {
    await using bad = await startBadServer();
    await using bot = await startBot({ env: everyServiceAt(bad.url, kind, bad.port) });
    const answers = await Promise.all(QUESTIONS.map((question, index) => {
      return bot.ask(question, bot.mesh.addPerson({ longName: `Asker ${index}`, shortName: `A${index}` }));
    }));
    for (const { text } of answers) {
      assert.ok(textLengthBytes(text) <= 200, text);
      assert.doesNotMatch(text, /Sorry|°C/, text);
    }
  });
}
