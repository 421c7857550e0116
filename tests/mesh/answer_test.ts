import assert from "node:assert/strict";
import fc from "fast-check";
import { queueAnswer } from "../../src/mesh/answer.ts";
import { Outbox } from "../../src/mesh/outbox.ts";
import type { Draft } from "../../src/mesh/outgoing.ts";
import type { TextMessage } from "../../src/mesh/packet.ts";
import { createParked } from "../../src/mesh/parked.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { ASKER_NUM, makeReception } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";

interface Said {
  readonly drafts: Draft[];
  readonly rest: string | undefined;
}

function say(
  text: string,
  options: { request?: Partial<TextMessage>; to?: "asker" | number; maxParts?: number; messageBytes?: number; hopLimit?: number } = {},
): Said {
  const clock = createFakeClock();
  const drafts: Draft[] = [];
  const outbox = new Outbox({ clock, send: () => true, onEnd: ({ draft }) => void drafts.push(draft) });
  const parked = createParked({ clock });
  const request: TextMessage = {
    ...makeReception({ id: 77 }),
    kind: "text",
    text: "",
    lengthBytes: 0,
    replyId: 0,
    emoji: false,
    ...options.request,
  };
  queueAnswer({ request, text, to: options.to ?? "asker", label: "answer" }, {
    clock,
    outbox,
    messageBytes: options.messageBytes ?? 200,
    hopLimit: () => options.hopLimit ?? 3,
    maxParts: () => options.maxParts ?? 2,
    parked,
  });
  outbox.close();
  return { drafts, rest: parked.next(ASKER_NUM) };
}

const textOf = (draft: Draft): string => new TextDecoder().decode(draft.payload);

Deno.test("queueAnswer() names the request, goes to the asker and asks for an ACK", () => {
  const [draft] = say("hello").drafts;
  assert.ok(draft);
  assert.deepEqual([draft.to, draft.replyId, draft.wantAck, draft.answerId], [ASKER_NUM, 77, true, 77]);
  // Ten minutes, on a clock that stands at 0.
  assert.equal(draft.expiresAtMs, 600_000);
});

Deno.test("rule 3: a reply may travel the request's hops + 2, never more than lora.hop_limit unless the request needed more", () => {
  const table: [used: number | undefined, start: number, own: number, limit: number, wantAck: boolean][] = [
    [0, 3, 3, 2, true],
    [1, 3, 3, 3, true],
    [2, 3, 3, 3, true],
    [5, 7, 3, 5, true],
    [3, 7, 7, 5, true],
    [undefined, 0, 3, 3, true],
    [0, 0, 3, 0, false],
  ];
  for (const [hopsUsed, hopStart, own, hopLimit, wantAck] of table) {
    const [draft] = say("hello", { request: { hopsUsed, hopStart }, hopLimit: own }).drafts;
    assert.deepEqual([draft?.hopLimit, draft?.wantAck], [hopLimit, wantAck], `${hopsUsed} hops of ${hopStart}, own ${own}`);
  }
});

Deno.test("rule 6: a reply to a PKI message carries the asker's key, one to another message none", () => {
  const publicKey = new Uint8Array(32).fill(7);
  assert.deepEqual(say("hello", { request: { pkiEncrypted: true, publicKey } }).drafts[0]?.publicKey, publicKey);
  assert.equal(say("hello", { request: { pkiEncrypted: false, publicKey: new Uint8Array() } }).drafts[0]?.publicKey, undefined);
});

Deno.test("rule 12: an answer has two parts at most, one when the channel is busy; /more has the rest and nothing is lost", () => {
  const words = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 200 }).map((list) =>
    list.join(" ")
  );
  fc.assert(fc.property(words, fc.constantFrom(1, 2), fc.integer({ min: 20, max: 232 }), (text, maxParts, messageBytes) => {
    const { drafts, rest } = say(text, { maxParts, messageBytes });
    assert.ok(drafts.length <= maxParts);
    for (const draft of drafts) assert.ok(textLengthBytes(textOf(draft)) <= Math.min(messageBytes, 215));
    const said = drafts.map((draft) => textOf(draft).replace(drafts.length > 1 || rest !== undefined ? /^\d+\/\d+ / : /^$/, "")).join("");
    assert.equal((said + (rest ?? "")).replace(/\s/g, ""), text.toWellFormed().replace(/\s/g, ""));
  }));
});

Deno.test("queueAnswer() says an echo on its channel without a reply_id, and an answer in the request's channel with one", () => {
  const echo = say("Alic: hello", { to: 2 }).drafts[0];
  assert.deepEqual([echo?.to, echo?.channel, echo?.replyId], [BROADCAST_NUM, 2, 0]);
  const inChannel = say("hello", { to: 1, request: { to: BROADCAST_NUM, channel: 1 } }).drafts[0];
  assert.deepEqual([inChannel?.to, inChannel?.channel, inChannel?.replyId], [BROADCAST_NUM, 1, 77]);
});

Deno.test("queueAnswer() names the request only where those who read the answer have seen it", () => {
  const replyId = (request: Partial<TextMessage>, to: "asker" | number) => say("hello", { request, to }).drafts[0]?.replyId;
  assert.equal(replyId({ to: BROADCAST_NUM, channel: 1 }, 1), 77);
  assert.equal(replyId({ to: BROADCAST_NUM, channel: 1 }, 2), 0);
  assert.equal(replyId({ to: 5, channel: 1 }, 1), 0);
  assert.equal(replyId({ to: 5, channel: 1 }, "asker"), 77);
});

Deno.test("queueAnswer() remembers the channel of a request that was answered to the asker alone", () => {
  const channel = (request: Partial<TextMessage>, to: "asker" | number) => say("hello", { request, to }).drafts[0]?.requestChannel;
  assert.equal(channel({ to: BROADCAST_NUM, channel: 2 }, "asker"), 2);
  assert.equal(channel({ to: 5, channel: 2 }, "asker"), undefined);
  assert.equal(channel({ to: BROADCAST_NUM, channel: 2 }, 2), undefined);
});

Deno.test("queueAnswer() seals what was sealed, for the asker alone", () => {
  const publicKey = new Uint8Array(32).fill(7);
  const key = (request: Partial<TextMessage>, to: "asker" | number = "asker") => say("hello", { request, to }).drafts[0]?.publicKey;
  assert.deepEqual(key({ pkiEncrypted: true, publicKey }), publicKey);
  assert.equal(key({ pkiEncrypted: false, publicKey }), undefined);
  assert.equal(key({ pkiEncrypted: true, publicKey: new Uint8Array(0) }), undefined);
  assert.equal(key({ pkiEncrypted: true, publicKey, to: BROADCAST_NUM, channel: 1 }, 1), undefined);
});
