/** What the whole bot says unasked: alerts and their end, scheduled answers. */
import assert from "node:assert/strict";
import { loadConfig } from "../src/config.ts";
import { formatNodeId } from "../src/node_id.ts";
import { startSimulatedNode } from "../src/simulator/node.ts";
import { type Bot, startBot } from "./support/bot.ts";
import { createSteppedClock, type SteppedClock } from "./support/stepped_clock.ts";

const MINUTE_MS = 60_000;

/** A bot on a clock that the test turns, configured by a file with `toml` once its person is known. */
async function startTurned(clock: SteppedClock, toml: (bot: Bot) => string): Promise<Bot> {
  const bot: Bot = await startBot({
    node: { clock, airScale: 0.5 },
    app: {
      clock: clock.speaking,
      onSent: clock.traffic,
      readConfig() {
        const file = Deno.makeTempFileSync({ suffix: ".toml" });
        try {
          Deno.writeTextFileSync(file, `[node]\nhost = "127.0.0.1"\n[weather]\nenabled = false\n[monitor]\nenabled = false\n${toml(bot)}`);
          return loadConfig({ file, env: { HOME: "/nowhere" }, cwd: "/" }).config;
        } finally {
          Deno.removeSync(file);
        }
      },
    },
  });
  bot.node.on("fromRadio", clock.traffic);
  bot.node.on("toRadio", clock.traffic);
  while (bot.node.station.timeS() === 0) await clock.run(100);
  assert.deepEqual(bot.app.reload(), []);
  return bot;
}

/** A port of 127.0.0.1 on which nobody listens. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

Deno.test("the bot says once that another node is gone, and once that it is back, to those who are to hear it", async () => {
  const clock = createSteppedClock({ patient: true });
  const port = freePort();
  const bot = await startTurned(clock, ({ person }) => {
    return `[alerts]\nto = ["${formatNodeId(person.nodeNum)}"]\n[[remote]]\nname = "roof"\nhost = "127.0.0.1"\nport = ${port}\n`;
  });
  try {
    await clock.run(15 * MINUTE_MS);
    assert.deepEqual(bot.said.map(({ to }) => to), [bot.person.nodeNum]);
    assert.match(bot.said[0]?.text ?? "", /roof/);
    await using roof = await startSimulatedNode({ port, clock, nodeNum: 0xa1b20a77, acceptPollMs: 0 });
    roof.on("fromRadio", clock.traffic);
    roof.on("toRadio", clock.traffic);
    await clock.run(15 * MINUTE_MS);
    assert.equal(bot.said.length, 2, "the end is said once");
    assert.match(bot.said[1]?.text ?? "", /roof/);
    assert.notEqual(bot.said[1]?.text, bot.said[0]?.text);
    assert.equal(roof.connections.kicked, 0);
  } finally {
    await clock.settle(bot[Symbol.asyncDispose]());
  }
});

Deno.test("the bot answers a scheduled command at its time, and only then", async () => {
  const clock = createSteppedClock();
  const bot = await startTurned(clock, ({ person }) => {
    const to = formatNodeId(person.nodeNum);
    return `[alerts]\ntimezone = "UTC"\n[[schedule]]\ncron = "0 13 * * *"\ncommand = "/nodes"\nto = "${to}"\n`;
  });
  try {
    // The clock begins at noon; a run may come two minutes early or late.
    await clock.run(57 * MINUTE_MS);
    assert.equal(bot.said.length, 0);
    await clock.run(6 * MINUTE_MS);
    assert.deepEqual(bot.said.map(({ to, replyId }) => ({ to, replyId })), [{ to: bot.person.nodeNum, replyId: 0 }]);
    assert.match(bot.said[0]?.text ?? "", /^📡/);
    await clock.run(30 * MINUTE_MS);
    assert.equal(bot.said.length, 1);
  } finally {
    await clock.settle(bot[Symbol.asyncDispose]());
  }
});
