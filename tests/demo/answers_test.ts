import assert from "node:assert/strict";
import { Answers } from "../../src/demo/answers.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";

interface Scene {
  readonly clock: FakeClock;
  readonly answers: Answers;
  open: number;
  /** When the answer was complete, milliseconds. */
  completeAtMs: number | undefined;
}

function scene(onChannel = false): Scene {
  const clock = createFakeClock();
  const stage: Scene = { clock, answers: new Answers({ clock, openParts: () => stage.open }), open: 0, completeAtMs: undefined };
  void stage.answers.complete(1, { onChannel }).then(() => stage.completeAtMs = clock.nowMs());
  return stage;
}

Deno.test("Answers.complete() waits for the end of the last part", async () => {
  const stage = scene();
  stage.open = 2;
  stage.answers.handled(1);
  await stage.clock.tick(3000);
  stage.open = 1;
  stage.answers.heard(1);
  await stage.clock.tick(3000);
  assert.equal(stage.completeAtMs, undefined);
  stage.open = 0;
  stage.answers.heard(1);
  await stage.clock.tick(0);
  assert.equal(stage.completeAtMs, 6000);
  assert.equal(stage.clock.pendingTimers(), 0);
});

Deno.test("Answers.complete() gives a direct message 10 s and a channel message 3 s when there is no answer", async () => {
  for (const [onChannel, limitMs] of [[false, 10_000], [true, 3000]] as const) {
    const stage = scene(onChannel);
    stage.answers.handled(1);
    await stage.clock.tick(limitMs - 1);
    assert.equal(stage.completeAtMs, undefined);
    await stage.clock.tick(1);
    assert.equal(stage.completeAtMs, limitMs);
  }
});

Deno.test("Answers.complete() waits for the answer to a channel message as long as for any other once it is on its way", async () => {
  const stage = scene(true);
  stage.open = 1;
  stage.answers.handled(1);
  await stage.clock.tick(9000);
  assert.equal(stage.completeAtMs, undefined);
  await stage.clock.tick(1000);
  assert.equal(stage.completeAtMs, 10_000);
});

Deno.test("Answers.complete() does not take the first part for the whole while the bot is still at it", async () => {
  const stage = scene();
  stage.answers.heard(1);
  await stage.clock.tick(0);
  assert.equal(stage.completeAtMs, undefined);
  stage.answers.handled(1);
  await stage.clock.tick(0);
  assert.equal(stage.completeAtMs, 0);
});

Deno.test("Answers ignores messages that nobody waits for", () => {
  const stage = scene();
  stage.answers.handled(2);
  stage.answers.heard(2);
  assert.equal(stage.completeAtMs, undefined);
});
