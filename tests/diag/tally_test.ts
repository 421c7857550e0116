import assert from "node:assert/strict";
import type { DiagEvent } from "../../src/diag/events.ts";
import { Tally } from "../../src/diag/tally.ts";
import type { EndCause } from "../../src/link/connection.ts";
import { createFakeClock } from "../support/fake_clock.ts";

const CONNECTED: DiagEvent = { type: "connected", address: "127.0.0.1", tookMs: 1 };
const FIN: EndCause = { kind: "fin" };

function ready(restarted = false): DiagEvent {
  return { type: "ready", node: { nodeNum: 1, firmwareVersion: "2.7.26" }, messages: 40, tookMs: 1, restarted };
}

function lost(cause: EndCause, readyForMs?: number): DiagEvent {
  return { type: "lost", cause, readyForMs };
}

function started() {
  const clock = createFakeClock();
  const tally = new Tally(clock, "default");
  return { clock, tally };
}

Deno.test("Tally counts the causes of losses, and leaving is none", () => {
  const { tally } = started();
  const reset = Object.assign(new Deno.errors.ConnectionReset("Connection reset by peer (os error 104)"), { code: "ECONNRESET" });
  const causes: EndCause[] = [
    FIN,
    { kind: "readFailed", error: reset },
    { kind: "readFailed", error: new Error("odd") },
    { kind: "writeFailed", error: reset },
    { kind: "dropped", reason: "silent" },
    { kind: "left" },
  ];
  for (const cause of causes) tally.take(lost(cause, 60_000));
  assert.deepEqual(tally.causes, { fin: 1, rst: 1, silence: 1, writeError: 1, replaced: 0, other: 1 });
  assert.equal(tally.disconnects, 5);
});

Deno.test("Tally takes two orderly closes in a row, each soon after ready, for another client", () => {
  const { tally } = started();
  const closes = (...readyForMs: (number | undefined)[]) => {
    for (const ms of readyForMs) for (const event of [CONNECTED, ready(), lost(FIN, ms)]) tally.take(event);
    return [tally.causes.fin, tally.causes.replaced];
  };
  assert.deepEqual(closes(1000), [1, 0]);
  assert.deepEqual(closes(5000), [0, 2]);
  assert.deepEqual(closes(5001), [1, 2], "this one lasted");
  assert.deepEqual(closes(undefined), [2, 2], "and this one was never ready");
  assert.deepEqual(closes(1), [3, 2]);
  assert.equal(tally.fought, false);
  assert.deepEqual(closes(1, 1, 1, 1), [2, 7]);
  assert.equal(tally.fought, true);
});

Deno.test("Tally does not take a node that restarts again and again for another client", () => {
  const { tally } = started();
  for (let round = 0; round < 4; round += 1) for (const event of [CONNECTED, ready(round > 0), lost(FIN, 1000)]) tally.take(event);
  assert.deepEqual([tally.causes.fin, tally.causes.replaced, tally.restarts], [4, 0, 3]);
});

Deno.test("Tally measures uptime, gap and silence", async () => {
  const { clock, tally } = started();
  await clock.tick(1000);
  assert.deepEqual([tally.uptime, tally.longestGapMs, tally.silentForMs], [0, 1000, undefined]);
  tally.take(CONNECTED);
  await clock.tick(1000);
  tally.heard(clock.nowMs());
  tally.take(ready());
  assert.deepEqual([tally.uptime, tally.longestGapMs], [1, 0]);
  await clock.tick(6000);
  assert.equal(tally.silentForMs, 6000);
  tally.heard(clock.nowMs() - 2000);
  assert.deepEqual([tally.silentForMs, tally.longestSilenceMs], [2000, 4000]);
  tally.take(lost(FIN, 6000));
  tally.take({ type: "dialFailed", address: "127.0.0.1", outcome: "refused", error: "x" });
  await clock.tick(1000);
  tally.take(CONNECTED);
  await clock.tick(1000);
  tally.take(ready());
  await clock.tick(2000);
  assert.deepEqual([tally.uptime, tally.longestGapMs, tally.failedDials], [0.8, 2000, 1]);
});

Deno.test("Tally counts a link without answers as down from its last byte on, until the next one", async () => {
  const { clock, tally } = started();
  tally.take(CONNECTED);
  tally.take(ready());
  await clock.tick(1000);
  tally.heard(clock.nowMs());
  await clock.tick(9000);
  tally.take({ type: "unanswered", kind: "heartbeat", afterMs: 5000 });
  assert.equal(tally.phase, "linked");
  tally.take({ type: "unanswered", kind: "config", afterMs: 5000 });
  tally.heard(1000);
  assert.deepEqual([tally.phase, tally.uptime, tally.longestGapMs], ["silent", 0.1, 9000]);
  await clock.tick(10_000);
  tally.heard(clock.nowMs());
  assert.deepEqual([tally.phase, tally.longestGapMs, tally.longestSilenceMs], ["linked", 19_000, 19_000]);
});

Deno.test("Tally gives the packets of the last minute", async () => {
  const { clock, tally } = started();
  const packet: DiagEvent = { type: "packet", number: 1, portnum: undefined, from: 1, lengthBytes: 9 };
  tally.take(packet);
  assert.equal(tally.packetsPerMinute, 1, "nothing is made up from the first moment");
  await clock.tick(30_000);
  tally.take(packet);
  assert.equal(tally.packetsPerMinute, 4);
  await clock.tick(30_000);
  assert.equal(tally.packetsPerMinute, 1);
  assert.deepEqual(tally.ports, { ENCRYPTED: 2 });
});
