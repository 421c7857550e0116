import assert from "node:assert/strict";
import { unlessAborted } from "../src/unless_aborted.ts";
import { listenedSignal } from "./support/listened_signal.ts";

Deno.test("unlessAborted() is the promise's result or reason, and leaves nothing listening", async () => {
  const { signal, listeners } = listenedSignal();
  const slow = Promise.withResolvers<number>();
  const waiting = unlessAborted(slow.promise, signal);
  assert.equal(listeners.size, 1);
  slow.resolve(7);
  assert.equal(await waiting, 7);
  await assert.rejects(unlessAborted(Promise.reject(new Error("no")), signal), /no/);
  assert.equal(listeners.size, 0);
});

Deno.test("unlessAborted() ends with its signal, also when that was aborted before; what it waited for may fail later", async () => {
  const { controller, signal, listeners } = listenedSignal();
  const slow = Promise.withResolvers<number>();
  const ended = assert.rejects(unlessAborted(slow.promise, signal), /enough/);
  controller.abort(new Error("enough"));
  await ended;
  assert.equal(listeners.size, 0);
  await assert.rejects(unlessAborted(slow.promise, signal), /enough/);
  slow.reject(new Error("nobody waits for it any more"));
  await new Promise((resolve) => void setTimeout(resolve, 0));
});
