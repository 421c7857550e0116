import assert from "node:assert/strict";
import type { TextMessage } from "../../src/mesh/packet.ts";
import { createRateLimit } from "../../src/mesh/rate_limit.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { firstRefusal, ignoreBacklog, ignoreMqtt, ignoreOwn, ignoreTapback, limitRate, onlyForUs } from "../../src/router/guards.ts";
import { makeReception, OWN_NUM } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";

const NOW_MS = Date.UTC(2026, 5, 15, 12);

function text(message: Partial<TextMessage> = {}): TextMessage {
  return { ...makeReception(), kind: "text", text: "/ping", lengthBytes: 5, replyId: 0, emoji: false, ...message };
}

const BACKLOG: [what: string, ageS: number | "no time", justBack: boolean, passes: boolean][] = [
  ["of now", 0, false, true],
  ["of now, right after a long absence", 0, true, true],
  ["9 minutes 59 old", 599, false, true],
  ["9 minutes 59 old, right after a long absence", 599, true, true],
  ["10 minutes and a second old", 601, false, false],
  ["of yesterday", 86_400, false, false],
  ["of yesterday, right after a long absence", 86_400, true, false],
  ["without a time", "no time", false, true],
  ["without a time, right after a long absence", "no time", true, false],
  ["of the future, by a clock that is wrong", -86_400, false, true],
];
for (const [what, ageS, justBack, passes] of BACKLOG) {
  Deno.test(`rule 17: ignoreBacklog() ${passes ? "lets a text pass" : "ends a text"} ${what}`, () => {
    const guard = ignoreBacklog({ wallMs: () => NOW_MS, justBackFromLongAway: () => justBack });
    const rxTimeS = ageS === "no time" ? 0 : NOW_MS / 1000 - ageS;
    assert.equal(guard(text({ rxTimeS })) === undefined, passes);
  });
}

Deno.test("rule 18: ignoreMqtt() asks for the sender, not for this copy: who is heard by radio passes", () => {
  const guard = ignoreMqtt({ answerMqtt: false, heardByRadio: (nodeNum) => nodeNum === 0x11 });
  assert.equal(guard(text({ from: 0x11, viaMqtt: true })), undefined);
  assert.notEqual(guard(text({ from: 0x22, viaMqtt: true })), undefined);
  assert.equal(guard(text({ from: 0x22, viaMqtt: false })), undefined);
  assert.equal(ignoreMqtt({ answerMqtt: true, heardByRadio: () => false })(text({ viaMqtt: true })), undefined);
});

Deno.test("rule 11: ignoreTapback() ends every text with an emoji, and no other", () => {
  assert.notEqual(ignoreTapback(text({ emoji: true })), undefined);
  assert.equal(ignoreTapback(text()), undefined);
});

Deno.test("rule 10: onlyForUs() lets direct messages to us pass, and channels that are listened on", () => {
  const guard = onlyForUs({ ownNum: () => OWN_NUM, listensOn: (channel) => channel === 2 });
  assert.equal(guard(text({ to: OWN_NUM, channel: 5 })), undefined);
  assert.equal(guard(text({ to: BROADCAST_NUM, channel: 2 })), undefined);
  assert.notEqual(guard(text({ to: BROADCAST_NUM, channel: 0 })), undefined);
  assert.notEqual(guard(text({ to: 0x33, channel: 2 })), undefined);
  const before = onlyForUs({ ownNum: () => undefined, listensOn: () => true });
  assert.notEqual(before(text({ to: OWN_NUM })), undefined, "before the handshake nobody is us");
});

Deno.test("firstRefusal() stops at the first guard that refuses", () => {
  const asked: string[] = [];
  const guards = ["a", "b", "c"].map((reason) => () => {
    asked.push(reason);
    return reason === "b" ? { reason } : undefined;
  });
  assert.deepEqual(firstRefusal(guards, text()), { reason: "b" });
  assert.deepEqual(asked, ["a", "b"]);
  assert.notEqual(firstRefusal([ignoreOwn(() => OWN_NUM)], text({ from: OWN_NUM })), undefined);
});

Deno.test("ignoreOwn() ends what bears our number or none, and lets the smallest number pass", () => {
  const guard = ignoreOwn(() => OWN_NUM);
  for (const from of [OWN_NUM, 0, BROADCAST_NUM]) assert.notEqual(guard(text({ from })), undefined, String(from));
  for (const from of [1, OWN_NUM + 1, BROADCAST_NUM - 1]) assert.equal(guard(text({ from })), undefined, String(from));
});

Deno.test("limitRate() says once how many seconds to wait, rounded up, then nothing", async () => {
  const clock = createFakeClock();
  const guard = limitRate(createRateLimit({ clock, windowMs: 60_000, max: 1 }), (retryInS) => `wait ${retryInS} s`);
  assert.equal(guard(text()), undefined);
  await clock.tick(9500);
  assert.deepEqual(guard(text()), { reason: "too many commands", say: "wait 60 s" });
  assert.deepEqual(guard(text()), { reason: "too many commands, said already" });
  assert.equal(guard(text({ from: 0x99 })), undefined);
  const slow = limitRate(createRateLimit({ clock, windowMs: 1500, max: 1 }), (retryInS) => `wait ${retryInS} s`);
  slow(text());
  assert.equal(slow(text())?.say, "wait 2 s");
});

Deno.test("ignoreBacklog() ends at ten minutes, to the millisecond, and believes a time of one second", () => {
  const passes = (rxTimeS: number, wallMs: number) =>
    ignoreBacklog({ wallMs: () => wallMs, justBackFromLongAway: () => false })(text({ rxTimeS })) === undefined;
  assert.deepEqual([passes(1000, 1_600_000), passes(1000, 1_600_001), passes(1, 700_000)], [true, false, false]);
});
