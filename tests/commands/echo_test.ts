import assert from "node:assert/strict";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { addNode, ASKER_NUM, type ContextOptions } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { answer, reply, testCommands } from "../support/run_command.ts";

const ON = { MESHBOT_ECHO_CHANNEL: "2" };

/** An /echo that remembers, asked by people with the short names P0, P1 … */
function createEchoRoom() {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  const commands = testCommands();
  for (let person = 0; person < 20; person++) {
    addNode(nodes, { num: 0x1000 + person, longName: `Person ${person}`, shortName: `P${person}` });
  }
  const say = (person: number, args: string, options: ContextOptions = {}) =>
    reply("echo", { clock, nodes, args, config: ON, ...options, message: { from: 0x1000 + person } }, commands);
  return { clock, nodes, commands, say };
}

function spoken(text: string, channel = 2) {
  return { to: "channel", channel, text };
}

Deno.test("rule 13: echo is off without a channel", async () => {
  assert.equal(await answer("echo", { args: "hello" }), "📣 echo is off.");
  assert.equal(await answer("echo", { args: "hello", language: "fr" }), "📣 l'écho est désactivé.");
});

Deno.test("echo speaks on the channel by index or name, with the short name in front", async () => {
  for (const channel of ["2", "Paris", "pARIS"]) {
    const { say } = createEchoRoom();
    assert.deepEqual(await say(1, "hello world", { config: { MESHBOT_ECHO_CHANNEL: channel } }), spoken("P1: hello world"));
  }
});

Deno.test("echo uses the end of the id for a node without a name", async () => {
  assert.deepEqual(await reply("echo", { args: "bonjour", config: ON }), spoken("e4ed: bonjour"));
});

Deno.test("echo says which channel is missing", async () => {
  assert.equal(await answer("echo", { args: "hi", config: { MESHBOT_ECHO_CHANNEL: "Lyon" } }), "📣 channel Lyon is not on my node.");
  assert.equal(await answer("echo", { args: "hi", config: { MESHBOT_ECHO_CHANNEL: "1" } }), "📣 channel 1 is not on my node.");
  assert.equal(await answer("echo", { args: "hi", config: ON, radio: null }), "📣 channel 2 is not on my node.");
});

Deno.test("echo without a text shows its usage", async () => {
  for (const args of ["", "   ", "\u0000\u0007", "\u202e\u200b", "\u200d"]) {
    assert.equal(await answer("echo", { args, config: ON }), "Usage: /echo text", JSON.stringify(args));
  }
});

Deno.test("rule 13: echo refuses what looks like a command, also behind hidden characters", async () => {
  for (const args of ["/reboot", "!id", ".cmd", "\u202e/reboot", "\u0000 !x", "\u200b.y"]) {
    assert.equal(await answer("echo", { args, config: ON }), "📣 a text that begins with / ! or . is not repeated.", JSON.stringify(args));
  }
});

Deno.test("echo takes control and bidi characters out", async () => {
  assert.deepEqual(await reply("echo", { args: "a\u0007b\n\u202ec\u2066d\r\n  e", config: ON }), spoken("e4ed: ab cd e"));
});

Deno.test("rule 13: echo never lets a short name open like something that other bots answer", async () => {
  for (const shortName of ["ping", "PING", "Test", "cq", "ack", "CMD", "/x", "!a", ".b", "pong"]) {
    const clock = createFakeClock();
    const nodes = createNodeDb({ clock });
    addNode(nodes, { num: ASKER_NUM, longName: "x", shortName });
    assert.deepEqual(await reply("echo", { clock, nodes, args: "hi", config: ON }), spoken("e4ed: hi"), shortName);
  }
});

Deno.test("echo refuses a text that does not fit into one message, with its bytes", async () => {
  const fits = "é".repeat(97);
  assert.deepEqual(await reply("echo", { args: fits, config: ON }), spoken(`e4ed: ${fits}`));
  assert.equal(textLengthBytes(`e4ed: ${fits}`), 200);
  assert.equal(await answer("echo", { args: `${fits}a`, config: ON }), "📣 too long: 201 bytes, 200 fit.");
  assert.equal(await answer("echo", { args: `${fits}a`, config: ON, language: "fr" }), "📣 trop long: 201 octets, maximum 200.");
});

Deno.test("echo never fills more than the radio carries, whatever the configuration says", async () => {
  const config = { ...ON, MESHBOT_MESH_MESSAGE_BYTES: "232" };
  assert.equal(await answer("echo", { args: "a".repeat(222), config }), "📣 too long: 228 bytes, 227 fit.");
});

Deno.test("rule 13: echo serves a person once a minute", async () => {
  const { clock, say } = createEchoRoom();
  assert.deepEqual(await say(1, "one"), spoken("P1: one"));
  await clock.tick(18_500);
  assert.equal(await say(1, "two"), "📣 again in 42s.");
  assert.deepEqual(await say(2, "three"), spoken("P2: three"));
  await clock.tick(41_500);
  assert.deepEqual(await say(1, "two"), spoken("P1: two"));
});

Deno.test("rule 13: echo serves ten texts an hour in all", async () => {
  const { clock, say } = createEchoRoom();
  for (let person = 0; person < 10; person++) {
    assert.deepEqual(await say(person, `text ${person}`), spoken(`P${person}: text ${person}`));
    await clock.tick(60_000);
  }
  assert.equal(await say(11, "one too many"), "📣 again in 50m.");
  await clock.tick(50 * 60_000);
  assert.deepEqual(await say(11, "again"), spoken("P11: again"));
  assert.equal(await say(12, "only one had gone"), "📣 again in 1m.");
});

Deno.test("echo counts only what it said", async () => {
  const { say } = createEchoRoom();
  await say(1, "/no");
  await say(1, "x".repeat(300));
  await say(1, "");
  assert.deepEqual(await say(1, "yes"), spoken("P1: yes"));
});

Deno.test("echo does not say the same twice in a minute, whoever asks", async () => {
  const { clock, say } = createEchoRoom();
  await say(1, "hello");
  assert.equal(await say(2, " hello\u200b "), "📣 that was repeated just now.");
  await clock.tick(60_000);
  assert.deepEqual(await say(2, "hello"), spoken("P2: hello"));
});

Deno.test("echo does not repeat an echo", async () => {
  const { clock, say } = createEchoRoom();
  await say(1, "hello");
  assert.equal(await say(2, "P1: hello"), "📣 an echo is not repeated.");
  await clock.tick(59 * 60_000);
  assert.equal(await say(2, "P1: other words"), "📣 an echo is not repeated.");
  await clock.tick(60_000);
  assert.deepEqual(await say(2, "P1: hello"), spoken("P2: P1: hello"));
});

Deno.test("echo of one list knows nothing of another's", async () => {
  const clock = createFakeClock();
  const options = { clock, args: "hello", config: ON };
  assert.deepEqual(await reply("echo", options), spoken("e4ed: hello"));
  assert.deepEqual(await reply("echo", options), spoken("e4ed: hello"));
});
