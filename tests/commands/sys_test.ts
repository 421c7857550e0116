import assert from "node:assert/strict";
import { createSys } from "../../src/commands/sys.ts";
import type { SystemReadings } from "../../src/health/system.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { makeContext } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { answer, steadySystem } from "../support/run_command.ts";

const NOTHING: SystemReadings = { osUptimeMs: undefined, cpuCelsius: undefined, load: undefined, memory: undefined, disk: undefined };

async function sysText(readings: SystemReadings, uptimeMs: number): Promise<string> {
  const clock = createFakeClock();
  const context = makeContext({ clock });
  await clock.tick(uptimeMs);
  return await createSys(() => Promise.resolve(readings)).run(context) as string;
}

Deno.test("sys tells the machine in one message", async () => {
  const text = await answer("sys");
  assert.equal(
    text,
    "🤖 Bot: 0s\n⏱️ OS: 3d 2h 0m\n🌡️ CPU: 48.3°C\n📊 Load: 0.70 1.32 0.74\n💾 RAM: 701/8024MB (9%)\n💽 Disk: 12.3/29.1GB (42%)",
  );
  assert.equal(
    await answer("sys", { language: "fr" }),
    "🤖 Bot: 0s\n⏱️ OS: 3j 2h 0m\n🌡️ CPU: 48.3°C\n📊 Charge: 0.70 1.32 0.74\n💾 RAM: 701/8024Mo (9%)\n💽 Disque: 12.3/29.1Go (42%)",
  );
  assert(textLengthBytes(text) <= 200);
});

Deno.test("sys leaves out what cannot be read", async () => {
  assert.equal(await sysText(NOTHING, 93_780_000), "🤖 Bot: 1d 2h 3m");
});

Deno.test("sys tells of a power supply that is too weak, and nothing of a good one", async () => {
  const machine = await steadySystem("/data", new AbortController().signal);
  const sysWith = async (isLow: boolean, wasLow: boolean, language: "en" | "fr") => {
    const read = () => Promise.resolve({ ...machine, power: { isLow, wasLow } });
    const text = await createSys(read).run(makeContext({ language })) as string;
    assert(textLengthBytes(text) <= 200, text);
    return text.split("\n").filter((line) => line.startsWith("⚡"));
  };
  assert.deepEqual(await sysWith(false, false, "en"), []);
  assert.deepEqual(await sysWith(true, true, "en"), ["⚡ Under-voltage now!"]);
  assert.deepEqual(await sysWith(false, true, "en"), ["⚡ Under-voltage since the start"]);
  assert.deepEqual(await sysWith(true, true, "fr"), ["⚡ Sous-tension en ce moment !"]);
  assert.deepEqual(await sysWith(false, true, "fr"), ["⚡ Sous-tension depuis le démarrage"]);
});

Deno.test("sys does not believe that the bot is older than its machine", async () => {
  assert.equal(await sysText({ ...NOTHING, osUptimeMs: 300_000 }, 50 * 365 * 86_400_000), "🤖 Bot: 5m\n⏱️ OS: 5m");
});

Deno.test("sys reads the disk of the data folder under the command's signal", async () => {
  const context = makeContext({ config: { MESHBOT_DATA_DIR: "/data/bot" } });
  let asked: unknown[] = [];
  const reader = (...args: Parameters<typeof steadySystem>) => {
    asked = args;
    return steadySystem(...args);
  };
  await createSys(reader).run(context);
  assert.deepEqual(asked, ["/data/bot", context.signal]);
});
