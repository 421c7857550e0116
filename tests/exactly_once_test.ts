/** Each command is answered exactly once, whatever happens to the bot between its coming and the end of its answer. */
import assert from "node:assert/strict";
import { RoutingError } from "../src/link/enums.ts";
import type { Command } from "../src/router/command.ts";
import { CrashRig } from "./support/crash_rig.ts";
import { ASKER } from "./support/obedient_node.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
// The pause for a late ACK, and a little.
const LATE_ACK_MS = 3100;
const QUEUE_FULL = 32;

/** A command that says how often it has been run; `held`: its first run never comes to an end. */
function counting({ held = false } = {}): Command & { readonly runs: string[]; readonly started: Promise<void> } {
  const runs: string[] = [];
  const { promise: started, resolve } = Promise.withResolvers<void>();
  return {
    name: "count",
    usage: "",
    scope: "direct",
    runs,
    started,
    run({ args }) {
      runs.push(args);
      resolve();
      return held && runs.length === 1 ? new Promise(() => {}) : `${args} run ${runs.length}`;
    },
  };
}

function ids(rig: CrashRig): number[] {
  return rig.node.texts.map(({ id }) => id);
}

for (
  const [name, refuse] of [
    ["RATE_LIMIT_EXCEEDED", (rig, id) => rig.node.routing(id, RoutingError.RATE_LIMIT_EXCEEDED)],
    ["DUTY_CYCLE_LIMIT", (rig, id) => rig.node.routing(id, RoutingError.DUTY_CYCLE_LIMIT)],
    ["a full queue", (rig, id) => rig.node.queueStatus(id, QUEUE_FULL)],
  ] as const satisfies readonly (readonly [string, (rig: CrashRig, id: number) => Promise<void>])[]
) {
  Deno.test(`refused for ${name}: the answer has a new id on file before it goes out under it, over a crash too`, async () => {
    await using rig = new CrashRig([counting()]);
    await rig.start();
    rig.node.takes = false;
    await rig.node.hear("/count a", { id: 1 });
    const first = await rig.settle(rig.node.given(1));
    assert.deepEqual(rig.outbox(), [{ packet_id: first.id, state: "sent", tries: 1 }], "it is on file before it is given to the node");
    await refuse(rig, first.id);
    await rig.until(() => rig.outbox()[0]?.state !== "sent");
    const [renewed] = rig.outbox();
    assert.equal(renewed?.state, "queued");
    assert.notEqual(renewed?.packet_id, first.id);
    await rig.crash();
    rig.node.takes = true;
    await rig.start();
    const second = await rig.settle(rig.node.given(2));
    assert.equal(second.id, renewed?.packet_id);
    assert.equal(second.text, first.text);
    await rig.node.routing(second.id, RoutingError.NONE, ASKER);
    await rig.pass(10 * MINUTE_MS);
    await rig.stop();
    assert.deepEqual(ids(rig), [first.id, second.id]);
    assert.deepEqual(rig.outbox(), [{ packet_id: second.id, state: "delivered", tries: 2 }]);
  });
}

Deno.test("crashed behind the sending: the answer goes out once more, under its id with its bytes, and never a third time", async () => {
  const count = counting();
  await using rig = new CrashRig([count]);
  await rig.start();
  await rig.node.hear("/count a", { id: 1 });
  const first = await rig.settle(rig.node.given(1));
  await rig.crash();
  await rig.start();
  await rig.pass(1000);
  assert.equal(rig.node.texts.length, 1, "an ACK that waits at the node may spare it");
  const second = await rig.settle(rig.node.given(2));
  assert.deepEqual([second.id, second.bytes], [first.id, first.bytes]);
  assert.equal(rig.outbox()[0]?.state, "repeated");
  await rig.crash();
  await rig.start();
  await rig.pass(10 * MINUTE_MS);
  await rig.stop();
  assert.equal(rig.node.texts.length, 2);
  assert.equal(rig.outbox()[0]?.state, "unknown");
  assert.deepEqual(count.runs, ["a"]);
});

Deno.test("crashed behind the sending: the ACK that the node kept spares the second sending", async () => {
  await using rig = new CrashRig([counting()]);
  await rig.start();
  await rig.node.hear("/count a", { id: 1 });
  const { id } = await rig.settle(rig.node.given(1));
  await rig.crash();
  await rig.start();
  await rig.node.routing(id, RoutingError.NONE, ASKER);
  await rig.until(() => rig.outbox()[0]?.state !== "sent");
  await rig.pass(10 * MINUTE_MS);
  await rig.stop();
  assert.deepEqual([ids(rig), rig.outbox()[0]?.state], [[id], "delivered"]);
});

Deno.test("crashed behind the sending, and back later than 5 minutes: it ends as unknown", async () => {
  await using rig = new CrashRig([counting()]);
  await rig.start();
  await rig.node.hear("/count a", { id: 1 });
  await rig.settle(rig.node.given(1));
  await rig.crash();
  await rig.pass(5 * MINUTE_MS + 1);
  await rig.start();
  await rig.pass(MINUTE_MS);
  await rig.stop();
  assert.deepEqual([rig.node.texts.length, rig.outbox()[0]?.state], [1, "unknown"]);
});

for (
  const [name, after] of [
    ["MAX_RETRANSMIT", (rig, id) => rig.node.routing(id, RoutingError.MAX_RETRANSMIT)],
    ["silence", (rig) => rig.pass(121_000)],
  ] as const satisfies readonly (readonly [string, (rig: CrashRig, id: number) => Promise<void>])[]
) {
  Deno.test(`${name} after the second sending: it ends as unknown and is never sent again`, async () => {
    await using rig = new CrashRig([counting()]);
    await rig.start();
    await rig.node.hear("/count a", { id: 1 });
    await rig.settle(rig.node.given(1));
    await rig.crash();
    await rig.start();
    const { id } = await rig.settle(rig.node.given(2));
    await after(rig, id);
    await rig.until(() => rig.outbox()[0]?.state !== "repeated");
    assert.equal(rig.outbox()[0]?.state, "unknown");
    await rig.crash();
    await rig.start();
    await rig.pass(10 * MINUTE_MS);
    await rig.stop();
    assert.equal(rig.node.texts.length, 2);
  });
}

Deno.test("refused the second time: it ends as unknown, as another id would make two messages of it", async () => {
  await using rig = new CrashRig([counting()]);
  await rig.start();
  await rig.node.hear("/count a", { id: 1 });
  await rig.settle(rig.node.given(1));
  await rig.crash();
  await rig.start();
  const { id } = await rig.settle(rig.node.given(2));
  await rig.node.routing(id, RoutingError.DUTY_CYCLE_LIMIT);
  await rig.until(() => rig.outbox()[0]?.state === "unknown");
  await rig.pass(2 * MINUTE_MS);
  await rig.stop();
  assert.equal(rig.node.texts.length, 2);
});

Deno.test("back after a crash, the bot answers everybody, however long its node takes to come up", async () => {
  await using rig = new CrashRig([counting()]);
  await rig.start();
  for (const id of [1, 2, 3]) await rig.node.hear(`/count ${id}`, { id });
  await rig.until(() => rig.inbox()[3] === "answered");
  await rig.crash();
  rig.node.configuresAfterMs = 15_000;
  await rig.start();
  await rig.pass(10_000);
  await rig.stop();
  assert.deepEqual(new Set(rig.node.texts.map(({ replyId }) => replyId)), new Set([1, 2, 3]));
});

Deno.test("another node at the same address: what waits goes out through it, once", async () => {
  await using rig = new CrashRig([counting()]);
  await rig.start();
  for (const id of [1, 2]) await rig.node.hear(`/count ${id}`, { id });
  await rig.until(() => rig.inbox()[2] === "answered");
  await rig.settle(rig.node.given(1));
  const [first, second] = rig.outbox();
  rig.node.become(0xa1b20a77);
  rig.node.hangUp();
  await rig.settle(rig.node.configured(2));
  await rig.pass(MINUTE_MS);
  await rig.stop();
  const given = rig.node.texts.filter(({ connection }) => connection === 2).map(({ id }) => id);
  assert.deepEqual(given.sort(), [first?.packet_id, second?.packet_id].sort());
});

Deno.test("a lost link: what may have gone out goes once more under its id on the next connection, and a crash then ends it", async () => {
  await using rig = new CrashRig([counting()]);
  await rig.start();
  await rig.node.hear("/count a", { id: 1 });
  const first = await rig.settle(rig.node.given(1));
  rig.node.hangUp();
  const second = await rig.settle(rig.node.given(2));
  assert.deepEqual([second.connection, second.id, second.bytes], [2, first.id, first.bytes]);
  await rig.crash();
  await rig.start();
  await rig.pass(10 * MINUTE_MS);
  await rig.stop();
  assert.deepEqual([rig.node.texts.length, rig.outbox()[0]?.state], [2, "unknown"]);
});

Deno.test("crashed before the sending: the answer goes out under the id that was kept, and the command is not run again", async () => {
  const count = counting();
  await using rig = new CrashRig([count]);
  await rig.start();
  await rig.node.hear("/count a", { id: 1 });
  const first = await rig.settle(rig.node.given(1));
  await rig.node.routing(first.id, RoutingError.NONE, ASKER);
  // The node lets one text pass every two seconds: the second waits.
  await rig.node.hear("/count b", { id: 2 });
  await rig.until(() => rig.inbox()[2] === "answered");
  const kept = rig.outbox()[1];
  assert.equal(kept?.state, "queued");
  await rig.crash();
  await rig.start();
  const second = await rig.settle(rig.node.given(2));
  assert.deepEqual([second.id, second.replyId, second.text], [kept?.packet_id, 2, "b run 2"]);
  assert.deepEqual(count.runs, ["a", "b"]);
});

Deno.test("crashed before the answer is known: the command is run again, and answered once", async () => {
  const count = counting({ held: true });
  await using rig = new CrashRig([count]);
  await rig.start();
  await rig.node.hear("/count a", { id: 1 });
  await rig.settle(count.started);
  assert.deepEqual(rig.inbox(), { 1: "open" });
  await rig.crash();
  await rig.start();
  const { text, replyId } = await rig.settle(rig.node.given(1));
  assert.deepEqual([text, replyId], ["a run 2", 1]);
  assert.deepEqual(rig.inbox(), { 1: "answered" });
});

Deno.test("crashed before the answer is known, and back later than 10 minutes: nobody is answered", async () => {
  const count = counting({ held: true });
  await using rig = new CrashRig([count]);
  await rig.start();
  await rig.node.hear("/count a", { id: 1 });
  await rig.settle(count.started);
  await rig.crash();
  await rig.pass(10 * MINUTE_MS + 1);
  await rig.start();
  assert.deepEqual([rig.inbox(), count.runs], [{ 1: "late" }, ["a"]]);
});

Deno.test("a command that comes again after a crash is ignored for a day", async () => {
  const count = counting();
  await using rig = new CrashRig([count]);
  await rig.start();
  await rig.node.hear("/count a", { id: 1 });
  const { id } = await rig.settle(rig.node.given(1));
  await rig.node.routing(id, RoutingError.NONE, ASKER);
  await rig.until(() => rig.outbox()[0]?.state === "delivered");
  await rig.crash();
  await rig.pass(23 * HOUR_MS);
  await rig.start();
  await rig.node.hear("/count a", { id: 1 });
  await rig.node.hear("/count b", { id: 2 });
  assert.equal((await rig.settle(rig.node.given(2))).replyId, 2);
  await rig.crash();
  await rig.pass(2 * HOUR_MS);
  await rig.start();
  await rig.node.hear("/count a", { id: 1 });
  assert.equal((await rig.settle(rig.node.given(3))).replyId, 1, "ids come round again");
  assert.deepEqual(count.runs, ["a", "b", "a"]);
});

Deno.test("a command of unknown age is answered only when the node delivers it again", async () => {
  const count = counting({ held: true });
  await using rig = new CrashRig([count]);
  await rig.start();
  await rig.node.hear("/count a", { id: 1 });
  await rig.settle(count.started);
  await rig.crash();
  // The machine lost its power, and its clock has gone back.
  rig.boot = "boot 2";
  rig.wallOffsetMs = -HOUR_MS;
  await rig.start();
  await rig.pass(MINUTE_MS);
  assert.deepEqual([rig.inbox(), count.runs.length], [{ 1: "open" }, 1]);
  await rig.node.hear("/count a", { id: 1 });
  assert.equal((await rig.settle(rig.node.given(1))).replyId, 1);
  await rig.node.hear("/count a", { id: 1 });
  await rig.node.hear("/count b", { id: 2 });
  assert.equal((await rig.settle(rig.node.given(2))).replyId, 2, "it was answered");
});

Deno.test("stopped and started in order, the bot keeps what waits, and runs what it had not answered", async () => {
  const count = counting();
  await using rig = new CrashRig([count]);
  await rig.start();
  for (const id of [1, 2, 3]) await rig.node.hear(`/count ${id}`, { id });
  await rig.until(() => rig.inbox()[3] === "answered");
  await rig.settle(rig.node.given(1));
  await rig.stop();
  assert.deepEqual(rig.outbox().map(({ state }) => state), ["sent", "queued", "queued"]);
  await rig.start();
  await rig.settle(rig.node.given(4));
  await rig.pass(LATE_ACK_MS);
  await rig.stop();
  assert.deepEqual(rig.node.texts.map(({ replyId }) => replyId).sort(), [1, 1, 2, 3]);
  assert.equal(new Set(ids(rig)).size, 3, "the one that may have gone out has kept its id");
  assert.deepEqual(count.runs, ["1", "2", "3"]);
});

Deno.test("stopped while a command runs: the next start runs it again", async () => {
  const count = counting({ held: true });
  await using rig = new CrashRig([count]);
  await rig.start();
  await rig.node.hear("/count a", { id: 1 });
  await rig.settle(count.started);
  await rig.stop();
  assert.deepEqual([rig.inbox(), rig.node.texts.length], [{ 1: "open" }, 0]);
  await rig.start();
  assert.equal((await rig.settle(rig.node.given(1))).text, "a run 2");
});
