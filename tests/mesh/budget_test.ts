import assert from "node:assert/strict";
import { createAirtimeLedger } from "../../src/mesh/airtime.ts";
import { type AirRule, createBudget, type Utilization, utilizationOf } from "../../src/mesh/budget.ts";
import { createFakeClock } from "../support/fake_clock.ts";

Deno.test("rule 12: the budget is airtime_percent of an hour, and comes back after an hour", async () => {
  const clock = createFakeClock();
  const ledger = createAirtimeLedger({ clock });
  const budget = createBudget({ clock, ledger, percent: () => 2, utilization: () => undefined });
  assert.equal(budget.leftMs(), 72_000);
  ledger.add(71_000, "texts");
  assert.equal(budget.affords(1000), true);
  assert.equal(budget.affords(1001), false);
  ledger.add(5000, "more");
  assert.equal(budget.leftMs(), 0);
  await clock.tick(3_660_001);
  assert.equal(budget.leftMs(), 72_000);
});

Deno.test("rule 12: 25 % utilisation makes answers short, 40 % leaves the admins, unknown or old counts as 25 %", async () => {
  const clock = createFakeClock();
  let report: Utilization | undefined;
  const budget = createBudget({ clock, ledger: createAirtimeLedger({ clock }), percent: () => 2, utilization: () => report });
  const table: [number | undefined, AirRule][] = [[undefined, "short"], [0, "free"], [24.9, "free"], [25, "short"], [39.9, "short"], [
    40,
    "admins",
  ], [100, "admins"]];
  for (const [percent, rule] of table) {
    report = percent === undefined ? undefined : { percent, atMs: clock.nowMs() };
    assert.deepEqual(budget.rule(), { rule, utilizationPercent: percent });
  }
  await clock.tick(300_001);
  assert.deepEqual(budget.rule(), { rule: "short", utilizationPercent: undefined });
});

Deno.test("Budget.rule() believes a report for five minutes", async () => {
  const clock = createFakeClock();
  const report = { percent: 10, atMs: clock.nowMs() };
  const budget = createBudget({ clock, ledger: createAirtimeLedger({ clock }), percent: () => 2, utilization: () => report });
  await clock.tick(300_000);
  assert.equal(budget.rule().rule, "free");
  await clock.tick(1);
  assert.equal(budget.rule().rule, "short");
});

Deno.test("utilizationOf() is what our own node told, when it told both the figure and the time", () => {
  assert.deepEqual(utilizationOf({ channelUtilizationPercent: 0, metricsAtMs: 0 }), { percent: 0, atMs: 0 });
  assert.equal(utilizationOf({ channelUtilizationPercent: 5, metricsAtMs: undefined }), undefined);
  assert.equal(utilizationOf({ channelUtilizationPercent: undefined, metricsAtMs: 5 }), undefined);
  assert.equal(utilizationOf(undefined), undefined);
});
