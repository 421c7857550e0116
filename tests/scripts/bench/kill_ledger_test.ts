import assert from "node:assert/strict";
import { KillLedger } from "../../../scripts/bench/kill_ledger.ts";

const ALICE = 0x1000;

/** Asks command 1, and gives it to connection 1 at 100 ms. */
function asked(): KillLedger {
  const ledger = new KillLedger();
  ledger.asked(ALICE, 1, "/ping", 0);
  ledger.handed(ALICE, 1, 1, 100);
  return ledger;
}

function note(ledger: KillLedger, ...ids: number[]): void {
  ledger.noted(ids.map((id) => ({ from: ALICE, id })));
}

Deno.test("KillLedger takes a packet that is sent again for one answer", () => {
  const ledger = asked();
  note(ledger, 1);
  ledger.answered(1, 77, "pong");
  ledger.answered(1, 77, "pong");
  assert.equal(ledger.judge(1, 1000).fate, "answered");
});

Deno.test("KillLedger finds two answers, and two texts under one id", () => {
  const twice = asked();
  twice.answered(1, 77, "pong");
  twice.answered(1, 78, "pong");
  assert.deepEqual(twice.judge(1, 1000), { fate: "wrong", reason: "answered 2 times" });
  const mixed = asked();
  mixed.answered(1, 77, "pong");
  mixed.answered(1, 77, "ping");
  assert.equal(mixed.judge(1, 1000).fate, "wrong");
  assert.equal(mixed.verdict(1000).stories.length, 1);
});

Deno.test("KillLedger takes what is noted and not answered for open, and after 10 minutes for old", () => {
  const ledger = asked();
  ledger.killed(1, 200);
  note(ledger, 1);
  assert.equal(ledger.judge(1, 600_000).fate, "open");
  assert.equal(ledger.judge(1, 600_001).fate, "old");
});

Deno.test("KillLedger excuses what was handed over shortly before the kill or behind it, and nothing else", () => {
  for (const [killedAtMs, fate] of [[2100, "unread"], [2101, "wrong"], [50, "unread"]] as const) {
    const ledger = asked();
    assert.equal(ledger.judge(1, 1000).fate, "open", "its bot lives");
    ledger.killed(1, killedAtMs);
    assert.equal(ledger.judge(1, 9000).fate, fate);
  }
});

Deno.test("KillLedger knows that what was read behind a command proves that the command was read", () => {
  const ledger = asked();
  ledger.asked(ALICE, 2, "/help", 0);
  ledger.handed(ALICE, 2, 1, 101);
  ledger.killed(1, 110);
  assert.equal(ledger.judge(1, 1000).fate, "unread");
  note(ledger, 2);
  assert.equal(ledger.judge(1, 1000).fate, "wrong");
});

Deno.test("KillLedger draws no such conclusion from what was read before, or on another connection", () => {
  const ledger = asked();
  ledger.asked(ALICE, 2, "/help", 0);
  ledger.asked(ALICE, 3, "/my", 0);
  ledger.handed(ALICE, 2, 1, 120);
  ledger.handed(ALICE, 2, 2, 300);
  ledger.handed(ALICE, 3, 2, 301);
  ledger.killed(1, 130);
  note(ledger, 2, 3);
  assert.equal(ledger.judge(1, 1000).fate, "unread");
});

Deno.test("KillLedger counts apart what the node never handed over", () => {
  const ledger = new KillLedger();
  ledger.asked(ALICE, 1, "/ping", 0);
  ledger.handed(ALICE, 99, 1, 5);
  ledger.answered(99, 5, "nobody's");
  assert.deepEqual(ledger.verdict(1000).counts, { answered: 0, unread: 0, unheard: 1, old: 0, open: 0, wrong: 0 });
});
