import assert from "node:assert/strict";
import { createPeople } from "../../src/mesh/people.ts";
import { ASKER_NUM, forgetfulFile } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { answer, reply } from "../support/run_command.ts";

function newPeople() {
  return createPeople({ clock: createFakeClock(), file: forgetfulFile });
}

Deno.test("rule 15: stop is answered once, start undoes it", async () => {
  const people = newPeople();
  assert.equal(await answer("stop", { people }), "🔕 I write to you no more. /start undoes that.");
  assert.equal(people.isStopped(ASKER_NUM), true);
  assert.equal(await reply("stop", { people }), undefined);
  assert.equal(await answer("start", { people }), "🔔 I write to you again.");
  assert.equal(people.isStopped(ASKER_NUM), false);
  assert.equal(await answer("start", { people }), "🔔 I write to you again.");
  assert.equal(typeof await reply("stop", { people }), "string");
});

Deno.test("rule 15: stop is about the asker alone", async () => {
  const people = newPeople();
  await reply("stop", { people, message: { from: 5 } });
  await reply("start", { people, message: { from: 6 } });
  assert.deepEqual([people.isStopped(5), people.isStopped(ASKER_NUM)], [true, false]);
});

Deno.test("rule 15: stop names start as it must be written", async () => {
  const config = { MESHBOT_COMMANDS_PREFIX: "!" };
  assert.equal(await answer("stop", { config }), "🔕 I write to you no more. !start undoes that.");
  assert.equal(await answer("stop", { language: "fr" }), "🔕 Je ne vous écris plus. /start pour revenir.");
});
