import assert from "node:assert/strict";
import type { Condition } from "../../src/condition.ts";
import { loadConfig } from "../../src/config.ts";
import { type MachineWatchOptions, startMachineWatch } from "../../src/health/machine_watch.ts";
import { createSystemReader, type SystemSources } from "../../src/health/system.ts";
import { sentences } from "../../src/i18n/mod.ts";
import { startLog, stopLog } from "../../src/log.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";

const HOT: SystemSources = {
  osUptimeS: () => 3600,
  load: () => [1, 12, 1],
  cores: () => 4,
  memory: () => ({ total: 1000, available: 10 }),
  readText: () => Promise.resolve("71500\n"),
  run: (_program, [what]) => what === "get_throttled" ? Promise.resolve("throttled=0x50005\n") : Promise.reject(new Error("no")),
  disk: () => Promise.resolve({ bsize: 1, blocks: 1000, bfree: 20, bavail: 20 }),
};

function rig(clock: FakeClock, read: MachineWatchOptions["read"], env: Readonly<Record<string, string>> = {}) {
  const reports: Condition[] = [];
  const base = { MESHBOT_NODE_HOST: "node.test", MESHBOT_DATA_DIR: "/data/bot" };
  const { config } = loadConfig({ file: null, env: { ...base, ...env }, cwd: "/" });
  const report = (condition: Condition) => void reports.push(condition);
  const watch = startMachineWatch({ clock, config: config.monitor, dataDir: config.data_dir, read, say: sentences("en"), report });
  return { reports, watch };
}

Deno.test("startMachineWatch() looks in real seconds and reports what it finds", async () => {
  const clock = createFakeClock();
  const { reports, watch } = rig(clock, createSystemReader(HOT), { MESHBOT_MONITOR_CHECK_EVERY_S: "20", MESHBOT_MONITOR_FOR_S: "60" });
  await clock.tick(19_999);
  assert.deepEqual(reports, []);
  await clock.tick(1);
  assert.deepEqual(reports.map(({ key, facts }) => [key, ...facts]), [
    ["machine temperature", "warm", "critical"],
    ["machine power", "was low", "is low"],
  ]);
  await clock.tick(59_999);
  assert.deepEqual(new Set(reports.map(({ key }) => key)), new Set(["machine temperature", "machine power"]));
  reports.length = 0;
  await clock.tick(1);
  assert.deepEqual(reports.map(({ text }) => text), [
    "🌡️ My CPU: 71.5°C (limit 68)",
    "📊 My load: 3.0 per core (limit 2)",
    "💾 My RAM: 99% used (limit 90)",
    "💽 My disk: 98% used (limit 90)",
    "⚡ Under-voltage now!",
  ]);
  await watch[Symbol.asyncDispose]();
  reports.length = 0;
  await clock.tick(100_000);
  assert.deepEqual(reports, []);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("startMachineWatch() reads the disk of the data folder, and goes on after a reading that fails", async () => {
  const clock = createFakeClock();
  const lines: string[] = [];
  const folders: string[] = [];
  startLog({ format: "text", debug: false, write: (line) => void lines.push(line) });
  try {
    const read = createSystemReader(HOT);
    const { reports, watch } = rig(clock, (dataDir, signal) => {
      folders.push(dataDir);
      return folders.length === 1 ? Promise.reject(new Error("a fault of the reader")) : read(dataDir, signal);
    });
    await clock.tick(60_000);
    assert.deepEqual(reports, []);
    assert.match(lines.join("\n"), /cannot read how this machine is: .*a fault of the reader/);
    await clock.tick(60_000);
    assert(reports.length > 0);
    assert.deepEqual(folders, ["/data/bot", "/data/bot"]);
    await watch[Symbol.asyncDispose]();
  } finally {
    stopLog();
  }
});

Deno.test("startMachineWatch() never reads twice at once, and does not wait for a reading that hangs when it ends", async () => {
  const clock = createFakeClock();
  const signals: AbortSignal[] = [];
  const { reports, watch } = rig(clock, (_dataDir, signal) => {
    signals.push(signal);
    return new Promise(() => {
      // A disk that is gone hangs like this.
    });
  });
  await clock.tick(60_000);
  assert.equal(signals[0]?.aborted, false);
  await clock.tick(10_000);
  assert.equal(signals[0]?.aborted, true, "programs are told to end");
  await clock.tick(600_000);
  assert.equal(signals.length, 1);
  await watch[Symbol.asyncDispose]();
  assert.deepEqual(reports, []);
  assert.equal(clock.pendingTimers(), 0);
});
