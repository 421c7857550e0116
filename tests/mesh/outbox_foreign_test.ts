import assert from "node:assert/strict";
import { PortNum, RoutingError } from "../../src/link/enums.ts";
import { make } from "../../src/link/codec.ts";
import { Outbox } from "../../src/mesh/outbox.ts";
import { createMemoryJournal } from "../support/memory_journal.ts";
import { createFakeClock } from "../support/fake_clock.ts";

const OWN = 0xa1b2_0a01;
const EXPIRES_MS = 30_000;

/** An outbox that is given packets of somebody else's. */
function bench() {
  const clock = createFakeClock();
  const journal = createMemoryJournal();
  const sent: string[] = [];
  const given: number[] = [];
  const ended: unknown[] = [];
  const outbox = new Outbox({
    clock,
    journal,
    send: () => true,
    sendBytes: (bytes) => sent.push(new TextDecoder().decode(bytes)) > 0,
    refuses: () => "the bot's air time is used up",
    onSent: (packet) => void ended.push(packet),
    onEnd: (packet) => void ended.push(packet),
  });
  const ready = () => outbox.linkReady({ nodeNum: OWN, hopLimit: 3, outageMs: 0 });
  ready();
  const send = (id: number) =>
    outbox.enqueue({
      to: 0x1000,
      channel: 0,
      portnum: PortNum.TEXT_MESSAGE_APP,
      payload: new Uint8Array(),
      priority: "person",
      person: -2,
      answerId: id,
      wantAck: true,
      expiresAtMs: clock.nowMs() + EXPIRES_MS,
      label: "packet of a client",
      foreign: { id, bytes: (now) => new TextEncoder().encode(`packet ${now}`), given: (now) => void given.push(now) },
    });
  const status = (meshPacketId: number, res = 0) => outbox.queueStatus(make("QueueStatus", { res, free: 15, maxlen: 16, meshPacketId }));
  return { clock, outbox, journal, sent, given, ended, send, status, ready };
}

Deno.test("Outbox sends a foreign packet with its own bytes and id, outside the bot's air time, counts and journal", async () => {
  const { outbox, sent, given, ended, send, status, journal } = bench();
  const ticket = send(77);
  assert.ok(outbox.knows(77) && !outbox.knows(78));
  assert.deepEqual([sent, given], [["packet 77"], [77]]);
  status(77);
  outbox.routing({ requestId: 77, from: 0x1000, error: RoutingError.NONE });
  assert.deepEqual(await ticket.outcome, { kind: "delivered" });
  assert.deepEqual([ended, journal.drafts.length], [[], 0]);
  outbox.close();
});

Deno.test("Outbox sends a foreign packet that was refused for its rate again under another id, and no longer than it may wait", async () => {
  const { clock, outbox, sent, given, send, status } = bench();
  const ticket = send(77);
  status(77);
  outbox.routing({ requestId: 77, from: OWN, error: RoutingError.RATE_LIMIT_EXCEEDED });
  await clock.tick(2500);
  assert.equal(sent.length, 2);
  assert.deepEqual(sent[1], `packet ${given[1]}`);
  assert.ok(given[1] !== 77 && ticket.id === given[1]);
  status(ticket.id);
  await clock.tick(27_000);
  outbox.routing({ requestId: ticket.id, from: OWN, error: RoutingError.RATE_LIMIT_EXCEEDED });
  assert.equal((await ticket.outcome).kind, "failed");
  outbox.close();
});

Deno.test("Outbox cures no missing key for a foreign packet, and repeats a text that the link was lost with", async () => {
  const { clock, outbox, sent, send, status, ready } = bench();
  const refused = send(77);
  status(77);
  outbox.routing({ requestId: 77, from: OWN, error: RoutingError.PKI_SEND_FAIL_PUBLIC_KEY });
  assert.equal((await refused.outcome).kind, "failed");
  await clock.tick(2100);
  send(78);
  outbox.linkLost();
  ready();
  assert.deepEqual(sent, ["packet 77", "packet 78", "packet 78"]);
  outbox.close();
});
