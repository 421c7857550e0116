import assert from "node:assert/strict";
import { FeedTime } from "../../../src/services/lightning/feed_time.ts";
import { createFakeClock } from "../../support/fake_clock.ts";

const HOUR_MS = 3_600_000;
const TRUE_MS = createFakeClock().wallMs();

/** Strikes that come 5 s after they struck, one a second, on a machine whose monotonic clock begins at 0. */
function afterStrikes(count: number, lateMs = 5000): FeedTime {
  const feed = new FeedTime();
  for (let index = 0; index < count; index++) feed.note(TRUE_MS + index * 1000 - lateMs, index * 1000);
  return feed;
}

Deno.test("FeedTime.wallMs() is our clock while that is plausible", () => {
  for (const offMs of [0, 30_000, -30_000, HOUR_MS]) {
    assert.equal(afterStrikes(20).wallMs(TRUE_MS + 20_000 + offMs, 20_000), TRUE_MS + 20_000 + offMs);
  }
});

Deno.test("FeedTime.wallMs() goes by the strikes when our clock is slow, and by our clock as soon as it is set", () => {
  const feed = afterStrikes(20);
  const told = feed.wallMs(TRUE_MS + 20_000 - 7 * HOUR_MS, 20_000);
  assert(Math.abs(told - (TRUE_MS + 20_000)) <= 10_000, `${told - TRUE_MS}`);
  assert.equal(feed.wallMs(TRUE_MS + 21_000, 21_000), TRUE_MS + 21_000);
});

Deno.test("FeedTime needs enough strikes that agree", () => {
  const slow = TRUE_MS - 7 * HOUR_MS;
  assert.equal(afterStrikes(7).wallMs(slow, 7000), slow);
  assert.notEqual(afterStrikes(8).wallMs(slow, 8000), slow);
  const scattered = new FeedTime();
  for (let index = 0; index < 15; index++) scattered.note(TRUE_MS + index * 600_000, index);
  assert.equal(scattered.wallMs(slow, 15), slow);
});

Deno.test("FeedTime is not misled by a few wild times", () => {
  const feed = afterStrikes(12);
  for (const wild of [0, 4 * TRUE_MS, -1]) feed.note(wild, 12_000);
  assert.equal(feed.wallMs(TRUE_MS + 12_000, 12_000), TRUE_MS + 12_000);
  assert.equal(feed.latenessMs(TRUE_MS + 12_000, 12_000) < 10_000, true);
});

Deno.test("FeedTime.latenessMs() tells how late the strikes come", () => {
  const lateness = afterStrikes(20, 2 * HOUR_MS).latenessMs(TRUE_MS + 20_000, 20_000);
  assert(Math.abs(lateness - 2 * HOUR_MS) <= 10_000, `${lateness}`);
  assert.equal(new FeedTime().latenessMs(TRUE_MS, 0), 0);
});
