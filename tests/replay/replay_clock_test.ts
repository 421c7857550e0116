import assert from "node:assert/strict";
import { delay, systemClock } from "../../src/clock.ts";
import { createJumpingClock, createScaledClock } from "../../src/replay/replay_clock.ts";

const WALL_MS = Date.UTC(2026, 5, 15, 12);

Deno.test("createJumpingClock() fires timers in their order and jumps over the time between them", async () => {
  const clock = createJumpingClock(WALL_MS);
  const fired: string[] = [];
  clock.after(60_000, () => fired.push(`a ${clock.nowMs()}`));
  clock.after(5, () => fired.push(`b ${clock.nowMs()} ${clock.wallMs() - WALL_MS}`));
  clock.after(30, () => fired.push("never")).cancel();
  const realMs = systemClock.nowMs();
  assert.equal(await clock.until(delay(clock, 70_000).then(() => "done")), "done");
  assert.ok(systemClock.nowMs() - realMs < 60_000);
  assert.deepEqual([...fired, clock.nowMs()], ["b 5 5", "a 60000", 70_000]);
  await assert.rejects(clock.until(Promise.reject(new Error("broken"))), /broken/);
});

Deno.test("createJumpingClock() stands still while it is held, and while something crosses a socket", async () => {
  const clock = createJumpingClock(WALL_MS);
  const work = Promise.withResolvers<void>();
  const order: string[] = [];
  void clock.hold(work.promise, 60_000);
  clock.after(1, () => order.push("timer"));
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    if (turns <= 20) clock.traffic();
    if (turns === 40) {
      order.push("work");
      work.resolve();
    } else systemClock.after(0, turn);
  };
  turn();
  await clock.until(delay(clock, 2));
  assert.deepEqual(order, ["work", "timer"]);
});

Deno.test("createJumpingClock() waits no longer than the limit for what does not end", async () => {
  const clock = createJumpingClock(WALL_MS);
  void clock.hold(new Promise(() => {}), 5);
  await clock.until(delay(clock, 10));
  assert.equal(clock.nowMs(), 10);
});

Deno.test("createScaledClock() goes so many times as fast", async () => {
  const clock = createScaledClock(1000, WALL_MS);
  const realMs = systemClock.nowMs();
  await clock.until(delay(clock, 20_000));
  assert.ok(clock.nowMs() >= 20_000 && clock.wallMs() >= WALL_MS + 20_000);
  assert.ok(systemClock.nowMs() - realMs >= 19);
});
