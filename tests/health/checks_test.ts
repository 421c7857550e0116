import assert from "node:assert/strict";
import { delay } from "../../src/clock.ts";
import { type Check, type CheckResult, runChecks } from "../../src/health/checks.ts";
import { startLog, stopLog } from "../../src/log.ts";
import { createFakeClock } from "../support/fake_clock.ts";

const FINE: CheckResult = { ok: true, tookMs: 3, understood: "12 degrees", wrong: undefined };

Deno.test("runChecks() gives the reports in the order of the checks, which run side by side", async () => {
  const clock = createFakeClock();
  const slow: Check = {
    name: "slow",
    async run(signal) {
      await delay(clock, 2000, signal);
      return FINE;
    },
  };
  const running = runChecks([slow, { ...slow, name: "slow too" }, { name: "fast", run: () => Promise.resolve(FINE) }], {
    clock,
    signal: new AbortController().signal,
  });
  await clock.tick(2000);
  assert.deepEqual(await running, ["slow", "slow too", "fast"].map((name) => ({ name, ...FINE })));
  assert.deepEqual(await runChecks([], { clock, signal: new AbortController().signal }), []);
});

Deno.test("runChecks() reports a check that throws as wrong, logs its stack, and lets the others be", async () => {
  const lines: string[] = [];
  startLog({ format: "text", debug: false, write: (line) => lines.push(line) });
  try {
    const clock = createFakeClock();
    const broken: Check = {
      name: "broken",
      run() {
        throw new TypeError("x is not a function");
      },
    };
    const reports = await runChecks([broken, { name: "fine", run: () => Promise.resolve(FINE) }], {
      clock,
      signal: new AbortController().signal,
    });
    assert.deepEqual(reports, [
      { name: "broken", ok: false, tookMs: 0, understood: undefined, wrong: "this is a fault of the program: x is not a function" },
      { name: "fine", ...FINE },
    ]);
    assert.match(lines.join("\n"), /ERROR +health: the check broken broke down: TypeError: x is not a function[^]*checks_test\.ts/);
  } finally {
    stopLog();
  }
});

Deno.test("runChecks() says of a check that was told to stop that it was stopped, and no more", async () => {
  const clock = createFakeClock();
  const stopping = new AbortController();
  const waiting: Check = { name: "waiting", run: (signal) => delay(clock, 1e9, signal).then(() => FINE) };
  const running = runChecks([waiting], { clock, signal: stopping.signal });
  await clock.tick(5000);
  stopping.abort();
  assert.deepEqual(await running, [
    { name: "waiting", ok: false, tookMs: 5000, understood: undefined, wrong: "stopped before it was done" },
  ]);
  assert.equal(clock.pendingTimers(), 0);
});
