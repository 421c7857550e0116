import assert from "node:assert/strict";
import { Emitter } from "../../src/simulator/events.ts";

interface Events {
  readonly number: number;
  readonly word: string;
}

Deno.test("Emitter.on() hears its own events until it is ended", () => {
  const emitter = new Emitter<Events>();
  const heard: number[] = [];
  const stop = emitter.on("number", (n) => heard.push(n));
  emitter.emit("number", 1);
  emitter.emit("word", "x");
  stop();
  emitter.emit("number", 2);
  assert.deepEqual(heard, [1]);
});

Deno.test("Emitter.waitFor() resolves with the first event that fits, and rejects when the emitter is closed", async () => {
  const emitter = new Emitter<Events>();
  const even = emitter.waitFor("number", (n) => n % 2 === 0);
  for (const n of [1, 2, 4]) emitter.emit("number", n);
  assert.equal(await even, 2);
  const never = emitter.waitFor("word");
  emitter.close(new Error("over"));
  await assert.rejects(never, /over/);
});
