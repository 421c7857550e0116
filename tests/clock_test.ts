import assert from "node:assert/strict";
import { delay, systemClock } from "../src/clock.ts";
import { createFakeClock } from "./support/fake_clock.ts";
import { listenedSignal } from "./support/listened_signal.ts";

Deno.test("delay() resolves when its time has come", async () => {
  const clock = createFakeClock();
  let over = false;
  void delay(clock, 1000).then(() => over = true);
  await clock.tick(999);
  assert.equal(over, false);
  await clock.tick(1);
  assert.equal(over, true);
});

Deno.test("delay() ends with its signal and leaves no timer", async () => {
  const clock = createFakeClock();
  const stop = new AbortController();
  const rejected = assert.rejects(delay(clock, 1000, stop.signal), /enough/);
  stop.abort(new Error("enough"));
  await rejected;
  await assert.rejects(delay(clock, 1000, stop.signal), /enough/);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("systemClock goes on and its timers can be cancelled", async () => {
  const before = systemClock.nowMs();
  systemClock.after(60_000, () => assert.fail("cancelled")).cancel();
  await new Promise<void>((resolve) => systemClock.after(1, resolve));
  assert.ok(systemClock.nowMs() > before);
  assert.ok(systemClock.wallMs() > Date.UTC(2024, 0));
});

Deno.test("delay() leaves nothing listening to its signal", async () => {
  const clock = createFakeClock();
  const { signal, listeners } = listenedSignal();
  const over = delay(clock, 1000, signal);
  assert.equal(listeners.size, 1);
  await clock.tick(1000);
  await over;
  assert.equal(listeners.size, 0);
});
