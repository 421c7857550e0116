import assert from "node:assert/strict";
import { type Running, STOP_LIMIT_MS, untilStopped } from "../../src/cli/until_stopped.ts";
import { createFakeClock } from "../support/fake_clock.ts";

function fakeRunning(): Running & { end(): void; breakDown(error: Error): void; readonly stops: number } {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  let stops = 0;
  return {
    ended,
    end: resolve,
    breakDown: reject,
    get stops() {
      return stops;
    },
    stop() {
      stops++;
      resolve();
      return Promise.resolve();
    },
  };
}

Deno.test("untilStopped() stops it when the signal comes", async () => {
  const clock = createFakeClock();
  const running = fakeRunning();
  const stopping = new AbortController();
  const outcome = untilStopped(() => Promise.resolve(running), stopping.signal, clock);
  stopping.abort();
  assert.equal(await outcome, "stopped");
  assert.equal(running.stops, 1);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("untilStopped() ends when it ends by itself", async () => {
  const clock = createFakeClock();
  const running = fakeRunning();
  const outcome = untilStopped(() => Promise.resolve(running), new AbortController().signal, clock);
  running.end();
  assert.equal(await outcome, "ended");
});

Deno.test("untilStopped() throws what broke it", async () => {
  const clock = createFakeClock();
  const running = fakeRunning();
  const outcome = untilStopped(() => Promise.resolve(running), new AbortController().signal, clock);
  running.breakDown(new Error("broken"));
  await assert.rejects(outcome, /broken/);
  await assert.rejects(untilStopped(() => Promise.reject(new Error("no start")), new AbortController().signal, clock), /no start/);
});

Deno.test("untilStopped() waits no longer than the limit for a stop that hangs", async () => {
  const clock = createFakeClock();
  const stopping = new AbortController();
  const hanging: Running = { ended: new Promise(() => {}), stop: () => new Promise(() => {}) };
  const outcome = untilStopped(() => Promise.resolve(hanging), stopping.signal, clock);
  stopping.abort();
  await clock.tick(STOP_LIMIT_MS);
  assert.equal(await outcome, "late");
});

Deno.test("untilStopped() waits no longer than the limit for a start that hangs", async () => {
  const clock = createFakeClock();
  const stopping = new AbortController();
  const outcome = untilStopped(() => new Promise(() => {}), stopping.signal, clock);
  stopping.abort();
  await clock.tick(STOP_LIMIT_MS);
  assert.equal(await outcome, "late");
});
