import assert from "node:assert/strict";
import type { TextMessage } from "../../src/mesh/packet.ts";
import { createPeople, type People } from "../../src/mesh/people.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import type { Command } from "../../src/router/command.ts";
import { createFixedAnswers } from "../../src/router/fixed_answers.ts";
import { type RoutedAnswer, Router } from "../../src/router/router.ts";
import { ASKER_NUM, forgetfulFile, makeContext, makeReception } from "../support/context.ts";
import { createMemoryJournal } from "../support/memory_journal.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { commandNamed, testCommands } from "../support/run_command.ts";

const ADMIN_NUM = 0xad;

interface Scene {
  readonly clock: FakeClock;
  readonly people: People;
  readonly answers: RoutedAnswer[];
  /** Hands a text in and lets the handlers run; the texts that are answered. */
  ask(text: string, message?: Partial<TextMessage>): Promise<string[]>;
}

// The same packet twice is answered once.
let nextId = 1;

function scene(extra: readonly Command[] = [], disabled: readonly string[] = []): Scene {
  const clock = createFakeClock();
  const people = createPeople({ clock, file: forgetfulFile });
  const answers: RoutedAnswer[] = [];
  const commands = testCommands();
  const router = new Router({
    clock,
    journal: createMemoryJournal(),
    commands: [...["ping", "stop", "start", "mute", "unmute"].map((name) => commandNamed(commands, name)), ...extra],
    disabled,
    context: makeContext({ clock, people }),
    guards: [],
    limit: () => undefined,
    answersIn: () => false,
    fixedAnswer: createFixedAnswers([{ words: ["wifi", "/menu"], text: "It is open." }]),
    isAdmin: (message) => message.from === ADMIN_NUM,
    answer: (answer) => void answers.push(answer),
  });
  async function ask(text: string, message: Partial<TextMessage> = {}): Promise<string[]> {
    const before = answers.length;
    router.handle(
      { ...makeReception({ id: nextId++ }), kind: "text", text, lengthBytes: text.length, replyId: 0, emoji: false, ...message },
      new Uint8Array(0),
    );
    await clock.tick(0);
    return answers.slice(before).map((answer) => answer.text);
  }
  return { clock, people, answers, ask };
}

Deno.test("rule 15: Router writes to somebody who said /stop no more, but for the answer to /start", async () => {
  const { ask } = scene();
  assert.equal((await ask("/stop")).length, 1);
  for (const text of ["/stop", "/ping", "ping", "/pong", "wifi", "/mute"]) assert.deepEqual(await ask(text), [], text);
  assert.equal((await ask("/ping", { from: 5 })).length, 1);
  assert.deepEqual(await ask("/start"), ["🔔 I write to you again."]);
  assert.equal((await ask("/ping")).length, 1);
});

Deno.test("rule 15: Router drops an answer that was under way when its asker said /stop", async () => {
  const work = Promise.withResolvers<string>();
  const slow: Command = { name: "slow", usage: "", scope: "direct", run: () => work.promise };
  const { ask, clock, answers } = scene([slow]);
  await ask("/slow");
  await ask("/stop");
  work.resolve("done");
  await clock.tick(0);
  assert.equal(answers.length, 1);
});

Deno.test("rule 9: Router answers nobody who is banned, and only admins while it is mute", async () => {
  const { ask, people, clock } = scene();
  people.ban(ASKER_NUM);
  for (const text of ["/ping", "/xyz", "wifi", "test"]) assert.deepEqual(await ask(text), [], text);
  people.unban(ASKER_NUM);
  assert.deepEqual(await ask("/mute", { from: ADMIN_NUM }), ["🔇 I answer only admins for 1h."]);
  for (const text of ["/ping", "/xyz", "wifi", "test"]) assert.deepEqual(await ask(text), [], text);
  assert.equal((await ask("/ping", { from: ADMIN_NUM })).length, 1);
  await clock.tick(3_600_000);
  assert.equal((await ask("/ping")).length, 1);
});

Deno.test("rule 9: Router takes nobody for an admin on a channel, and names admin commands to admins alone", async () => {
  const { ask, people } = scene();
  assert.deepEqual(await ask("/mute", { from: ADMIN_NUM, to: BROADCAST_NUM }), []);
  assert.match((await ask("/mute"))[0] ?? "", /^🔒/);
  assert.equal(people.mutedUntilWallMs(), undefined);
  assert.deepEqual(await ask("/mutee"), ["Unknown command. List: /help"]);
  assert.deepEqual(await ask("/mutee", { from: ADMIN_NUM }), ["Unknown command. Did you mean /mute?"]);
});

Deno.test("rule 15: Router answers the operator's words in direct messages, unless a command has them", async () => {
  const { ask } = scene();
  assert.deepEqual(await ask(" WiFi "), ["It is open."]);
  assert.deepEqual(await ask("/menu"), ["It is open."]);
  assert.deepEqual(await ask("wifi", { to: BROADCAST_NUM, channel: 0 }), []);
  assert.deepEqual(await ask("what is the wifi"), []);
});
