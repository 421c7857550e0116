import assert from "node:assert/strict";
import { wentOut } from "../../src/alerts/went_out.ts";
import { RoutingError } from "../../src/link/enums.ts";
import { judgeRoutingError, type Outcome } from "../../src/mesh/outgoing.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { ALICE, BOB, configOf, createScene, HOUR_MS, MINUTE_MS, paperFile } from "./desk_scene.ts";

// The scene's clock begins at noon, UTC.
const NIGHT = { MESHBOT_ALERTS_QUIET: "22:00-07:00" };
const UNTIL_NIGHT_MS = 10 * HOUR_MS;
const GATHERED_MS = 5000;

Deno.test("AlertDesk says what is new once, however often it is reported", async () => {
  using scene = await createScene();
  for (let minute = 0; minute < 60; minute++) {
    scene.report("vigilance", ["orange", "wind"]);
    await scene.clock.tick(MINUTE_MS);
  }
  assert.deepEqual(scene.sent, ["channel:2: vigilance: orange+wind"]);
  assert.equal(scene.alerts[0]?.label, "alert vigilance");
});

Deno.test("AlertDesk says a fact that is added, and the end, but not that one is gone while others hold", async () => {
  using scene = await createScene();
  const steps = [["orange"], ["orange", "wind"], ["wind"], ["wind"], [], []];
  for (const facts of steps) {
    scene.report("vigilance", facts);
    await scene.clock.tick(11 * MINUTE_MS);
  }
  assert.deepEqual(scene.sent, ["channel:2: vigilance: orange", "channel:2: vigilance: orange+wind", "channel:2: vigilance: over"]);
});

Deno.test("AlertDesk joins what happens at one moment", async () => {
  using scene = await createScene();
  scene.report("a", ["x"]);
  scene.report("b", ["y"]);
  await scene.clock.tick(1000);
  scene.report("c", ["z"], { urgent: true });
  await scene.clock.tick(GATHERED_MS);
  assert.deepEqual(scene.sent, ["channel:2: c: z\na: x\nb: y"]);
  assert.equal(scene.alerts[0]?.label, "alert c, a, b");
});

Deno.test("AlertDesk sends a destination one alert in 10 minutes, with the latest text of what came meanwhile", async () => {
  using scene = await createScene();
  scene.report("a", ["1"]);
  await scene.clock.tick(GATHERED_MS);
  assert.equal(scene.sent.length, 1);
  scene.report("a", ["1", "2"]);
  scene.report("b", ["x"], { urgent: true });
  scene.report("c", ["x"]);
  await scene.clock.tick(5 * MINUTE_MS);
  scene.report("a", ["1", "2", "3"]);
  scene.report("c", []);
  await scene.clock.tick(4 * MINUTE_MS);
  assert.equal(scene.sent.length, 1);
  await scene.clock.tick(MINUTE_MS);
  assert.deepEqual(scene.sent.slice(1), ["channel:2: b: x\na: 1+2+3"]);
});

Deno.test("AlertDesk tells nobody what has begun and ended while it was held", async () => {
  using scene = await createScene();
  scene.report("a", ["x"]);
  await scene.clock.tick(GATHERED_MS);
  scene.report("b", ["y"]);
  scene.report("a", []);
  await scene.clock.tick(MINUTE_MS);
  scene.report("b", []);
  scene.report("a", ["x"]);
  await scene.clock.tick(HOUR_MS);
  assert.deepEqual(scene.sent, ["channel:2: a: x"]);
  assert.equal(scene.clock.pendingTimers(), 0);
});

Deno.test("AlertDesk fits many alerts into messages of 200 bytes, one in 10 minutes, and loses none", async () => {
  using scene = await createScene();
  const keys = ["k1", "k2", "k3", "k4", "k5", "k6", "k7"];
  for (const key of keys) scene.report(key, ["x"], { text: `${key} ${"é".repeat(35)}` });
  scene.report("huge", ["x"], { text: "ü".repeat(300) });
  let before = 0;
  for (let minute = 0; minute < 90; minute++) {
    await scene.clock.tick(MINUTE_MS);
    assert.ok(scene.sent.length - before <= 1);
    before = minute % 10 === 9 ? scene.sent.length : before;
  }
  for (const { text } of scene.alerts) assert.ok(textLengthBytes(text) <= 200, text);
  const all = scene.alerts.map(({ text }) => text).join("\n");
  for (const key of keys) assert.equal(all.split(`${key} `).length, 2, key);
  assert.ok(all.includes("ü…"));
  assert.match(scene.alerts[0]?.text ?? "", /\n\+6 to come$/);
});

Deno.test("AlertDesk keeps to the message length of the configuration", async () => {
  using scene = await createScene({ env: { MESHBOT_MESH_MESSAGE_BYTES: "20" } });
  scene.report("a", ["x"], { text: "a".repeat(50) });
  scene.report("b", ["x"], { text: "b".repeat(50) });
  await scene.clock.tick(11 * MINUTE_MS);
  assert.deepEqual(scene.alerts.map(({ text }) => textLengthBytes(text)), [20, 20]);
});

Deno.test("AlertDesk holds alerts in the quiet hours, and tells in one message at their end what still holds", async () => {
  using scene = await createScene({ env: NIGHT });
  await scene.clock.tick(UNTIL_NIGHT_MS);
  scene.report("a", ["1"]);
  scene.report("b", ["1"]);
  scene.report("c", ["1"]);
  await scene.clock.tick(HOUR_MS);
  scene.report("a", ["1", "2"]);
  scene.report("b", []);
  await scene.clock.tick(8 * HOUR_MS - MINUTE_MS);
  assert.deepEqual(scene.sent, []);
  await scene.clock.tick(2 * MINUTE_MS);
  assert.deepEqual(scene.sent, ["channel:2: a: 1+2\nc: 1"]);
});

Deno.test("AlertDesk lets what is urgent pass the quiet hours, alone", async () => {
  using scene = await createScene({ env: NIGHT });
  await scene.clock.tick(UNTIL_NIGHT_MS);
  scene.report("a", ["1"]);
  await scene.clock.tick(HOUR_MS);
  scene.report("vigilance", ["red"], { urgent: true });
  await scene.clock.tick(GATHERED_MS);
  assert.deepEqual(scene.sent, ["channel:2: vigilance: red"]);
  scene.report("vigilance", ["orange"]);
  await scene.clock.tick(2 * HOUR_MS);
  assert.equal(scene.sent.length, 1);
  await scene.clock.tick(6 * HOUR_MS);
  assert.deepEqual(scene.sent.slice(1), ["channel:2: a: 1\nvigilance: orange"]);
});

Deno.test("AlertDesk tells in the morning that something said in the evening is over", async () => {
  using scene = await createScene({ env: NIGHT });
  scene.report("a", ["1"]);
  await scene.clock.tick(UNTIL_NIGHT_MS);
  scene.report("a", []);
  await scene.clock.tick(8 * HOUR_MS);
  assert.equal(scene.sent.length, 1);
  await scene.clock.tick(2 * HOUR_MS);
  assert.deepEqual(scene.sent.slice(1), ["channel:2: a: over"]);
});

Deno.test("AlertDesk follows the wall clock when it is set", async () => {
  const inner = createFakeClock();
  let jumpMs = UNTIL_NIGHT_MS;
  using scene = await createScene({ env: NIGHT, clock: { ...inner, wallMs: () => inner.wallMs() + jumpMs } });
  scene.report("a", ["1"]);
  await scene.clock.tick(MINUTE_MS);
  assert.deepEqual(scene.sent, []);
  jumpMs = 0;
  await scene.clock.tick(MINUTE_MS);
  assert.deepEqual(scene.sent, ["channel:2: a: 1"]);
});

Deno.test("AlertDesk holds alerts while the bot is mute, but for what is urgent", async () => {
  using scene = await createScene();
  scene.people.mute(2);
  scene.report("a", ["1"]);
  await scene.clock.tick(HOUR_MS);
  assert.deepEqual(scene.sent, []);
  scene.report("b", ["1"], { urgent: true });
  await scene.clock.tick(GATHERED_MS);
  assert.deepEqual(scene.sent, ["channel:2: b: 1"]);
  scene.people.unmute();
  await scene.clock.tick(11 * MINUTE_MS);
  assert.deepEqual(scene.sent.slice(1), ["channel:2: a: 1"]);
});

Deno.test("AlertDesk waits for a freer channel, 30 minutes at most, and not with what is urgent", async () => {
  using scene = await createScene();
  scene.rule = "admins";
  scene.report("a", ["1"]);
  await scene.clock.tick(20 * MINUTE_MS);
  assert.deepEqual(scene.sent, []);
  scene.rule = "short";
  await scene.clock.tick(MINUTE_MS);
  assert.deepEqual(scene.sent, ["channel:2: a: 1"]);
  scene.rule = "admins";
  scene.report("a", ["1", "2"]);
  await scene.clock.tick(29 * MINUTE_MS);
  assert.equal(scene.sent.length, 1);
  await scene.clock.tick(2 * MINUTE_MS);
  assert.deepEqual(scene.sent.slice(1), ["channel:2: a: 1+2"]);
  await scene.clock.tick(HOUR_MS);
  scene.report("b", ["1"], { urgent: true });
  await scene.clock.tick(GATHERED_MS);
  assert.deepEqual(scene.sent.slice(2), ["channel:2: b: 1"]);
});

Deno.test("AlertDesk counts the wait for a freer channel anew when it was free meanwhile", async () => {
  using scene = await createScene();
  scene.report("b", ["1"]);
  await scene.clock.tick(GATHERED_MS);
  scene.report("a", ["1"]);
  scene.rule = "admins";
  await scene.clock.tick(5 * MINUTE_MS);
  scene.rule = "free";
  await scene.clock.tick(MINUTE_MS);
  scene.rule = "admins";
  await scene.clock.tick(27 * MINUTE_MS);
  assert.equal(scene.sent.length, 1);
  await scene.clock.tick(5 * MINUTE_MS);
  assert.equal(scene.sent.length, 2);
});

Deno.test("AlertDesk waits for the link without a timer, and says then what holds then", async () => {
  using scene = await createScene();
  scene.linked = false;
  scene.report("a", ["1"]);
  scene.report("b", ["1"]);
  await scene.clock.tick(8 * HOUR_MS);
  scene.report("a", ["1", "2"]);
  scene.report("b", []);
  assert.equal(scene.clock.pendingTimers(), 0);
  scene.linked = true;
  scene.desk.linkReady();
  await scene.clock.tick(GATHERED_MS);
  assert.deepEqual(scene.sent, ["channel:2: a: 1+2"]);
});

Deno.test("AlertDesk waits for the first handshake", async () => {
  using scene = await createScene();
  const { radio } = scene;
  scene.radio = undefined;
  scene.report("a", ["1"]);
  await scene.clock.tick(HOUR_MS);
  assert.deepEqual(scene.sent, []);
  scene.radio = radio;
  scene.desk.linkReady();
  await scene.clock.tick(GATHERED_MS);
  assert.deepEqual(scene.sent, ["channel:2: a: 1"]);
});

Deno.test("AlertDesk repeats nothing after a restart, and tells the end of what was said before it", async () => {
  const file = paperFile();
  const clock = createFakeClock();
  {
    using scene = await createScene({ file, clock });
    scene.report("a", ["1", "2"]);
    scene.report("b", ["1"]);
    await clock.tick(HOUR_MS);
    assert.deepEqual(scene.sent, ["channel:2: a: 1+2\nb: 1"]);
  }
  using scene = await createScene({ file, clock });
  scene.report("a", ["1", "2"]);
  await clock.tick(HOUR_MS);
  assert.deepEqual(scene.sent, []);
  scene.report("b", []);
  scene.report("a", ["1", "2", "3"]);
  await clock.tick(HOUR_MS);
  assert.deepEqual(scene.sent, ["channel:2: a: 1+2+3\nb: over"]);
});

Deno.test("AlertDesk keeps to one alert in 10 minutes over a restart", async () => {
  const file = paperFile();
  const clock = createFakeClock();
  {
    using scene = await createScene({ file, clock });
    scene.report("a", ["1"]);
    await clock.tick(MINUTE_MS);
  }
  using scene = await createScene({ file, clock });
  scene.report("b", ["1"]);
  await clock.tick(8 * MINUTE_MS);
  assert.deepEqual(scene.sent, []);
  await clock.tick(2 * MINUTE_MS);
  assert.deepEqual(scene.sent, ["channel:2: b: 1"]);
});

Deno.test("AlertDesk takes for news what nobody has watched for a day, but not what was watched until the restart", async () => {
  for (const [offMs, expected] of [[23 * HOUR_MS, 0], [25 * HOUR_MS, 1]] as const) {
    const file = paperFile();
    const clock = createFakeClock();
    {
      using scene = await createScene({ file, clock });
      for (let hour = 0; hour < 72; hour++) {
        scene.report("a", ["1"]);
        await clock.tick(HOUR_MS);
      }
      scene.report("a", ["1"]);
      assert.equal(scene.sent.length, 1);
    }
    await clock.tick(offMs);
    using scene = await createScene({ file, clock });
    scene.report("a", ["1"]);
    await clock.tick(MINUTE_MS);
    assert.equal(scene.sent.length, expected, `${offMs}`);
  }
});

Deno.test("AlertDesk writes its file when something was said, and seldom else", async () => {
  using scene = await createScene();
  scene.report("a", []);
  await scene.clock.tick(HOUR_MS);
  assert.equal(scene.file.writes, 0);
  for (let minute = 0; minute < 60; minute++) {
    scene.report("a", ["1"]);
    await scene.clock.tick(MINUTE_MS);
  }
  // Handed over, ended, and once more in the hour that it holds at most.
  assert.ok(scene.file.writes >= 2 && scene.file.writes <= 3, `${scene.file.writes}`);
});

Deno.test("AlertDesk says again what never left our node, as it stands then", async () => {
  using scene = await createScene();
  scene.outcome = { kind: "failed", reason: "the bot's air time of this hour is used up" };
  scene.report("a", ["1"]);
  await scene.clock.tick(MINUTE_MS);
  assert.equal(scene.sent.length, 1);
  scene.outcome = { kind: "relayed" };
  scene.report("a", ["1", "2"]);
  await scene.clock.tick(10 * MINUTE_MS);
  assert.deepEqual(scene.sent.slice(1), ["channel:2: a: 1+2"]);
  await scene.clock.tick(24 * HOUR_MS);
  assert.equal(scene.sent.length, 2);
});

Deno.test("AlertDesk does not say again what has ended before it could be said", async () => {
  using scene = await createScene();
  scene.outcome = { kind: "failed", reason: "the queue is full" };
  scene.report("a", ["1"]);
  await scene.clock.tick(MINUTE_MS);
  scene.outcome = { kind: "relayed" };
  scene.report("a", []);
  await scene.clock.tick(24 * HOUR_MS);
  assert.equal(scene.sent.length, 1);
});

Deno.test("AlertDesk tries a person who does not confirm less and less often", async () => {
  using scene = await createScene({ env: { MESHBOT_ALERTS_TO: "!a11ce001" } });
  scene.outcome = { kind: "failed", reason: "no acknowledgement" };
  scene.report("a", ["1"]);
  await scene.clock.tick(24 * HOUR_MS);
  // After 0, 10, 20, 40, 80, 160, 320 minutes, then every 6 hours.
  assert.equal(scene.sent.length, 9);
  scene.outcome = { kind: "delivered" };
  await scene.clock.tick(6 * HOUR_MS);
  assert.equal(scene.sent.length, 10);
  await scene.clock.tick(24 * HOUR_MS);
  assert.equal(scene.sent.length, 10);
});

Deno.test("AlertDesk says what expired in the queue as soon as the link is back", async () => {
  using scene = await createScene();
  scene.outcome = { kind: "expired", reason: "it could not be sent in time" };
  scene.report("a", ["1"]);
  await scene.clock.tick(MINUTE_MS);
  scene.outcome = { kind: "relayed" };
  scene.desk.linkReady();
  await scene.clock.tick(GATHERED_MS);
  assert.deepEqual(scene.sent, ["channel:2: a: 1", "channel:2: a: 1"]);
});

Deno.test("AlertDesk survives a sender that throws, and says it again", async () => {
  using scene = await createScene();
  scene.outcome = new Error("no outbox");
  scene.report("a", ["1"]);
  await scene.clock.tick(MINUTE_MS);
  scene.outcome = { kind: "unknown", reason: "nothing was heard of it" };
  await scene.clock.tick(HOUR_MS);
  assert.equal(scene.sent.length, 2);
});

Deno.test("AlertDesk sends nothing more to a destination while a message to it is under way", async () => {
  using scene = await createScene();
  scene.outcome = "never";
  scene.report("a", ["1"]);
  await scene.clock.tick(MINUTE_MS);
  scene.report("b", ["1"]);
  await scene.clock.tick(HOUR_MS);
  assert.equal(scene.sent.length, 1);
});

Deno.test("AlertDesk takes for said what is under way when it is closed, and says nothing any more", async () => {
  const file = paperFile();
  const clock = createFakeClock();
  const scene = await createScene({ file, clock });
  const outcome = Promise.withResolvers<Outcome>();
  scene.outcome = outcome.promise;
  scene.report("a", ["1"]);
  await clock.tick(GATHERED_MS);
  scene.desk[Symbol.dispose]();
  outcome.resolve({ kind: "expired", reason: "the bot is stopping" });
  await clock.tick(GATHERED_MS);
  scene.report("b", ["1"]);
  scene.desk.linkReady();
  await clock.tick(HOUR_MS);
  assert.equal(scene.sent.length, 1);
  assert.equal(clock.pendingTimers(), 0);
  using next = await createScene({ file, clock });
  next.report("a", ["1"]);
  await clock.tick(HOUR_MS);
  assert.deepEqual(next.sent, []);
});

Deno.test("AlertDesk serves subscribers, each with what is new to them, and the configured node as well", async () => {
  using scene = await createScene({ env: { MESHBOT_ALERTS_TO: "channel:2, !b0b00002" } });
  scene.report("a", ["1"]);
  await scene.clock.tick(HOUR_MS);
  assert.deepEqual(scene.sent.toSorted(), ["!b0b00002: a: 1", "channel:2: a: 1"]);
  scene.people.subscribe(ALICE);
  scene.people.subscribe(BOB);
  scene.report("a", ["1"]);
  await scene.clock.tick(HOUR_MS);
  assert.deepEqual(scene.sent.slice(2), ["!a11ce001: a: 1"]);
  scene.report("a", []);
  await scene.clock.tick(HOUR_MS);
  assert.deepEqual(scene.sent.slice(3).toSorted(), ["!a11ce001: a: over", "!b0b00002: a: over", "channel:2: a: over"]);
});

Deno.test("AlertDesk writes nothing to who has said /stop or is banned", async () => {
  using scene = await createScene({ env: { MESHBOT_ALERTS_TO: "!b0b00002" } });
  scene.people.subscribe(ALICE);
  scene.people.stop(ALICE);
  scene.people.ban(BOB);
  scene.report("a", ["1"], { urgent: true });
  await scene.clock.tick(HOUR_MS);
  assert.deepEqual(scene.sent, []);
  scene.people.start(ALICE);
  scene.report("a", ["1"], { urgent: true });
  await scene.clock.tick(HOUR_MS);
  assert.deepEqual(scene.sent, ["!a11ce001: a: 1"]);
});

Deno.test("AlertDesk gives who subscribes anew what holds, but not more often than every 10 minutes", async () => {
  using scene = await createScene({ env: { MESHBOT_ALERTS_TO: "" } });
  scene.people.subscribe(ALICE);
  scene.report("a", ["1"]);
  await scene.clock.tick(GATHERED_MS);
  assert.equal(scene.sent.length, 1);
  for (let i = 0; i < 3; i++) {
    scene.people.unsubscribe(ALICE);
    scene.report("a", ["1"]);
    scene.people.subscribe(ALICE);
    scene.report("a", ["1"]);
    await scene.clock.tick(MINUTE_MS);
  }
  assert.equal(scene.sent.length, 1);
  await scene.clock.tick(10 * MINUTE_MS);
  assert.equal(scene.sent.length, 2);
});

Deno.test("AlertDesk sends a faulty destination nothing, and follows a new configuration", async () => {
  using scene = await createScene({ env: { MESHBOT_ALERTS_TO: "channel:0, channel:5" } });
  scene.report("a", ["1"]);
  await scene.clock.tick(HOUR_MS);
  assert.deepEqual(scene.sent, []);
  scene.config = configOf({ MESHBOT_ALERTS_TO: "channel:0, channel:5", MESHBOT_ALERTS_ALLOW_PUBLIC: "1" });
  scene.desk.linkReady();
  await scene.clock.tick(HOUR_MS);
  assert.deepEqual(scene.sent, ["channel:0: a: 1"]);
});

Deno.test("wentOut() is false for what may not have left, and for a person who did not confirm", () => {
  const nobody = judgeRoutingError(RoutingError.MAX_RETRANSMIT);
  assert(nobody.kind === "end");
  const node = { node: ALICE };
  const channel = { channel: 2 };
  for (const target of [node, channel]) {
    assert.equal(wentOut({ kind: "delivered" }, target), true);
    assert.equal(wentOut({ kind: "relayed" }, target), true);
    assert.equal(wentOut({ kind: "unknown", reason: "" }, target), true);
    assert.equal(wentOut({ kind: "expired", reason: "" }, target), false);
    assert.equal(wentOut({ kind: "failed", reason: "NO_CHANNEL" }, target), false);
  }
  assert.deepEqual([wentOut(nobody.outcome, channel), wentOut(nobody.outcome, node)], [true, false]);
});
