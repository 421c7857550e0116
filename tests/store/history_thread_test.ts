import assert from "node:assert/strict";
import { HistoryThread } from "../../src/store/history_thread.ts";
import type { FromHistory, ToHistory } from "../../src/store/protocol.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { logged } from "../support/logged.ts";
import { PaperWorker } from "./paper_worker.ts";

const OPENING: ToHistory = { type: "open", options: { path: undefined, journalPath: undefined, keepDays: 1, maxMb: 1 } };

interface Rig {
  readonly clock: FakeClock;
  readonly thread: HistoryThread;
  readonly workers: PaperWorker[];
  readonly heard: FromHistory[];
  started: number;
}

function rig(): Rig {
  const clock = createFakeClock();
  const workers: PaperWorker[] = [];
  const heard: FromHistory[] = [];
  const state = { started: 0 };
  const thread = new HistoryThread({
    clock,
    startWorker() {
      const worker = new PaperWorker();
      workers.push(worker);
      return worker as unknown as Worker;
    },
    opening: OPENING,
    heard: (message) => void heard.push(message),
    started: () => void (state.started += 1),
  });
  return Object.assign(state, { clock, thread, workers, heard });
}

Deno.test("HistoryThread says what was to be said in its order when the thread listens, the opening first", () => {
  const { thread, workers } = rig();
  thread.tell({ type: "forgetNodes" });
  thread.tell({ type: "syncJournal", moved: false });
  assert.deepEqual(workers[0]?.said, []);
  workers[0]?.says({ type: "started" });
  assert.deepEqual(workers[0]?.said, [OPENING, { type: "forgetNodes" }, { type: "syncJournal", moved: false }]);
  thread.tell({ type: "forgetNodes" });
  assert.equal(workers[0]?.said.length, 4);
});

Deno.test("HistoryThread starts a thread that has died again after a second, and asks the new one", async () => {
  const lines = await logged(async () => {
    const state = rig();
    const { clock, thread, workers } = state;
    workers[0]?.says({ type: "started" });
    const asked = thread.ask((id) => ({ type: "flush", id }));
    assert.equal(workers[0]?.dies(), true);
    await assert.rejects(asked, /HistoryError: the history cannot answer: its thread has died: boom/);
    assert.deepEqual([thread.isRunning, thread.isDown, workers[0]?.terminated], [false, false, true]);
    await assert.rejects(thread.ask((id) => ({ type: "flush", id })), /its thread does not run/);
    await clock.tick(999);
    assert.deepEqual([workers.length, state.started], [1, 1]);
    await clock.tick(1);
    assert.deepEqual([workers.length, state.started, thread.isRunning], [2, 2, true]);
    // The dead one is not listened to, and dies once.
    workers[0]?.says({ type: "taken", count: 1 });
    workers[0]?.dies();
    assert.deepEqual([state.heard, thread.isRunning], [[], true]);
    workers[1]?.says({ type: "started" });
    const again = thread.ask((id) => ({ type: "flush", id }));
    const { id } = workers[1]?.said.at(-1) as { id: number };
    workers[1]?.says({ type: "answer", id, value: undefined });
    assert.equal(await again, undefined);
  });
  assert.equal(lines.filter((line) => line.includes("it is started again")).length, 1);
});

Deno.test("HistoryThread gives up after the third death, and says so", async () => {
  const lines = await logged(async () => {
    const { clock, thread, workers } = rig();
    for (const deaths of [1, 2, 3]) {
      assert.equal(thread.isDown, false);
      workers.at(-1)?.dies();
      await clock.tick(5000);
      assert.equal(workers.length, Math.min(deaths + 1, 3));
    }
    assert.deepEqual([thread.isDown, thread.isRunning, clock.pendingTimers()], [true, false, 0]);
    await thread[Symbol.asyncDispose]();
  });
  assert.equal(lines.filter((line) => line.includes("has died 3 times (boom)")).length, 1);
});

Deno.test("HistoryThread passes on what is no answer, and refusals to who asked; one that has given up waiting is forgotten", async () => {
  const { thread, workers, heard } = rig();
  workers[0]?.says({ type: "started" });
  workers[0]?.says({ type: "taken", count: 3 });
  assert.deepEqual(heard, [{ type: "taken", count: 3 }]);
  const refused = thread.ask((id) => ({ type: "loadNodes", id }));
  workers[0]?.says({ type: "refused", id: 1, reason: "no such table" });
  await assert.rejects(refused, /the history cannot answer: no such table/);
  const stop = new AbortController();
  const given = thread.ask((id) => ({ type: "loadNodes", id }), stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(given, /enough/);
  workers[0]?.says({ type: "answer", id: 2, value: undefined });
});

Deno.test("HistoryThread closes when the thread says so, or after 1.5 s with a warning, and once", async () => {
  const { clock, thread, workers } = rig();
  workers[0]?.says({ type: "started" });
  const closing = thread[Symbol.asyncDispose]();
  assert.deepEqual(workers[0]?.said.at(-1), { type: "close" });
  workers[0]?.says({ type: "closed" });
  await closing;
  await thread[Symbol.asyncDispose]();
  assert.deepEqual([workers[0]?.terminated, thread.isRunning, clock.pendingTimers(), workers[0]?.said.length], [true, false, 0, 2]);

  const lines = await logged(async () => {
    const slow = rig();
    slow.workers[0]?.says({ type: "started" });
    let isClosed = false;
    const limited = slow.thread[Symbol.asyncDispose]().then(() => void (isClosed = true));
    await slow.clock.tick(1499);
    assert.equal(isClosed, false);
    await slow.clock.tick(1);
    await limited;
    assert.equal(slow.workers[0]?.terminated, true);
  });
  assert.equal(lines.filter((line) => line.includes("could not be closed in time")).length, 1);

  // One that dies while it is closed is not started again.
  const dying = rig();
  dying.workers[0]?.says({ type: "started" });
  const closed = dying.thread[Symbol.asyncDispose]();
  dying.workers[0]?.dies();
  await closed;
  await dying.clock.tick(5000);
  assert.deepEqual([dying.workers.length, dying.clock.pendingTimers()], [1, 0]);
});
