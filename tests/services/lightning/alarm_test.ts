import assert from "node:assert/strict";
import type { Condition } from "../../../src/condition.ts";
import { Alarm } from "../../../src/services/lightning/alarm.ts";

function rig(): { judge(count: number, complete: boolean): Condition | undefined; alarm: Alarm } {
  let last: Condition | undefined;
  const alarm = new Alarm(5, (condition) => void (last = condition));
  return {
    alarm,
    judge(count, complete) {
      last = undefined;
      alarm.judge({ count, complete, text: () => `${count} strikes`, endText: () => "over" });
      return last;
    },
  };
}

Deno.test("Alarm.judge() reports enough strikes, and again while it holds", () => {
  const { alarm, judge } = rig();
  assert.equal(judge(4, true), undefined);
  assert.deepEqual(judge(5, false), { key: "lightning", facts: ["strikes"], text: "5 strikes" });
  assert.equal(alarm.on, true);
  assert.deepEqual(judge(2, true), { key: "lightning", facts: ["strikes"], text: "2 strikes" });
});

Deno.test("Alarm.judge() reports the end only after a whole window without any", () => {
  const { alarm, judge } = rig();
  judge(5, true);
  assert.deepEqual(judge(0, false)?.facts, ["strikes"]);
  assert.deepEqual(judge(0, true), { key: "lightning", facts: [], text: "over" });
  assert.equal(alarm.on, false);
});

Deno.test("Alarm.judge() says nothing about an alert of an earlier run before it knows", () => {
  const { judge } = rig();
  assert.equal(judge(0, false), undefined);
  assert.equal(judge(3, true), undefined);
  assert.deepEqual(judge(0, true)?.facts, []);
});
