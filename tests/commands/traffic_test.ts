import assert from "node:assert/strict";
import { traffic } from "../../src/commands/traffic.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { ASKER_NUM, type ContextOptions, OWN_NUM } from "../support/context.ts";
import { createPast, dataOf, type Past, textOf } from "../support/past.ts";

/** A bot that listens on LongFast (0) and Paris (2); its clock on the wall is in UTC. */
function asked(options: ContextOptions = {}): ContextOptions {
  return { ...options, config: { MESHBOT_MESH_CHANNELS: "0,paris", MESHBOT_ALERTS_TIMEZONE: "UTC", ...options.config } };
}

function say(past: Past, text: string, { from = 0x1001, channel = 0, to = 0xffffffff } = {}): void {
  past.hear({ from, channel, to, data: textOf(text) });
}

/** `07:25`: each past begins 25 minutes past an hour. */
function clockOf(past: Past, hoursAgo: number): string {
  return new Date(past.clock.wallMs() - hoursAgo * 3_600_000).toISOString().slice(11, 16);
}

Deno.test("traffic tells the texts of the listened channels to who asks in a direct message, the newest last", async () => {
  await using past = createPast(12);
  past.know({ num: 0x1001, longName: "LP974 Montmartre" });
  say(past, "too old");
  await past.pass(10);
  say(past, "QSL ?");
  say(past, "on another channel", { channel: 1 });
  say(past, "secret", { to: OWN_NUM });
  await past.pass(1);
  say(past, "bonjour\u202e\nà tous", { from: 0xf547, channel: 2 });
  past.hear({ data: dataOf(3) });
  await past.pass(1);
  assert.equal(
    await past.answer(traffic, asked()),
    `📨 2msg (8h):\n${clockOf(past, 2)} LP974 Mo: QSL ?\n${clockOf(past, 1)} f547: bonjour à tous`,
  );
  assert.equal(await past.answer(traffic, asked({ args: "1" })), `📨 1msg (1h):\n${clockOf(past, 1)} f547: bonjour à tous`);
  assert.match(await past.answer(traffic, asked({ args: "12" })), /^📨 3msg \(12h\):\n.* LP974 Mo: too old\n/);
});

Deno.test("traffic tells nothing but the texts of the channel that it is asked on", async () => {
  await using past = createPast(1);
  say(past, "here", { channel: 2 });
  say(past, "there", { channel: 0 });
  say(past, "elsewhere", { channel: 1 });
  const on = (channel: number) => asked({ onChannel: true, message: { channel, to: 0xffffffff } });
  assert.match(await past.answer(traffic, on(2)), /^📨 1msg \(8h\):\n\d\d:25 1001: here$/);
  assert.match(await past.answer(traffic, on(1)), /: elsewhere$/);
  assert.equal(await past.answer(traffic, on(3)), "📭 Silence (8h)");
});

Deno.test("traffic never tells a direct message, to whomever it was", async () => {
  await using past = createPast(1);
  say(past, "for the bot", { to: OWN_NUM });
  say(past, "for another", { to: 0x1002, channel: 2 });
  for (const options of [asked(), asked({ message: { from: ASKER_NUM } }), asked({ onChannel: true, message: { channel: 2 } })]) {
    assert.equal(await past.answer(traffic, options), "📭 Silence (8h)");
  }
});

Deno.test("traffic says so when the bot listens on no channel", async () => {
  await using past = createPast(1);
  say(past, "hello");
  const config = { MESHBOT_MESH_CHANNELS: "" };
  assert.equal(await past.answer(traffic, asked({ config })), "📭 I listen on no channel.");
  assert.equal(await past.answer(traffic, asked({ config, language: "fr" })), "📭 Je n'écoute aucun canal.");
  assert.equal(await past.answer(traffic, asked({ radio: null })), "📭 I listen on no channel.");
});

Deno.test("traffic keeps the newest texts when not all fit, and counts the others", async () => {
  await using past = createPast(1);
  for (let index = 1; index <= 53; index++) say(past, `text number ${index} with a rather long end that is cut off`);
  const text = await past.answer(traffic, asked());
  assert.match(text, /^📨 53msg \(8h\):\n…\(\+\d+\)\n/);
  assert.match(text, /\n\d\d:25 1001: text number 53 with a…$/);
  const shown = text.split("\n").length - 2;
  assert(shown >= 4, text);
  assert.equal(Number(/\+(\d+)/.exec(text)?.[1]), 53 - shown);
  assert(textLengthBytes(text) <= 200, text);
});

Deno.test("traffic shows one long text at length, and what cannot be shown as a question mark", async () => {
  await using past = createPast(1);
  say(past, `${"0123456789".repeat(12)}`);
  assert.match(await past.answer(traffic, asked()), /: (?:0123456789){12}$/);
  say(past, "\u200b\u202e");
  assert.match(await past.answer(traffic, asked()), /1001: \?$/);
});

Deno.test("traffic shows its usage for what is no number of hours", async () => {
  await using past = createPast(1);
  assert.equal(await past.answer(traffic, asked({ args: "all" })), "Usage: /traffic [hours]");
  assert.equal(await past.answer(traffic, asked({ args: "all", language: "fr" })), "Usage: /traffic [hours]");
});
