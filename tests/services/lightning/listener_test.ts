import assert from "node:assert/strict";
import v8 from "node:v8";
import vm from "node:vm";
import { ServiceError } from "../../../src/errors.ts";
import { Listener } from "../../../src/services/lightning/listener.ts";
import { createFakeClock } from "../../support/fake_clock.ts";

v8.setFlagsFromString("--expose-gc");
const collectGarbage = vm.runInNewContext("gc") as () => void;

Deno.test("Listener keeps nothing of a connection that is over, however often the broker goes", async () => {
  const clock = createFakeClock();
  const signals: WeakRef<AbortSignal>[] = [];
  let away = 0;
  const listener = new Listener({
    clock,
    url: new URL("mqtt://broker.test"),
    subscribe({ signal }) {
      signals.push(new WeakRef(signal));
      const ended = Promise.resolve(new ServiceError("unreachable", "the broker is gone"));
      return Promise.resolve({ ended, [Symbol.asyncDispose]: () => Promise.resolve() });
    },
    onMessage() {},
    onTooBig() {},
    onListening() {},
    onAway: () => void (away += 1),
  });
  listener.listen(["a"]);
  while (away < 60) await clock.tick(120_000);
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => void setTimeout(resolve, 0));
    collectGarbage();
  }
  const alive = signals.filter((signal) => signal.deref() !== undefined).length;
  assert.ok(alive <= 3, `the signals of ${alive} of ${signals.length} connections are still held`);
  await listener[Symbol.asyncDispose]();
});
