import assert from "node:assert/strict";
import { PortNum, RoutingError } from "../../src/link/enums.ts";
import { Outbox, type Ticket } from "../../src/mesh/outbox.ts";
import type { Draft, Outcome } from "../../src/mesh/outgoing.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { ALICE, Bench, BOB, OWN, type Sent } from "../support/outbox_bench.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { logged } from "../support/logged.ts";

async function outcomeOf(ticket: Ticket): Promise<Outcome> {
  return await ticket.outcome;
}

Deno.test("rule 3: Outbox sends from our own number with an explicit hop limit", () => {
  const bench = new Bench();
  bench.text("hello");
  bench.statusOfLast();
  bench.text("for all", { to: BROADCAST_NUM, channel: 2, hopLimit: 5 });
  assert.equal(bench.sent[0]?.packet.from, OWN);
  assert.equal(bench.sent[0]?.packet.hopLimit, 3);
  assert.notEqual(bench.sent[0]?.id, 0);
  bench.outbox.close();
});

Deno.test("Outbox leaves at least 2 s between texts, and lets other packets pass", async () => {
  const bench = new Bench();
  for (const text of ["1", "2", "3"]) bench.text(text);
  bench.outbox.enqueue({
    to: BOB,
    channel: 0,
    portnum: PortNum.TRACEROUTE_APP,
    payload: new Uint8Array(),
    priority: "reply",
    person: BOB,
    answerId: 99,
    wantAck: false,
    expiresAtMs: 600_000,
    label: "traceroute",
  });
  await bench.run(10_000);
  const texts = bench.sent.filter(({ text }) => text !== "");
  assert.deepEqual(texts.map(({ text }) => text), ["1", "2", "3"]);
  for (const [index, { atMs }] of texts.slice(1).entries()) assert.ok(atMs - (texts[index] as Sent).atMs >= 2000);
  assert.ok((bench.sent.find(({ text }) => text === "") as Sent).atMs < 2000);
  bench.outbox.close();
});

Deno.test("rule 2: Outbox waits 5 s at most for a queueStatus, and while the node has no room", async () => {
  const bench = new Bench();
  bench.text("1");
  bench.text("2");
  await bench.clock.tick(4900);
  assert.equal(bench.sent.length, 1);
  await bench.clock.tick(200);
  assert.equal(bench.sent.length, 2);
  bench.statusOfLast(0, 0);
  bench.text("3");
  await bench.clock.tick(4900);
  assert.equal(bench.sent.length, 2);
  await bench.clock.tick(200);
  assert.equal(bench.sent.length, 3);
  bench.outbox.close();
});

Deno.test("rule 2: Outbox ignores reports on packets that are not its own", () => {
  const bench = new Bench();
  bench.text("1");
  bench.text("2");
  bench.status(bench.last().id ^ 1);
  bench.status(0);
  assert.equal(bench.sent.length, 1);
  bench.outbox.close();
});

Deno.test("Outbox lets people take turns", async () => {
  const bench = new Bench();
  for (const n of [1, 2, 3]) bench.text(`a${n}`, { to: ALICE });
  bench.text("b1", { to: BOB });
  await bench.run(12_000);
  assert.deepEqual(bench.sent.map(({ text }) => text), ["a1", "b1", "a2", "a3"]);
  bench.outbox.close();
});

Deno.test("Outbox sends answers before alerts before announcements", async () => {
  const bench = new Bench(false);
  bench.text("announcement", { priority: "announcement" });
  bench.text("alert", { priority: "alert" });
  bench.text("reply", { priority: "reply" });
  bench.ready();
  await bench.run(12_000);
  assert.deepEqual(bench.sent.map(({ text }) => text), ["reply", "alert", "announcement"]);
  bench.outbox.close();
});

Deno.test("rule 1: Outbox calls a direct message delivered only when the recipient says so", async () => {
  const bench = new Bench();
  const ticket = bench.text("hello");
  bench.statusOfLast();
  bench.outbox.routing({ requestId: ticket.id, from: OWN, error: RoutingError.NONE });
  assert.equal(bench.ended.length, 0);
  bench.outbox.routing({ requestId: ticket.id, from: ALICE, error: RoutingError.NONE });
  assert.deepEqual(await outcomeOf(ticket), { kind: "delivered" });
});

Deno.test("rule 1: Outbox ends a relayed message as relayed after 120 s and never sends it again", async () => {
  const bench = new Bench();
  const ticket = bench.text("hello");
  bench.statusOfLast();
  bench.outbox.routing({ requestId: ticket.id, from: OWN, error: RoutingError.NONE });
  await bench.clock.tick(119_000);
  assert.equal(bench.ended.length, 0);
  await bench.clock.tick(1001);
  assert.deepEqual(await outcomeOf(ticket), { kind: "relayed" });
  assert.equal(bench.sent.length, 1);
});

Deno.test("Outbox ends a channel text as relayed when a neighbour repeats it", async () => {
  const bench = new Bench();
  const ticket = bench.text("hello", { to: BROADCAST_NUM });
  bench.statusOfLast();
  bench.outbox.routing({ requestId: ticket.id, from: OWN, error: RoutingError.NONE });
  assert.deepEqual(await outcomeOf(ticket), { kind: "relayed" });
});

Deno.test("rule 1: Outbox ends a message of which nothing is heard as unknown after 120 s", async () => {
  const bench = new Bench();
  const ticket = bench.text("hello");
  bench.statusOfLast();
  await bench.clock.tick(120_001);
  assert.equal((await outcomeOf(ticket)).kind, "unknown");
});

for (
  const [error, name] of [[RoutingError.MAX_RETRANSMIT, /no acknowledgement/], [RoutingError.NO_CHANNEL, /NO_CHANNEL/], [
    RoutingError.PKI_SEND_FAIL_PUBLIC_KEY,
    /public key/,
  ], [77, /error 77/]] as const
) {
  Deno.test(`rule 2: Outbox ends a message as failed on Routing error ${error} and says why`, async () => {
    const bench = new Bench();
    const ticket = bench.text("hello");
    bench.outbox.routing({ requestId: ticket.id, from: OWN, error });
    const outcome = await outcomeOf(ticket);
    assert.ok(outcome.kind === "failed" && name.test(outcome.reason));
  });
}

Deno.test("Outbox sends again under a new id after RATE_LIMIT_EXCEEDED", async () => {
  const bench = new Bench();
  const ticket = bench.text("hello");
  const first = ticket.id;
  bench.statusOfLast();
  bench.outbox.routing({ requestId: first, from: OWN, error: RoutingError.RATE_LIMIT_EXCEEDED });
  await bench.clock.tick(3000);
  assert.equal(bench.sent.length, 2);
  assert.notEqual(bench.last().id, first);
  assert.equal(ticket.id, bench.last().id);
  bench.outbox.routing({ requestId: ticket.id, from: ALICE, error: RoutingError.NONE });
  assert.deepEqual(await outcomeOf(ticket), { kind: "delivered" });
});

Deno.test("rule 2: Outbox sends again under a new id when the node's queue is full, five times at most", async () => {
  const bench = new Bench();
  const ticket = bench.text("hello");
  for (let tries = 1; tries <= 5; tries++) {
    assert.equal(bench.sent.length, tries);
    bench.statusOfLast(32, 1);
    await bench.clock.tick(5001);
  }
  assert.equal((await outcomeOf(ticket)).kind, "failed");
  assert.equal(new Set(bench.sent.map(({ id }) => id)).size, 5);
});

Deno.test("rule 2: Outbox fails a message when the node cannot transmit", async () => {
  const bench = new Bench();
  const ticket = bench.text("hello");
  bench.statusOfLast(34);
  const outcome = await outcomeOf(ticket);
  assert.ok(outcome.kind === "failed" && /region/.test(outcome.reason));
});

Deno.test("Outbox sends a message whose end a lost link hid once more, with the same id and bytes", async () => {
  const bench = new Bench();
  const ticket = bench.text("hello");
  const first = bench.last();
  bench.lost();
  await bench.clock.tick(2000);
  bench.ready(2000);
  await bench.clock.tick(100);
  assert.equal(bench.sent.length, 2);
  assert.deepEqual(bench.last().packet, first.packet);
  bench.lost();
  bench.ready(10);
  await bench.clock.tick(10_000);
  assert.equal(bench.sent.length, 2);
  assert.equal((await outcomeOf(ticket)).kind, "unknown");
});

Deno.test("Outbox spares the repetition when the node kept the ACK for us", async () => {
  const bench = new Bench();
  const ticket = bench.text("hello");
  bench.statusOfLast();
  bench.lost();
  bench.ready(500);
  await bench.clock.tick(200);
  bench.outbox.routing({ requestId: ticket.id, from: ALICE, error: RoutingError.NONE });
  await bench.clock.tick(20_000);
  assert.equal(bench.sent.length, 1);
  assert.deepEqual(await outcomeOf(ticket), { kind: "delivered" });
});

Deno.test("Outbox does not repeat a message that is older than 5 minutes", async () => {
  const bench = new Bench();
  const ticket = bench.text("hello", { expiresAtMs: 3_600_000 });
  await bench.clock.tick(100_000);
  bench.outbox.routing({ requestId: ticket.id, from: OWN, error: RoutingError.RATE_LIMIT_EXCEEDED });
  await bench.clock.tick(100_000);
  bench.statusOfLast();
  await bench.clock.tick(110_000);
  bench.lost();
  assert.equal((await outcomeOf(ticket)).kind, "unknown");
});

Deno.test("Outbox sends after a long outage one answer a person and five in all, the newest, with all its parts", async () => {
  const bench = new Bench(false);
  const old = bench.text("old", { to: ALICE, person: ALICE });
  for (const part of ["1/2", "2/2"]) bench.text(part, { to: ALICE, person: ALICE, answerId: 500 });
  for (let person = 1; person <= 6; person++) bench.text(`p${person}`, { to: person, person });
  bench.ready(60_000);
  await bench.run(30_000);
  assert.equal((await outcomeOf(old)).kind, "expired");
  assert.deepEqual(bench.sent.map(({ text }) => text).sort(), ["p2", "p3", "p4", "p5", "p6"]);
  bench.outbox.close();
});

Deno.test("Outbox takes ten seconds for a short loss, and a millisecond more for an outage", async () => {
  for (const [outageMs, kept] of [[10_000, 2], [10_001, 1]] as const) {
    const bench = new Bench(false);
    for (const text of ["1", "2"]) bench.text(text, { person: ALICE });
    bench.ready(outageMs);
    await bench.run(10_000);
    assert.equal(bench.sent.length, kept, String(outageMs));
    bench.outbox.close();
  }
});

Deno.test("Outbox repeats what was sent five minutes ago, and nothing older", async () => {
  for (const [ageMs, sendings] of [[300_000, 2], [300_001, 1]] as const) {
    const bench = new Bench();
    const ticket = bench.text("hello", { expiresAtMs: 3_600_000 });
    const { id } = ticket;
    // What is refused is sent anew: so it is still on its way five minutes after it was sent first.
    for (let refusals = 0; refusals < 2; refusals += 1) {
      await bench.clock.tick(100_000);
      bench.outbox.routing({ requestId: ticket.id, from: OWN, error: RoutingError.RATE_LIMIT_EXCEEDED });
    }
    await bench.clock.tick(ageMs - bench.clock.nowMs());
    const before = bench.sent.length;
    bench.lost();
    bench.ready(100);
    await bench.clock.tick(5000);
    assert.notEqual(ticket.id, id);
    assert.equal(bench.sent.length - before, sendings - 1, String(ageMs));
    bench.outbox.close();
  }
});

Deno.test("Outbox says once that the node cannot transmit", async () => {
  const lines = await logged(async () => {
    const bench = new Bench();
    for (const text of ["1", "2", "3"]) {
      bench.text(text);
      bench.statusOfLast(34);
      await bench.clock.tick(5000);
    }
    assert.equal(bench.ended.length, 3);
    bench.outbox.close();
  });
  assert.equal(lines.filter((line) => line.includes("Nothing that the bot says goes out until then")).length, 1);
});

Deno.test("Outbox keeps everything over a short loss", async () => {
  const bench = new Bench(false);
  for (const text of ["1", "2", "3"]) bench.text(text);
  bench.ready(2000);
  await bench.run(10_000);
  assert.equal(bench.sent.length, 3);
  bench.outbox.close();
});

Deno.test("Outbox does not send what has expired", async () => {
  const bench = new Bench(false);
  const ticket = bench.text("late", { expiresAtMs: 1000 });
  await bench.clock.tick(2000);
  bench.ready();
  assert.equal((await outcomeOf(ticket)).kind, "expired");
  assert.equal(bench.sent.length, 0);
});

Deno.test("Outbox has no timer of its pacing while there is no link", async () => {
  const bench = new Bench();
  const first = bench.text("one");
  bench.text("two");
  bench.outbox.queueStatus({ res: 0, free: 16, maxlen: 16, meshPacketId: first.id } as never);
  const waiting = bench.clock.pendingTimers();
  bench.outbox.linkLost();
  // The one of the pacing, and the limit of the first text, which goes once more.
  assert.equal(bench.clock.pendingTimers(), waiting - 2);
  await bench.clock.tick(60_000);
  assert.equal(bench.sent.length, 1);
  bench.outbox.close();
});

Deno.test("Outbox waits for no report while there is no link, and counts a text that goes once more as one", async () => {
  const bench = new Bench();
  const idle = bench.clock.pendingTimers();
  bench.text("one", { answerId: 7 });
  assert.deepEqual([bench.outbox.openParts(7), bench.clock.pendingTimers() > idle], [1, true]);
  bench.lost();
  assert.deepEqual([bench.outbox.openParts(7), bench.clock.pendingTimers()], [1, idle]);
  bench.ready();
  await bench.clock.tick(5000);
  assert.deepEqual([bench.outbox.openParts(7), bench.sent.length], [1, 2]);
  bench.outbox.close();
});

Deno.test("Outbox refuses what exceeds its queue and ends everything when it is closed", async () => {
  const bench = new Bench(false);
  const tickets = Array.from({ length: 201 }, (_, n) => bench.text(String(n)));
  assert.equal((await outcomeOf(tickets[200] as Ticket)).kind, "failed");
  bench.outbox.close();
  for (const ticket of tickets.slice(0, 200)) assert.equal((await outcomeOf(ticket)).kind, "expired");
  assert.equal(bench.clock.pendingTimers(), 0);
});

Deno.test("rule 6: Outbox puts the asker's key on an answer to a verified direct message", () => {
  const bench = new Bench();
  const publicKey = new Uint8Array(32).fill(9);
  bench.text("secret", { publicKey, channel: 3 });
  assert.equal(bench.last().packet.pkiEncrypted, true);
  assert.deepEqual(bench.last().packet.publicKey, publicKey);
  assert.equal(bench.last().packet.channel, 0);
  bench.outbox.close();
});

Deno.test("Outbox waits for an acknowledgement for 120 s, to the millisecond", async () => {
  for (const relayed of [false, true]) {
    const bench = new Bench();
    const ticket = bench.text("hello");
    bench.statusOfLast();
    if (relayed) bench.outbox.routing({ requestId: ticket.id, from: OWN, error: RoutingError.NONE });
    await bench.clock.tick(119_999);
    assert.equal(bench.ended.length, 0);
    await bench.clock.tick(1);
    assert.deepEqual(bench.ended.map(({ outcome }) => outcome.kind), [relayed ? "relayed" : "unknown"]);
    assert.equal(bench.clock.pendingTimers(), 0);
  }
});

Deno.test("Outbox sends nothing again that a neighbour has repeated meanwhile, and still hears the recipient's acknowledgement", async () => {
  const bench = new Bench();
  const ticket = bench.text("hello");
  bench.statusOfLast();
  bench.lost();
  bench.ready();
  // It waits for late acknowledgements before it is sent a second time.
  assert.equal(bench.sent.length, 1);
  bench.outbox.routing({ requestId: ticket.id, from: OWN, error: RoutingError.NONE });
  assert.equal(bench.outbox.knows(ticket.id), true);
  bench.outbox.routing({ requestId: ticket.id, from: ALICE, error: RoutingError.NONE });
  assert.deepEqual(await outcomeOf(ticket), { kind: "delivered" });
  assert.equal(bench.sent.length, 1);
  bench.outbox.close();
});

Deno.test("Ticket.cancel() takes back what was not sent, and nothing else", async () => {
  const bench = new Bench();
  const sent = bench.text("sent");
  const waiting = bench.text("waiting");
  assert.deepEqual([bench.outbox.length, bench.outbox.knows(sent.id), bench.outbox.knows(waiting.id), bench.outbox.knows(1)], [
    1,
    true,
    true,
    false,
  ]);
  for (const ticket of [sent, waiting]) ticket.cancel("no more");
  assert.deepEqual(await outcomeOf(waiting), { kind: "expired", reason: "no more" });
  assert.deepEqual(bench.ended.map(({ id }) => id), [waiting.id]);
  assert.deepEqual([bench.outbox.length, bench.outbox.knows(waiting.id)], [0, false]);
  bench.outbox.close();
  assert.equal((await outcomeOf(sent)).kind, "unknown");
});

Deno.test("Outbox.answered() ends the packet that was answered as delivered", async () => {
  const bench = new Bench();
  const ticket = bench.text("question");
  bench.statusOfLast();
  bench.outbox.answered(ticket.id ^ 1);
  assert.equal(bench.ended.length, 0);
  bench.outbox.answered(ticket.id);
  assert.deepEqual(await outcomeOf(ticket), { kind: "delivered" });
  bench.outbox.close();
});

Deno.test("Outbox.openParts() counts the parts of an answer that have no end", () => {
  const bench = new Bench();
  for (const part of ["1", "2", "3"]) bench.text(part, { answerId: 500 });
  bench.text("other", { answerId: 501 });
  assert.deepEqual([bench.outbox.openParts(500), bench.outbox.openParts(501), bench.outbox.openParts(502)], [3, 1, 0]);
  bench.statusOfLast();
  bench.outbox.routing({ requestId: bench.last().id, from: ALICE, error: RoutingError.NONE });
  assert.equal(bench.outbox.openParts(500), 2);
  bench.outbox.close();
  assert.equal(bench.outbox.openParts(500), 0);
});

Deno.test("Outbox lets a message expire at its time, and not before", async () => {
  const bench = new Bench();
  bench.text("first");
  bench.statusOfLast();
  bench.text("late", { expiresAtMs: 1000 });
  await bench.clock.tick(999);
  assert.equal(bench.ended.length, 0);
  await bench.clock.tick(1);
  assert.deepEqual(bench.ended.map(({ outcome }) => outcome.kind), ["expired"]);
  bench.outbox.close();
});

Deno.test("Outbox ends what the air time does not allow, and goes on with the next", async () => {
  const clock = createFakeClock();
  const sent: (number | undefined)[] = [];
  const asked: [string, number][] = [];
  const outbox = new Outbox({
    clock,
    send: (packet) => sent.push(packet.to) > 0,
    refuses(draft, dataBytes) {
      asked.push([draft.label, dataBytes]);
      return draft.to === ALICE ? "the air time is used up" : undefined;
    },
  });
  outbox.linkReady({ nodeNum: OWN, hopLimit: 3, outageMs: 0 });
  const draft = (to: number, label: string): Draft => ({
    to,
    channel: 0,
    portnum: PortNum.TEXT_MESSAGE_APP,
    payload: new Uint8Array([1]),
    priority: "reply",
    person: to,
    answerId: to,
    wantAck: false,
    expiresAtMs: 600_000,
    label,
  });
  const tickets = outbox.enqueueAll([draft(ALICE, "one"), draft(BOB, "two")], undefined);
  assert.deepEqual(await outcomeOf(tickets[0] as Ticket), { kind: "failed", reason: "the air time is used up" });
  assert.deepEqual([sent, asked], [[BOB], [["one", 5], ["two", 5]]]);
  outbox.close();
});

Deno.test("Outbox.close() ends what was relayed as relayed, what was sent as unknown, and takes nothing more", async () => {
  const bench = new Bench();
  const relayed = bench.text("relayed");
  bench.statusOfLast();
  bench.outbox.routing({ requestId: relayed.id, from: OWN, error: RoutingError.NONE });
  await bench.clock.tick(2100);
  const sent = bench.text("sent");
  bench.statusOfLast();
  const waiting = bench.text("waiting");
  bench.outbox.close();
  assert.deepEqual(await Promise.all([relayed, sent, waiting].map(async (ticket) => (await outcomeOf(ticket)).kind)), [
    "relayed",
    "unknown",
    "expired",
  ]);
  assert.equal((await outcomeOf(bench.text("after"))).kind, "expired");
  assert.deepEqual([bench.clock.pendingTimers(), bench.sent.length], [0, 2]);
});

Deno.test("Outbox counts the time between two texts from the node's report, however late it comes", async () => {
  const bench = new Bench();
  bench.text("1");
  bench.text("2");
  await bench.clock.tick(1500);
  bench.statusOfLast();
  await bench.clock.tick(2009);
  assert.equal(bench.sent.length, 1);
  await bench.clock.tick(1);
  assert.equal(bench.sent.length, 2);
  bench.outbox.close();
});

Deno.test("Outbox takes a missing report for room for one more, and waits no longer when the report has come", async () => {
  const bench = new Bench();
  bench.text("1");
  bench.text("2");
  await bench.clock.tick(5000);
  assert.equal(bench.sent.length, 2);
  bench.statusOfLast();
  await bench.clock.tick(2100);
  bench.text("3");
  assert.equal(bench.sent.length, 3);
  // The time limit of the report before would have let this one go without a report of its own.
  bench.text("4");
  await bench.clock.tick(4999);
  assert.equal(bench.sent.length, 3);
  await bench.clock.tick(1);
  assert.equal(bench.sent.length, 4);
  bench.outbox.close();
});

Deno.test("Outbox holds all of a kind back while the node limits it, and no other kind", async () => {
  const bench = new Bench();
  bench.text("1");
  bench.text("2", { to: BOB });
  bench.outbox.routing({ requestId: bench.last().id, from: OWN, error: RoutingError.DUTY_CYCLE_LIMIT });
  bench.statusOfLast();
  await bench.clock.tick(59_999);
  assert.equal(bench.sent.length, 1);
  await bench.clock.tick(1);
  assert.equal(bench.sent.length, 2);
  bench.outbox.close();
});

Deno.test("Outbox takes an answer to another packet for none to those that wait to be sent", async () => {
  const bench = new Bench();
  const lost = bench.text("sent, and its end lost with the link");
  bench.statusOfLast();
  bench.lost();
  const waiting = bench.text("not sent yet");
  for (const id of [lost.id ^ 1, waiting.id]) bench.outbox.routing({ requestId: id, from: ALICE, error: RoutingError.NONE });
  assert.equal(bench.ended.length, 0);
  bench.outbox.routing({ requestId: lost.id, from: ALICE, error: RoutingError.NONE });
  assert.deepEqual(await outcomeOf(lost), { kind: "delivered" });
  assert.equal(bench.ended.length, 1);
  bench.outbox.close();
});

Deno.test("Outbox takes a text that waits to go once more out of the line when a neighbour has repeated it", async () => {
  const bench = new Bench();
  const ticket = bench.text("hello");
  bench.statusOfLast();
  bench.lost();
  bench.ready(100);
  bench.outbox.routing({ requestId: ticket.id, from: OWN, error: RoutingError.NONE });
  assert.equal(bench.outbox.length, 0);
  await bench.clock.tick(60_000);
  assert.equal(bench.sent.length, 1);
  await bench.clock.tick(60_000);
  assert.deepEqual(await outcomeOf(ticket), { kind: "relayed" });
});

Deno.test("Outbox gives a text that the node refused late its two minutes anew", async () => {
  const bench = new Bench();
  const ticket = bench.text("hello", { expiresAtMs: 3_600_000 });
  bench.statusOfLast();
  await bench.clock.tick(100_000);
  bench.outbox.routing({ requestId: ticket.id, from: OWN, error: RoutingError.DUTY_CYCLE_LIMIT });
  await bench.clock.tick(59_999);
  assert.deepEqual([bench.sent.length, bench.ended], [1, []]);
  await bench.clock.tick(1);
  assert.equal(bench.sent.length, 2);
  bench.statusOfLast();
  await bench.clock.tick(119_999);
  assert.deepEqual(bench.ended, []);
  await bench.clock.tick(1);
  assert.equal((await outcomeOf(ticket)).kind, "unknown");
});

Deno.test("Outbox has one timer for its pacing, however often it looks, and none when it is closed", async () => {
  const bench = new Bench();
  const idle = bench.clock.pendingTimers();
  bench.text("one");
  bench.statusOfLast();
  for (const text of ["two", "three", "four"]) bench.text(text);
  // The limit of the first text, and the pacing.
  assert.equal(bench.clock.pendingTimers(), idle + 2);
  await bench.clock.tick(3000);
  assert.equal(bench.sent.length, 2);
  // It waits for the node's report on the second.
  bench.outbox.close();
  assert.equal(bench.clock.pendingTimers(), idle);
});

Deno.test("Outbox tells of each packet that it gives to the node, with the bytes of its Data", () => {
  const clock = createFakeClock();
  const told: (readonly [string, number, number])[] = [];
  const outbox = new Outbox({
    clock,
    send: () => true,
    onSent: ({ draft, id, dataBytes }) => void told.push([draft.label, id, dataBytes]),
  });
  outbox.linkReady({ nodeNum: OWN, hopLimit: 3, outageMs: 0 });
  const ticket = outbox.enqueue({
    to: ALICE,
    channel: 0,
    portnum: PortNum.TEXT_MESSAGE_APP,
    payload: new Uint8Array(10),
    priority: "reply",
    person: ALICE,
    answerId: 1,
    wantAck: true,
    expiresAtMs: Infinity,
    label: "text",
  });
  // Tag and value of the port number, tag and length of the payload, the payload; the bitfield that says that it may go on by MQTT.
  assert.deepEqual(told.map(([label, id]) => [label, id]), [["text", ticket.id]]);
  assert.ok((told[0]?.[2] ?? 0) >= 14 && (told[0]?.[2] ?? 0) <= 16, String(told[0]?.[2]));
  outbox.close();
});
