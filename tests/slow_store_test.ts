/** The whole bot while the disk of its history stands still. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { delay, systemClock } from "../src/clock.ts";
import { PortNum } from "../src/link/enums.ts";
import { type Bot, startBot } from "./support/bot.ts";

const HELD_MS = 3000;
const EVERY_MS = 10;

/** Direct messages come for a while; the longest time from the sending of one until the bot had dealt with it. */
async function worstLatenessMs(bot: Bot, durationMs: number, firstId: number): Promise<number> {
  const latenessMs: Promise<number>[] = [];
  const endMs = systemClock.nowMs() + durationMs;
  for (let id = firstId; systemClock.nowMs() < endMs; id += 1) {
    // From when it is due: whoever holds up this thread holds up the sender too.
    const dueMs = systemClock.nowMs() + EVERY_MS;
    await delay(systemClock, EVERY_MS);
    latenessMs.push(bot.handled(id).then(() => systemClock.nowMs() - dueMs));
    bot.node.receiveFromMesh({
      from: bot.person.nodeNum,
      to: bot.node.nodeNum,
      id,
      rxSnr: 6,
      rxRssi: -80,
      hopStart: 3,
      hopLimit: 3,
      payloadVariant: { case: "decoded", value: { portnum: PortNum.TEXT_MESSAGE_APP, payload: new TextEncoder().encode("good morning") } },
    });
  }
  return Math.max(...await Promise.all(latenessMs));
}

Deno.test("the bot takes every frame in time and answers while its history waits 3 s for the disk", async () => {
  const folder = await Deno.makeTempDir({ prefix: "meshbot-test-" });
  try {
    await using bot = await startBot({ env: { MESHBOT_DATA_DIR: folder }, node: { airScale: 0 } });
    await bot.ask("/stats");
    const undisturbedMs = await worstLatenessMs(bot, 500, 1);
    const other = new DatabaseSync(join(folder, "meshbot.db"));
    other.exec("BEGIN IMMEDIATE");
    let answered = false;
    // What it has collected is written before it is asked: that has to wait.
    const asked = bot.ask("/stats").then(() => answered = true);
    const pinged = bot.ask("/ping", bot.mesh.addPerson({ longName: "Bernard Loin", shortName: "Bern" }));
    const worstMs = await worstLatenessMs(bot, HELD_MS, 100_000);
    await pinged;
    assert.equal(answered, false, "the history was held up all the while");
    other.exec("COMMIT");
    other.close();
    await asked;
    assert.ok(worstMs < undisturbedMs + HELD_MS / 4, `${worstMs} ms with a slow disk, ${undisturbedMs} ms without`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
