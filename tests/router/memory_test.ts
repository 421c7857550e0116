import assert from "node:assert/strict";
import v8 from "node:v8";
import vm from "node:vm";
import type { Command } from "../../src/router/command.ts";
import { Router } from "../../src/router/router.ts";
import { makeContext, makeReception } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { createMemoryJournal } from "../support/memory_journal.ts";

v8.setFlagsFromString("--expose-gc");
const collectGarbage = vm.runInNewContext("gc") as () => void;

Deno.test("Router keeps nothing of a command that is over", async () => {
  const clock = createFakeClock();
  const signals: WeakRef<AbortSignal>[] = [];
  const probe: Command = {
    name: "probe",
    usage: "",
    scope: "direct",
    run({ signal }) {
      signals.push(new WeakRef(signal));
      return "done";
    },
  };
  let handled = 0;
  const router = new Router({
    clock,
    commands: [probe],
    context: makeContext({ clock }),
    guards: [],
    limit: () => undefined,
    answersIn: () => false,
    answer() {},
    onHandled: () => void (handled += 1),
    journal: createMemoryJournal(),
  });
  for (let id = 1; id <= 100; id += 1) {
    router.handle({ ...makeReception({ id }), kind: "text", text: "/probe", lengthBytes: 6, replyId: 0, emoji: false }, new Uint8Array(1));
    await clock.tick(1);
  }
  assert.equal(handled, 100);
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => void setTimeout(resolve, 0));
    collectGarbage();
  }
  const alive = signals.filter((signal) => signal.deref() !== undefined).length;
  assert.ok(alive <= 2, `the signals of ${alive} commands are still held`);
  await router.stop();
});
