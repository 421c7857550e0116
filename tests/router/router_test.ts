import assert from "node:assert/strict";
import fc from "fast-check";
import type { TextMessage } from "../../src/mesh/packet.ts";
import { createRateLimit } from "../../src/mesh/rate_limit.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { type Command, parseCommand } from "../../src/router/command.ts";
import { type Guard, ignoreMqtt, ignoreOwn, ignoreTapback, limitRate, onlyForUs } from "../../src/router/guards.ts";
import { type RoutedAnswer, Router } from "../../src/router/router.ts";
import { indexCommands } from "../../src/router/command_index.ts";
import { ASKER_NUM, makeContext, makeReception, OWN_NUM } from "../support/context.ts";
import { createMemoryJournal, type MemoryJournal } from "../support/memory_journal.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";

const hello: Command = { name: "hello", aliases: ["hi"], usage: "", scope: "channel", run: ({ args }) => `hello ${args}`.trim() };
const secret: Command = { name: "secret", usage: "", scope: "direct", run: () => "only for you" };
const shout: Command = { name: "shout", usage: "text", scope: "channel", run: ({ args }) => ({ to: "channel", channel: 3, text: args }) };
const broken: Command = {
  name: "broken",
  usage: "",
  scope: "direct",
  run: () => {
    throw new Error("a fault in the handler");
  },
};
const hanging: Command = { name: "hanging", usage: "", scope: "direct", run: () => new Promise(() => {}) };
const silent: Command = { name: "silent", usage: "", scope: "direct", run: () => undefined };

const RAW = new Uint8Array([1, 2, 3]);

interface Scene {
  readonly clock: FakeClock;
  readonly router: Router;
  readonly answers: RoutedAnswer[];
  readonly handled: TextMessage[];
  readonly journal: MemoryJournal;
  /** Hands a text in, lets the handlers run, returns the answers' texts to it. */
  ask(text: string, message?: Partial<TextMessage>): Promise<string[]>;
}

function scene(
  options: { commands?: Command[]; max?: number; answersIn?: number[]; answerMqtt?: boolean; heardByRadio?: boolean } = {},
): Scene {
  const clock = createFakeClock();
  const answers: RoutedAnswer[] = [];
  const handled: TextMessage[] = [];
  const guards: Guard[] = [
    ignoreOwn(() => OWN_NUM),
    onlyForUs({ ownNum: () => OWN_NUM, listensOn: (channel) => channel === 0 }),
    ignoreTapback,
    ignoreMqtt({ answerMqtt: options.answerMqtt ?? false, heardByRadio: () => options.heardByRadio ?? false }),
  ];
  const journal = createMemoryJournal();
  const router = new Router({
    clock,
    journal,
    commands: options.commands ?? [hello, secret, shout, broken, hanging, silent],
    context: makeContext({ clock }),
    guards,
    limit: limitRate(createRateLimit({ clock, windowMs: 300_000, max: options.max ?? 1000 }), (waitS) => `wait ${waitS}`),
    answersIn: (channel) => options.answersIn?.includes(channel) ?? false,
    answer: (answer) => void answers.push(answer),
    onHandled: (request) => void handled.push(request),
  });
  let id = 100;
  async function ask(text: string, message: Partial<TextMessage> = {}): Promise<string[]> {
    const before = answers.length;
    router.handle(
      { ...makeReception(), kind: "text", text, lengthBytes: text.length, replyId: 0, emoji: false, id: id++, ...message },
      RAW,
    );
    await clock.tick(0);
    return answers.slice(before).map((answer) => answer.text);
  }
  return { clock, router, answers, handled, journal, ask };
}

Deno.test("Router answers a direct message by a direct message", async () => {
  const { ask, answers } = scene();
  assert.deepEqual(await ask("/hello you"), ["hello you"]);
  assert.deepEqual(await ask("  /HI   you  "), ["hello you"]);
  assert.deepEqual(answers.map(({ to }) => to), ["asker", "asker"]);
});

Deno.test("rule 10: Router answers a command on a listened channel by a direct message, unless the channel is one to reply in", async () => {
  const onChannel = { to: BROADCAST_NUM, channel: 0 };
  const quiet = scene();
  assert.deepEqual(await quiet.ask("/hello", onChannel), ["hello"]);
  assert.equal(quiet.answers[0]?.to, "asker");
  const open = scene({ answersIn: [0] });
  await open.ask("/hello", onChannel);
  assert.equal(open.answers[0]?.to, 0);
});

const unanswered: [name: string, text: string, message: Partial<TextMessage>][] = [
  ["plain text", "hello", {}],
  ["an empty text", "", {}],
  ["the prefix alone", "/", {}],
  ["the prefix and a space", "/ hello", {}],
  ["a command behind a word", "say /hello", {}],
  ["a direct-only command on a channel", "/secret", { to: BROADCAST_NUM }],
  ["an unknown command on a channel", "/nonsense", { to: BROADCAST_NUM }],
  ["a channel that is not listened on", "/hello", { to: BROADCAST_NUM, channel: 1 }],
  ["a message to somebody else", "/hello", { to: 42 }],
  ["a message to number 0", "/hello", { to: 0 }],
  ["our own number as sender", "/hello", { from: OWN_NUM }],
  ["our own number as sender on a channel", "/hello", { from: OWN_NUM, to: BROADCAST_NUM }],
  ["no sender", "/hello", { from: 0 }],
  ["everybody as sender", "/hello", { from: BROADCAST_NUM }],
  ["a tapback", "/hello", { emoji: true }],
  ["a request by MQTT", "/hello", { viaMqtt: true }],
];
for (const [name, text, message] of unanswered) {
  Deno.test(`Router meets ${name} with silence`, async () => {
    const { ask, handled } = scene();
    assert.deepEqual(await ask(text, message), []);
    assert.equal(handled.length, 1);
  });
}

Deno.test("rule 18: Router answers a request by MQTT when it may, or when that node is heard by radio", async () => {
  assert.deepEqual(await scene({ answerMqtt: true }).ask("/hello", { viaMqtt: true }), ["hello"]);
  assert.deepEqual(await scene({ heardByRadio: true }).ask("/hello", { viaMqtt: true }), ["hello"]);
});

Deno.test("rule 18: Router answers the radio's copy when the one by MQTT came first", async () => {
  const { ask } = scene();
  assert.deepEqual(await ask("/hello", { id: 5, viaMqtt: true }), []);
  assert.deepEqual(await ask("/hello", { id: 5 }), ["hello"]);
});

Deno.test("Router answers the same packet once", async () => {
  const { ask } = scene();
  assert.deepEqual(await ask("/hello", { id: 5 }), ["hello"]);
  assert.deepEqual(await ask("/hello", { id: 5 }), []);
  assert.deepEqual(await ask("/hello", { id: 5, from: 0x55 }), ["hello"]);
});

Deno.test("Router names the nearest command in one short line", async () => {
  const { ask } = scene();
  assert.deepEqual(await ask("/helo"), ["Unknown command. Did you mean /hello?"]);
  assert.deepEqual(await ask("/xyzzyplugh"), ["Unknown command. List: /help"]);
});

Deno.test("rule 12: Router answers a flood with one polite line, then with silence until it ends", async () => {
  const { ask, clock } = scene({ max: 5 });
  const texts: string[] = [];
  for (let n = 0; n < 40; n++) texts.push(...await ask("/hello"));
  assert.deepEqual(texts.slice(0, 5), Array(5).fill("hello"));
  assert.equal(texts.length, 6);
  assert.match(texts[5] as string, /^wait \d+$/);
  assert.deepEqual(await ask("/hello", { from: 0x99 }), ["hello"]);
  await clock.tick(300_001);
  assert.deepEqual(await ask("/hello"), ["hello"]);
});

Deno.test("Router does not count texts that are no commands", async () => {
  const { ask } = scene({ max: 1 });
  for (let n = 0; n < 5; n++) await ask("hello");
  assert.deepEqual(await ask("/hello"), ["hello"]);
});

Deno.test("Router apologises for a handler that throws, and goes on", async () => {
  const { ask } = scene();
  assert.deepEqual(await ask("/broken"), ["Sorry, /broken failed."]);
  assert.deepEqual(await ask("/hello"), ["hello"]);
});

Deno.test("Router apologises for a handler that hangs, at its deadline, and answers others meanwhile", async () => {
  const { ask, clock, answers } = scene();
  assert.deepEqual(await ask("/hanging"), []);
  assert.deepEqual(await ask("/hello"), ["hello"]);
  await clock.tick(9999);
  assert.equal(answers.at(-1)?.text, "hello");
  await clock.tick(1);
  assert.equal(answers.at(-1)?.text, "Sorry, /hanging took too long.");
});

Deno.test("Router gives each handler its own deadline", async () => {
  const slow: Command = { ...hanging, name: "slow", deadlineMs: 75_000 };
  const { ask, clock, answers } = scene({ commands: [slow] });
  await ask("/slow");
  await clock.tick(74_000);
  assert.equal(answers.length, 0);
  await clock.tick(1000);
  assert.equal(answers.length, 1);
});

Deno.test("Router runs 32 handlers at once and the others when there is room", async () => {
  const { ask, clock, answers } = scene();
  for (let n = 0; n < 40; n++) await ask("/hanging", { from: n + 1 });
  assert.deepEqual(await ask("/hello"), []);
  await clock.tick(10_000);
  assert.ok(answers.some(({ text }) => text === "hello"));
});

Deno.test("Router lets a command speak on a channel, and say nothing", async () => {
  const { ask, answers } = scene();
  await ask("/shout abc");
  assert.deepEqual(answers.map(({ to, text }) => ({ to, text })), [{ to: 3, text: "abc" }]);
  assert.deepEqual(await ask("/silent"), []);
});

Deno.test("Router.stop() aborts what runs, without apologies", async () => {
  const { router, ask, answers } = scene();
  await ask("/hanging");
  await router.stop();
  assert.deepEqual(await ask("/hello"), []);
  assert.equal(answers.length, 0);
});

Deno.test("Router tells when it is done with each text, whatever it is", () => {
  return fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.string().map((text) => `/${text}`)), { maxLength: 10 }), async (texts) => {
      const { ask, handled, clock } = scene();
      for (const text of texts) await ask(text, { from: ASKER_NUM });
      await clock.tick(10_000);
      assert.equal(handled.length, texts.length);
    }),
  );
});

Deno.test("indexCommands() refuses two commands with one word and names both", () => {
  assert.throws(() => indexCommands([hello, { ...secret, aliases: ["hi"] }]), /\/hi for the command secret: hello has that word/);
});

Deno.test("parseCommand() reads the first word in any case and the rest as it is", () => {
  assert.deepEqual(parseCommand("/Node  Paris  Nord "), { word: "node", args: "Paris  Nord" });
  assert.deepEqual(parseCommand("/help"), { word: "help", args: "" });
  assert.equal(parseCommand("help"), undefined);
  assert.equal(parseCommand("/"), undefined);
  fc.assert(fc.property(fc.string(), (text) => void parseCommand(text)));
});

Deno.test("Router notes a request with its packet before its handler runs, and nothing that is no command", async () => {
  let notedBefore = -1;
  const look: Command = { name: "look", usage: "", scope: "direct", run: () => `${notedBefore = scenery.journal.requests.length}` };
  const scenery = scene({ commands: [look] });
  await scenery.ask("good morning");
  assert.deepEqual(scenery.journal.requests, []);
  assert.deepEqual(await scenery.ask("/look", { id: 7, rxTimeS: 5 }), ["1"]);
  assert.equal(notedBefore, 1);
  const noted = [...scenery.journal.requests].map(({ from, id, raw, rxTimeS }) => ({ from, id, raw, rxTimeS }));
  assert.deepEqual(noted, [{ from: makeReception().from, id: 7, raw: RAW, rxTimeS: 5 }]);
});

Deno.test("Router ends a request without an answer in the journal, and leaves the answered ones to the outbox", async () => {
  const { ask, journal } = scene({ max: 2 });
  await ask("/silent", { id: 1 });
  await ask("/hello", { id: 2 });
  await ask("/hello", { id: 3 });
  await ask("/hello", { id: 4 });
  assert.deepEqual(journal.ends, [{ id: 1, how: "ignored" }, { id: 4, how: "refused" }], "3 gets the polite line, 4 nothing");
});

Deno.test("Router.stop() leaves what runs open in the journal, for the next start", async () => {
  const { ask, journal, router } = scene();
  await ask("/hanging", { id: 1 });
  await router.stop();
  assert.deepEqual(journal.requests.map(({ id }) => id), [1]);
  assert.deepEqual(journal.ends, []);
});

Deno.test("Router.resume() runs a noted request without noting or limiting it again", async () => {
  const { router, answers, journal, clock } = scene({ max: 1 });
  const message: TextMessage = { ...makeReception(), kind: "text", text: "/hello again", lengthBytes: 12, replyId: 0, emoji: false, id: 9 };
  router.resume(message);
  router.resume({ ...message, id: 10 });
  router.resume({ ...message, id: 11, text: "no command any more" });
  await clock.tick(0);
  assert.deepEqual(answers.map(({ text }) => text), ["hello again", "hello again"]);
  assert.deepEqual(journal.requests, []);
  assert.deepEqual(journal.ends, [{ id: 11, how: "ignored" }]);
});

function direct(text: string, message: Partial<TextMessage> = {}): TextMessage {
  return { ...makeReception(), kind: "text", text, lengthBytes: text.length, replyId: 0, emoji: false, id: 900, ...message };
}

Deno.test("Router.ask() gives what a command of our own says, and nothing where it says nothing, speaks elsewhere or fails", async () => {
  const { router, clock, answers, journal } = scene({ commands: [hello, shout, broken, silent, hanging, { ...secret, admin: true }] });
  assert.equal(await router.ask(direct("/hello you")), "hello you");
  for (const text of ["/shout x", "/broken", "/silent", "/nonsense", "/secret", "hello"]) {
    assert.equal(await router.ask(direct(text)), undefined, text);
  }
  const slow = router.ask(direct("/hanging"));
  await clock.tick(60_000);
  assert.equal(await slow, undefined);
  assert.deepEqual([answers, journal.requests.length, clock.pendingTimers()], [[], 0, 0]);
});

Deno.test("Router.ask() aloud takes a command without its prefix, and tells what went wrong", async () => {
  const { router } = scene({ commands: [hello, broken, silent, { ...secret, admin: true }] });
  const ask = (text: string) => router.ask(direct(text), "aloud");
  assert.deepEqual([await ask("hello you"), await ask("/hello you")], ["hello you", "hello you"]);
  assert.match(await ask("helo") ?? "", /hello/);
  assert.match(await ask("broken") ?? "", /broken/);
  assert.notEqual(await ask(""), undefined);
  assert.notEqual(await ask("/secret"), "only for you");
  assert.equal(await ask("silent"), undefined);
});

Deno.test("Router.ask() runs for no admin and on no channel, and says nothing when the bot stops", async () => {
  const asked: unknown[] = [];
  const probe: Command = {
    name: "probe",
    usage: "",
    scope: "direct",
    run({ admin, onChannel, args }) {
      asked.push({ admin, onChannel, args });
      return new Promise(() => {});
    },
  };
  const { router } = scene({ commands: [probe] });
  const answer = router.ask(direct("/probe it"), "aloud");
  await Promise.resolve();
  await router.stop();
  assert.equal(await answer, undefined);
  assert.deepEqual(asked, [{ admin: false, onChannel: false, args: "it" }]);
});

Deno.test("Router.isRequest() tells what would be answered, and notes nothing", () => {
  const { router, answers, handled, journal } = scene();
  const is = (text: string, message: Partial<TextMessage> = {}) => router.isRequest(direct(text, message));
  assert.deepEqual([is("/hello"), is("/nonsense"), is("hello"), is("/hello", { from: OWN_NUM }), is("good morning", { from: OWN_NUM })], [
    true,
    true,
    false,
    false,
    false,
  ]);
  assert.deepEqual([answers, handled, journal.requests], [[], [], []]);
});

Deno.test("Router keeps 200 commands waiting beside the 32 that run, and ends the next as failed", async () => {
  const ends: (() => void)[] = [];
  const waiting: Command = {
    name: "wait",
    usage: "",
    scope: "direct",
    deadlineMs: 1e9,
    run: () => new Promise((resolve) => ends.push(() => resolve("done"))),
  };
  const { router, ask, answers, clock } = scene({ commands: [waiting] });
  for (let count = 0; count < 32; count += 1) await ask("/wait");
  assert.equal(ends.length, 32);
  for (let count = 0; count < 200; count += 1) await ask("/wait");
  await ask("/wait");
  assert.equal(ends.length, 32);
  let served = 0;
  while (served < ends.length) {
    ends[served]?.();
    served += 1;
    await clock.tick(0);
  }
  assert.deepEqual([served, answers.length], [232, 232]);
  await router.stop();
});

Deno.test("Router.stop() resolves when what ran has ended", async () => {
  const order: string[] = [];
  const slow: Command = {
    name: "slow",
    usage: "",
    scope: "direct",
    run: ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
  };
  const clock = createFakeClock();
  const router = new Router({
    clock,
    journal: createMemoryJournal(),
    commands: [slow],
    context: makeContext({ clock }),
    guards: [],
    limit: () => undefined,
    answersIn: () => false,
    answer() {},
    onHandled: () => void order.push("handled"),
  });
  router.handle(direct("/slow"), RAW);
  await clock.tick(0);
  await router.stop();
  order.push("stopped");
  assert.deepEqual(order, ["handled", "stopped"]);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("Router.resume() tells that it is done with a request that it ignores", () => {
  const { router, handled } = scene();
  router.resume(direct("no command"));
  assert.deepEqual(handled.map(({ text }) => text), ["no command"]);
});

Deno.test("Router leaves no timer behind when a command has answered", async () => {
  const { ask, clock } = scene();
  await ask("/hello");
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("Router gives a fixed answer to a direct message that is no command, and to nothing else", async () => {
  const clock = createFakeClock();
  const answers: RoutedAnswer[] = [];
  const router = new Router({
    clock,
    journal: createMemoryJournal(),
    commands: [hello],
    context: makeContext({ clock }),
    guards: [],
    limit: () => undefined,
    answersIn: () => false,
    answer: (answer) => void answers.push(answer),
    fixedAnswer: (text) => text.includes("morning") || text.startsWith("/") ? "good morning" : undefined,
  });
  router.handle(direct("Good morning", { id: 1 }), RAW);
  router.handle(direct("Good morning", { id: 2, to: BROADCAST_NUM }), RAW);
  router.handle(direct("Good night", { id: 3 }), RAW);
  router.handle(direct("/hello", { id: 4 }), RAW);
  await clock.tick(0);
  assert.deepEqual(answers.map(({ text, label }) => [text, label]), [["good morning", "fixed answer"], ["hello", "answer to /hello"]]);
  await router.stop();
});
