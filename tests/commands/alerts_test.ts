import assert from "node:assert/strict";
import { alerts } from "../../src/commands/alerts.ts";
import { createPeople, MAX_SUBSCRIBERS, type People } from "../../src/mesh/people.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { ASKER_NUM, type ContextOptions, forgetfulFile, makeContext } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";

function newPeople(): People {
  return createPeople({ clock: createFakeClock(), file: forgetfulFile });
}

async function answer(args: string, options: ContextOptions): Promise<string> {
  const text = await alerts.run(makeContext({ ...options, args }));
  assert(typeof text === "string");
  assert.ok(textLengthBytes(text) <= 200, text);
  return text;
}

Deno.test("alerts on and off subscribe the asker and end that, and without a word it tells which holds", async () => {
  const people = newPeople();
  assert.equal(await answer("", { people }), "🔕 You do not get my alerts; /alerts on changes that.");
  assert.equal(await answer("on", { people }), "🔔 You get my alerts. /alerts off ends that.");
  assert.deepEqual(people.subscribers(), [ASKER_NUM]);
  assert.equal(await answer("ON", { people }), "🔔 You get my alerts. /alerts off ends that.");
  assert.equal(await answer("", { people }), "🔔 You get my alerts; /alerts off ends that.");
  assert.equal(await answer("off", { people }), "🔕 You get no more alerts. /alerts on undoes that.");
  assert.deepEqual(people.subscribers(), []);
  assert.equal(await answer("off", { people }), "🔕 You get no more alerts. /alerts on undoes that.");
});

Deno.test("alerts tells its usage for every other word, and changes nothing", async () => {
  const people = newPeople();
  for (const args of ["yes", "on off", "!b0b00002", "of"]) {
    assert.equal(await answer(args, { people }), "Usage: /alerts [on|off]");
  }
  assert.deepEqual(people.subscribers(), []);
});

Deno.test("alerts on has places for so many", async () => {
  const people = newPeople();
  for (let num = 1; num <= MAX_SUBSCRIBERS; num++) people.subscribe(num);
  assert.equal(await answer("on", { people }), "🔕 20 people get my alerts already, there is no place left.");
  assert.equal(people.subscribers().includes(ASKER_NUM), false);
});

Deno.test("alerts tells who is in the configuration that it is so", async () => {
  const people = newPeople();
  const config = { MESHBOT_ALERTS_TO: "channel:2, !a1b2e4ed" };
  for (const args of ["", "on", "off"]) {
    assert.equal(await answer(args, { people, config }), "🔔 You get my alerts by my configuration.");
  }
  assert.deepEqual(people.subscribers(), []);
});

Deno.test("alerts speaks French, and knows the prefix", async () => {
  const people = newPeople();
  const options: ContextOptions = { people, language: "fr", config: { MESHBOT_COMMANDS_PREFIX: "!" } };
  assert.equal(await answer("on", options), "🔔 Vous recevrez mes alertes. !alerts off pour arrêter.");
  assert.equal(await answer("", options), "🔔 Vous recevez mes alertes; !alerts off pour arrêter.");
  assert.equal(await answer("off", options), "🔕 Vous n'aurez plus d'alertes. !alerts on pour revenir.");
});

Deno.test("alerts is for direct messages only", () => {
  assert.equal(alerts.scope, "direct");
  assert.equal(alerts.admin, undefined);
});
