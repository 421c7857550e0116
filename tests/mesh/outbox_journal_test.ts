import assert from "node:assert/strict";
import { PortNum, RoutingError } from "../../src/link/enums.ts";
import type { OpenDraft } from "../../src/mesh/outbox_journal.ts";
import type { Draft } from "../../src/mesh/outgoing.ts";
import { createMemoryJournal } from "../support/memory_journal.ts";
import { ALICE, Bench, OWN } from "../support/outbox_bench.ts";

const REQUEST = { from: ALICE, id: 77 };
const MINUTE_MS = 60_000;

/** A draft as an earlier run has left it. */
function openDraft(open: Partial<OpenDraft> = {}): OpenDraft {
  return {
    number: 5,
    state: "queued",
    tries: 0,
    ageMs: MINUTE_MS,
    sentAgeMs: undefined,
    packetId: 4242,
    to: ALICE,
    channel: 0,
    portnum: PortNum.TEXT_MESSAGE_APP,
    payload: new TextEncoder().encode("from before"),
    priority: "reply",
    person: ALICE,
    answerId: 77,
    wantAck: true,
    wantResponse: false,
    hopLimit: 2,
    replyId: 77,
    publicKey: undefined,
    requestChannel: undefined,
    expiresInMs: 10 * MINUTE_MS,
    label: "answer to /ping",
    ...open,
  };
}

function draftFor(bench: Bench, text: string): Draft {
  return {
    to: ALICE,
    channel: 0,
    portnum: PortNum.TEXT_MESSAGE_APP,
    payload: new TextEncoder().encode(text),
    priority: "reply",
    person: ALICE,
    answerId: 77,
    wantAck: true,
    expiresAtMs: bench.clock.nowMs() + 600_000,
    label: "answer",
  };
}

Deno.test("Outbox.enqueueAll() keeps all parts of an answer and its request in one step before the first goes out", () => {
  const journal = createMemoryJournal();
  const bench = new Bench(true, journal);
  bench.outbox.enqueueAll([draftFor(bench, "one"), draftFor(bench, "two")], REQUEST);
  assert.deepEqual(journal.answered, [REQUEST]);
  assert.deepEqual(journal.drafts.map(({ payload }) => new TextDecoder().decode(payload)), ["one", "two"]);
  assert.equal(journal.drafts[0]?.packetId, bench.last().id, "the id that is kept is the one that is sent");
  assert.deepEqual(journal.steps, ["sending 1"]);
  bench.statusOfLast();
  bench.outbox.routing({ requestId: bench.last().id, from: ALICE, error: RoutingError.NONE });
  assert.deepEqual(journal.steps, ["sending 1", "outcome 1 delivered"]);
  bench.outbox.close();
  assert.deepEqual(journal.steps, ["sending 1", "outcome 1 delivered"], "the second part stays open for the next start");
});

Deno.test("Outbox notes a new id before it tries again what the node refused", async () => {
  const journal = createMemoryJournal();
  const bench = new Bench(true, journal);
  bench.text("hello");
  const first = bench.last().id;
  bench.outbox.routing({ requestId: first, from: OWN, error: RoutingError.RATE_LIMIT_EXCEEDED });
  await bench.clock.tick(5000);
  assert.notEqual(bench.last().id, first);
  assert.deepEqual(journal.steps, ["sending 1", "renewed 1", "sending 1"]);
  bench.outbox.close();
});

Deno.test("Outbox notes that it repeats what may have gone out when the link was lost", async () => {
  const journal = createMemoryJournal();
  const bench = new Bench(true, journal);
  bench.text("hello");
  const { id } = bench.last();
  bench.lost();
  bench.ready();
  await bench.clock.tick(5000);
  assert.deepEqual(bench.sent.map((sent) => sent.id), [id, id]);
  assert.deepEqual(journal.steps, ["sending 1", "repeating 1"]);
  bench.lost();
  assert.deepEqual(journal.steps, ["sending 1", "repeating 1", "outcome 1 unknown"]);
  bench.outbox.close();
});

Deno.test("Outbox keeps texts alone: nobody waits for the answer to an old traceroute", () => {
  const journal = createMemoryJournal();
  const bench = new Bench(true, journal);
  bench.text("", { portnum: PortNum.TRACEROUTE_APP });
  assert.deepEqual([journal.drafts, journal.steps], [[], []]);
  bench.outbox.close();
});

Deno.test("Outbox notes that a request is answered also when its queue is full", () => {
  const journal = createMemoryJournal();
  const bench = new Bench(false, journal);
  for (let sent = 0; sent < 200; sent++) bench.text("hello");
  bench.outbox.enqueueAll([draftFor(bench, "one too many")], REQUEST);
  assert.deepEqual(journal.answered.at(-1), REQUEST);
  assert.equal(journal.drafts.length, 200);
  bench.outbox.close();
});

Deno.test("Outbox leaves a request open that comes while the bot stops", () => {
  const journal = createMemoryJournal();
  const bench = new Bench(true, journal);
  bench.outbox.close();
  bench.outbox.enqueueAll([draftFor(bench, "too late")], REQUEST);
  assert.deepEqual(journal.answered, []);
});

Deno.test("Outbox.restore() sends what waited, under the id that was kept", () => {
  const journal = createMemoryJournal();
  const bench = new Bench(true, journal);
  bench.outbox.restore([openDraft()]);
  assert.equal(bench.last().text, "from before");
  assert.equal(bench.last().id, 4242);
  assert.equal(bench.last().packet.hopLimit, 2);
  assert.deepEqual(journal.steps, ["sending 5"]);
  assert.deepEqual(journal.drafts, [], "it is kept already");
  bench.outbox.close();
});

Deno.test("Outbox.restore() sends once more what may have gone out, after a pause for a late ACK", async () => {
  const journal = createMemoryJournal();
  const bench = new Bench(true, journal);
  bench.outbox.restore([openDraft({ state: "sent", tries: 1, sentAgeMs: MINUTE_MS })]);
  await bench.clock.tick(2999);
  assert.deepEqual(bench.sent, []);
  await bench.clock.tick(1);
  assert.equal(bench.last().id, 4242);
  assert.deepEqual(journal.steps, ["repeating 5"]);
  bench.outbox.close();
});

Deno.test("Outbox.restore() sends nothing whose ACK comes first", async () => {
  const journal = createMemoryJournal();
  const bench = new Bench(true, journal);
  bench.outbox.restore([openDraft({ state: "sent", tries: 1, sentAgeMs: MINUTE_MS })]);
  bench.outbox.routing({ requestId: 4242, from: ALICE, error: RoutingError.NONE });
  await bench.clock.tick(10_000);
  assert.deepEqual(bench.sent, []);
  assert.deepEqual(journal.steps, ["outcome 5 delivered"]);
  bench.outbox.close();
});

for (
  const [name, open, step] of [
    ["was sent twice", openDraft({ state: "repeated", tries: 2, sentAgeMs: 1000 }), "outcome 5 unknown"],
    ["was first sent more than 5 minutes ago", openDraft({ state: "sent", tries: 1, sentAgeMs: 5 * MINUTE_MS }), "outcome 5 unknown"],
    ["was sent nobody knows when", openDraft({ state: "sent", tries: 1, sentAgeMs: undefined }), "outcome 5 unknown"],
    ["has waited too long", openDraft({ ageMs: 10 * MINUTE_MS }), "outcome 5 expired"],
    ["has waited nobody knows how long", openDraft({ ageMs: undefined }), "outcome 5 expired"],
  ] as const
) {
  Deno.test(`Outbox.restore() sends nothing that ${name}`, async () => {
    const journal = createMemoryJournal();
    const bench = new Bench(true, journal);
    bench.outbox.restore([open]);
    await bench.clock.tick(10_000);
    assert.deepEqual(bench.sent, []);
    assert.deepEqual(journal.steps, [step]);
    bench.outbox.close();
  });
}
