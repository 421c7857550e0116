import assert from "node:assert/strict";
import type { Client } from "../../src/share/client.ts";
import { EDIT_LIMIT_MS, EditLock } from "../../src/share/edit_lock.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { listener } from "./support.ts";

/** A lock, two clients, and for whom it committed. */
function rig(): {
  readonly clock: FakeClock;
  readonly lock: EditLock;
  readonly one: Client;
  readonly two: Client;
  readonly commits: Client[];
} {
  const clock = createFakeClock();
  const commits: Client[] = [];
  const lock = new EditLock({ clock, commit: (client) => void commits.push(client) });
  const [one, two] = [listener(clock).client, listener(clock, { number: 2 }).client];
  return { clock, lock, one, two, commits };
}

Deno.test("EditLock.allows() everybody until one begins, then that one, until it commits", () => {
  const { lock, one, two, commits } = rig();
  const allowed = () => [lock.allows(one), lock.allows(two)];
  assert.deepEqual(allowed(), [true, true]);
  lock.begin(one);
  assert.deepEqual(allowed(), [true, false]);
  assert.equal(lock.committed(two), false);
  lock.end(two);
  assert.deepEqual(allowed(), [true, false]);
  assert.equal(lock.committed(one), true);
  assert.deepEqual([allowed(), commits], [[true, true], []]);
});

Deno.test("EditLock commits for its holder when that goes away or is too slow, once", async () => {
  const { clock, lock, one, two, commits } = rig();
  lock.begin(one);
  lock.end(one);
  lock.end(one);
  assert.deepEqual([commits, lock.allows(two)], [[one], true]);
  lock.begin(two);
  assert.equal(EDIT_LIMIT_MS, 60_000);
  await clock.tick(59_999);
  assert.deepEqual([commits, lock.allows(one)], [[one], false]);
  await clock.tick(1);
  assert.deepEqual([commits, lock.allows(one)], [[one, two], true]);
});

Deno.test("EditLock.begin() a second time counts from then, and a commit leaves no limit behind", async () => {
  const { clock, lock, one, commits } = rig();
  const idleTimers = clock.pendingTimers();
  lock.begin(one);
  await clock.tick(59_000);
  lock.begin(one);
  assert.equal(clock.pendingTimers(), idleTimers + 1);
  await clock.tick(59_999);
  assert.deepEqual(commits, []);
  lock.committed(one);
  assert.equal(clock.pendingTimers(), idleTimers);
  await clock.tick(60_000);
  assert.deepEqual(commits, []);
});

Deno.test("EditLock commits for a client whose own commit was lost, unless another one edits by then", () => {
  const { lock, one, two, commits } = rig();
  lock.begin(one);
  lock.committed(one);
  lock.commitLost(one);
  assert.deepEqual(commits, [one]);
  lock.begin(two);
  lock.commitLost(one);
  assert.deepEqual([commits, lock.allows(two), lock.allows(one)], [[one], true, false]);
});

Deno.test("EditLock.clear() ends an edit that the radio itself has ended, without a commit", async () => {
  const { clock, lock, one, two, commits } = rig();
  const idleTimers = clock.pendingTimers();
  lock.clear();
  lock.begin(one);
  lock.clear();
  lock.end(one);
  assert.deepEqual([lock.allows(two), clock.pendingTimers(), commits], [true, idleTimers, []]);
  await clock.tick(EDIT_LIMIT_MS);
  assert.deepEqual(commits, []);
});
