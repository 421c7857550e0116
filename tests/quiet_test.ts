/** What the whole bot does not say: unasked, late, while it only listens, on a full channel. */
import assert from "node:assert/strict";
import { encode } from "../src/link/codec.ts";
import { PortNum } from "../src/link/enums.ts";
import type { Init, MeshPacket } from "../src/link/messages.ts";
import { startLog, stopLog } from "../src/log.ts";
import { onAirBytes, timeOnAirMs } from "../src/mesh/airtime.ts";
import type { Outcome } from "../src/mesh/outgoing.ts";
import type { SimulatedNode } from "../src/simulator/node.ts";
import { type Bot, startBot } from "./support/bot.ts";
import { measureUtilization } from "./support/busy_channel.ts";
import { createSteppedClock, type SteppedClock } from "./support/stepped_clock.ts";

const MINUTES_5_MS = 300_000;
// LongFast, as the simulated node is set.
const LONG_FAST = { bandwidthKhz: 250, spreadFactor: 11, codingRate: 5 };

/** Every packet that the bot gives the node, from the first on. */
function givenTo(node: SimulatedNode): MeshPacket[] {
  const given: MeshPacket[] = [];
  node.on("toRadio", ({ message: { payloadVariant } }) => {
    if (payloadVariant.case === "packet") given.push(payloadVariant.value);
  });
  return given;
}

/** Those that are more than the bot's administration of its own node. */
function forOthers(given: readonly MeshPacket[], node: SimulatedNode): MeshPacket[] {
  return given.filter(({ to, payloadVariant }) =>
    to !== node.nodeNum || payloadVariant.case !== "decoded" || payloadVariant.value.portnum !== PortNum.ADMIN_APP
  );
}

/** A bot on a clock that the test turns, on a node that knows the time. */
async function startTurned(clock: SteppedClock, options: Parameters<typeof startBot>[0] = {}): Promise<Bot> {
  const bot = await startBot({
    ...options,
    node: { clock, airScale: 0.5, ...options.node },
    app: { clock: clock.speaking, onSent: clock.traffic, ...options.app },
  });
  bot.node.on("fromRadio", clock.traffic);
  bot.node.on("toRadio", clock.traffic);
  while (bot.node.station.timeS() === 0) await clock.run(100);
  return bot;
}

for (const [where, env] of [["on no channel", {}], ["on channel 0", { MESHBOT_MESH_CHANNELS: "0" }]] as const) {
  Deno.test(`rule 10: the bot, listening ${where}, says nothing in 20 minutes of a lively mesh on which nobody asks it`, async () => {
    const clock = createSteppedClock();
    const bot = await startTurned(clock, { env, mesh: { nodes: 30, chat: true, beacons: true } });
    try {
      const given = givenTo(bot.node);
      let texts = 0;
      bot.mesh.on("text", () => void (texts += 1));
      let heard = 0;
      bot.node.on("fromRadio", () => void (heard += 1));
      for (let visit = 0; visit < 4; visit += 1) {
        // Somebody new comes, speaks to everybody and to the bot, and asks nothing.
        const stranger = bot.mesh.addPerson({ longName: `Stranger ${visit}`, shortName: `St${visit}`, hops: visit });
        stranger.sendChannel("Bonjour à tous, je suis nouveau");
        stranger.sendDirect("hello, who are you?");
        bot.node.receiveFromMesh(tapback(stranger.nodeNum, bot.node.nodeNum));
        await clock.run(MINUTES_5_MS);
      }
      assert.deepEqual(forOthers(given, bot.node), []);
      assert.deepEqual(bot.said, []);
      assert.ok(texts > 80 && heard > 300, `${texts} texts, ${heard} messages`);
      assert.equal(bot.app.link.state.kind, "ready");
    } finally {
      await clock.settle(bot[Symbol.asyncDispose]());
    }
  });
}

function tapback(from: number, to: number): Init<"MeshPacket"> {
  const payload = new TextEncoder().encode("test");
  const value = { portnum: PortNum.TEXT_MESSAGE_APP, payload, emoji: 1, replyId: 77, bitfield: 1 };
  return { from, to, id: from & 0xffff, hopStart: 3, hopLimit: 3, rxSnr: 5, rxRssi: -90, payloadVariant: { case: "decoded", value } };
}

Deno.test("rule 16: the bot that only listens gives its node nothing, and logs what it would have said with its air time", async () => {
  const lines: string[] = [];
  const ended: { readonly label: string; readonly outcome: Outcome; readonly bytes: number }[] = [];
  let wake = () => {};
  startLog({ format: "journal", debug: false, write: (line) => void lines.push(line) });
  try {
    await using bot = await startBot({
      env: { MESHBOT_MESH_LISTEN_ONLY: "true", MESHBOT_MESH_CHANNELS: "0", MESHBOT_MESH_REPLY_IN_CHANNELS: "0", MESHBOT_ECHO_CHANNEL: "0" },
      app: {
        onEnd({ draft, outcome }) {
          ended.push({ label: draft.label, outcome, bytes: draft.payload.length });
          wake();
        },
      },
    });
    const given = givenTo(bot.node);
    bot.person.sendDirect("/help");
    bot.person.sendDirect("/ping");
    bot.person.sendDirect("/echo hello all");
    bot.person.sendDirect("/trace");
    bot.person.sendChannel("/my");
    const expected = ["answer to /help", "answer to /ping", "answer to /echo", "traceroute", "answer to /my"];
    while (!expected.every((label) => ended.some((end) => end.label.startsWith(label)))) {
      await new Promise<void>((resolve) => void (wake = resolve));
    }
    assert.deepEqual(forOthers(given, bot.node), []);
    assert.deepEqual(bot.said, []);
    for (const { label, outcome, bytes } of ended) {
      assert.ok(outcome.kind === "failed", label);
      const ms = Number(/^listening only: .*?(\d+) ms on the air/.exec(outcome.reason)?.[1]);
      const leastMs = timeOnAirMs(onAirBytes({ dataLengthBytes: bytes, pki: false }), LONG_FAST);
      const mostMs = timeOnAirMs(onAirBytes({ dataLengthBytes: bytes + 16, pki: true }), LONG_FAST);
      assert.ok(ms >= leastMs && ms <= mostMs, `${label} of ${bytes} bytes: ${outcome.reason}`);
      assert.ok(lines.some((line) => line.includes(label) && line.includes(outcome.reason)), `${label} is not in the log`);
    }
  } finally {
    stopLog();
  }
});

Deno.test("rule 17: the bot tells its node the time during the handshake, and not with set_clock = false", async () => {
  for (const setClock of [true, false]) {
    const clock = createSteppedClock({ patient: true });
    const bot = await startBot({ node: { clock }, app: { clock }, env: { MESHBOT_NODE_SET_CLOCK: String(setClock) } });
    try {
      bot.node.on("toRadio", clock.traffic);
      for (let turns = 0; turns < 50 && bot.node.station.timeS() === 0; turns += 1) await clock.run(100);
      const toldS = bot.node.station.timeS();
      if (setClock) assert.ok(Math.abs(toldS - clock.wallMs() / 1000) <= 6, `${toldS}`);
      else assert.equal(toldS, 0);
    } finally {
      await clock.settle(bot[Symbol.asyncDispose]());
    }
  }
});

Deno.test("rule 17: the bot answers no text that its node heard more than 10 minutes ago and knows its sender all the same", async () => {
  const clock = createSteppedClock({ patient: true });
  const bot = await startTurned(clock);
  try {
    const { station } = bot.node;
    const nowS = station.timeS();
    // The node stamps what it hears with its own time.
    const askAt = async (timeS: number): Promise<number> => {
      station.setTime(timeS);
      const id = bot.person.sendDirect("/ping");
      await clock.settle(bot.handled(id));
      await clock.run(30_000);
      return id;
    };
    await askAt(nowS - 3600);
    await askAt(nowS - 700);
    assert.deepEqual(bot.said, []);
    assert.equal(bot.app.nodes.get(bot.person.nodeNum)?.longName, "Alice Martin");
    const id = await askAt(nowS - 300);
    assert.deepEqual(bot.said.map(({ to, replyId }) => [to, replyId]), [[bot.person.nodeNum, id]]);
  } finally {
    await clock.settle(bot[Symbol.asyncDispose]());
  }
});

Deno.test("rule 12: the bot answers nobody but admins when its own node says that the channel is full, and everybody later", async () => {
  const clock = createSteppedClock({ patient: true });
  const bot = await startTurned(clock, { admin: true, env: { MESHBOT_MESH_COMMANDS_PER_5_MINUTES: "20" } });
  try {
    let percent = 45;
    measureUtilization(bot.node, () => percent);
    const other = bot.mesh.addPerson({ longName: "Bob", shortName: "Bob" });
    const answered = async (person: typeof other): Promise<boolean> => {
      const id = person.sendDirect("/ping");
      await clock.settle(bot.handled(id));
      await clock.run(20_000);
      return bot.said.some(({ replyId, to }) => replyId === id && to === person.nodeNum);
    };
    // A stranger's own figures say nothing of our channel.
    const lie = encode("Telemetry", { variant: { case: "deviceMetrics", value: { channelUtilization: 99 } } });
    bot.mesh.send(other.node, { payloadVariant: { case: "decoded", value: { portnum: PortNum.TELEMETRY_APP, payload: lie } } });
    await clock.run(5000);
    assert.ok(await answered(other), "before the first report");
    await clock.run(61_000);
    assert.ok(!await answered(other), "at 45 %");
    assert.ok(await answered(bot.person), "an admin at 45 %");
    percent = 10;
    await clock.run(61_000);
    assert.ok(await answered(other), "at 10 %");
  } finally {
    await clock.settle(bot[Symbol.asyncDispose]());
  }
});
