/** The bot with every service switched on, against servers that misbehave. */
import assert from "node:assert/strict";
import { textLengthBytes } from "../src/mesh/text.ts";
import { startBadServer } from "./support/bad_server.ts";
import { startBot } from "./support/bot.ts";
import { everyServiceAt } from "./support/every_service.ts";

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
