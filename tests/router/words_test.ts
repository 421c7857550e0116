/** Which texts are commands, under which words, and who is answered when the channel is full. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { TextMessage } from "../../src/mesh/packet.ts";
import { createBudget } from "../../src/mesh/budget.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import type { Command } from "../../src/router/command.ts";
import { ignoreTapback } from "../../src/router/guards.ts";
import { Router, type RouterOptions } from "../../src/router/router.ts";
import { makeContext, makeReception } from "../support/context.ts";
import { createMemoryJournal } from "../support/memory_journal.ts";
import { createFakeClock } from "../support/fake_clock.ts";

const ADMIN_NUM = 0xad;
const ON_CHANNEL = { to: BROADCAST_NUM, channel: 0 };

function named(name: string, aliases: string[] = []): Command {
  return { name, aliases, usage: "", scope: "channel", run: ({ args }) => `${name}(${args})` };
}

const COMMANDS = [named("ping", ["test"]), named("help", ["?", "aide"]), named("my", ["whoami"])];

interface Scene {
  /** Hands a text in, lets the handlers run; the texts that are answered. */
  ask(text: string, message?: Partial<TextMessage>): Promise<string[]>;
}

// The same packet twice is answered once.
let nextId = 1;

function scene(options: Partial<RouterOptions> & { readonly utilizationPercent?: () => number | undefined } = {}): Scene {
  const clock = createFakeClock();
  const answers: string[] = [];
  const { utilizationPercent = () => 5, ...changes } = options;
  const budget = createBudget({
    clock,
    ledger: { usedMsLastHour: () => 0 },
    percent: () => 2,
    utilization() {
      const percent = utilizationPercent();
      return percent === undefined ? undefined : { percent, atMs: clock.nowMs() };
    },
  });
  const router = new Router({
    clock,
    journal: createMemoryJournal(),
    commands: COMMANDS,
    context: { ...makeContext({ clock }), budget },
    guards: [ignoreTapback],
    limit: () => undefined,
    answersIn: () => false,
    isAdmin: (message) => message.from === ADMIN_NUM,
    answer: ({ text }) => void answers.push(text),
    ...changes,
  });
  return {
    async ask(text, message = {}) {
      const before = answers.length;
      router.handle(
        { ...makeReception({ id: nextId++ }), kind: "text", text, lengthBytes: text.length, replyId: 0, emoji: false, ...message },
        new Uint8Array(0),
      );
      await clock.tick(0);
      return answers.slice(before);
    },
  };
}

const BARE = { help: "help()", aide: "help()", "?": "help()", ping: "ping()", test: "ping()" };
for (const [word, answered] of Object.entries(BARE)) {
  Deno.test(`rule 11: Router takes the bare word ${word} for a command in a direct message, and nowhere else`, async () => {
    const { ask } = scene();
    for (const text of [word, word.toUpperCase(), ` ${word}\n`]) assert.deepEqual(await ask(text), [answered], JSON.stringify(text));
    assert.deepEqual(await ask(word, ON_CHANNEL), []);
    for (const text of [`${word} you`, `${word}!`, `"${word}"`, `${word}${word}`, `say ${word}`, `${word}.`]) {
      assert.deepEqual(await ask(text), [], JSON.stringify(text));
    }
  });
}

Deno.test("rule 11: Router meets the names of other commands without prefix, and other bots' prefixes, with silence", async () => {
  const { ask } = scene();
  for (const text of ["my", "whoami", "!ping", ".ping", "#ping", "\\ping", "／ping", "ping?", "??", "", " ", "👍"]) {
    assert.deepEqual(await ask(text), [], JSON.stringify(text));
  }
});

Deno.test("rule 11: Router meets every text that neither begins with the prefix nor is a bare word with silence", async () => {
  const { ask } = scene();
  const chat = fc.string({ unit: "grapheme" }).filter((text) => {
    const said = text.trim().toLowerCase();
    return !said.startsWith("/") && !Object.hasOwn(BARE, said);
  });
  await fc.assert(fc.asyncProperty(chat, async (text) => assert.deepEqual(await ask(text), [])));
});

Deno.test("rule 11: Router meets a tapback with silence, whatever it says", async () => {
  const { ask } = scene();
  for (const text of ["/ping", "?", "test", "help", "👍"]) assert.deepEqual(await ask(text, { emoji: true }), [], text);
});

for (const prefix of ["!", ".", "!!", "?"]) {
  Deno.test(`rule 14: Router knows commands by the prefix ${prefix} and by no other`, async () => {
    const { ask } = scene({ prefix });
    assert.deepEqual(await ask(`${prefix}my x`), ["my(x)"]);
    assert.deepEqual(await ask("/my x"), []);
    assert.deepEqual(await ask("ping"), ["ping()"], "bare words need no prefix");
    assert.deepEqual(await ask("?"), ["help()"]);
    assert.deepEqual(await ask(`${prefix}my x`, ON_CHANNEL), ["my(x)"]);
    assert.deepEqual(await ask("/my x", ON_CHANNEL), []);
  });
}

Deno.test("rule 14: Router names unknown commands with the prefix of the configuration", async () => {
  const { ask } = scene({ prefix: "!" });
  assert.deepEqual(await ask("!pin"), ["Unknown command. Did you mean !ping?"]);
});

Deno.test("rule 14: Router answers a disabled command under none of its words", async () => {
  const { ask } = scene({ disabled: ["ping"], aliases: { pong: "ping" } });
  for (const text of ["ping", "test", "PING"]) assert.deepEqual(await ask(text), [], text);
  for (const text of ["/ping", "/test", "/pong", "/Ping"]) {
    assert.deepEqual(await ask(text), [], text);
    assert.deepEqual(await ask(text, ON_CHANNEL), [], text);
  }
  assert.deepEqual(await ask("/help"), ["help()"]);
});

Deno.test("rule 14: Router names no disabled command as the one that was meant", async () => {
  const { ask } = scene({ disabled: ["ping"] });
  assert.doesNotMatch((await ask("/pin"))[0] ?? assert.fail("no answer"), /ping/);
});

Deno.test("rule 14: Router switches off one word alone, and the command stays under its others", async () => {
  const { ask } = scene({ disabled: ["test"] });
  assert.deepEqual(await ask("/ping"), ["ping()"]);
  assert.deepEqual(await ask("ping"), ["ping()"]);
  assert.deepEqual(await ask("/test"), []);
  assert.deepEqual(await ask("test"), []);
});

Deno.test("rule 14: Router knows the operator's own words, in any case", async () => {
  const { ask } = scene({ aliases: { Signal: "My", hilfe: "aide" } });
  assert.deepEqual(await ask("/signal a"), ["my(a)"]);
  assert.deepEqual(await ask("/HILFE"), ["help()"]);
  assert.deepEqual(await ask("hilfe"), [], "an own word is no bare word");
});

Deno.test("rule 12: Router answers only admins from 40 % utilisation on, and everybody when the channel is free again", async () => {
  let percent: number | undefined = 39.9;
  const { ask } = scene({ utilizationPercent: () => percent });
  assert.deepEqual(await ask("/ping"), ["ping()"]);
  for (percent of [40, 63, 100]) {
    for (const text of ["/ping", "ping", "/nonsense"]) assert.deepEqual(await ask(text), [], `${text} at ${percent} %`);
    assert.deepEqual(await ask("/ping", ON_CHANNEL), []);
    assert.deepEqual(await ask("/ping", { from: ADMIN_NUM }), ["ping()"]);
    assert.deepEqual(await ask("/ping", { ...ON_CHANNEL, from: ADMIN_NUM }), [], "nobody is an admin on a channel");
  }
  percent = undefined;
  assert.deepEqual(await ask("/ping"), ["ping()"], "unknown counts as 25 %");
  percent = 12;
  assert.deepEqual(await ask("/ping"), ["ping()"]);
});
