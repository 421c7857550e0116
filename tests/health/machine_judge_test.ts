import assert from "node:assert/strict";
import type { Condition } from "../../src/condition.ts";
import { loadConfig } from "../../src/config.ts";
import { createMachineJudge } from "../../src/health/machine_judge.ts";
import type { SystemReadings } from "../../src/health/system.ts";
import { type Language, sentences } from "../../src/i18n/mod.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";

const MINUTE_MS = 60_000;

const UNKNOWN: SystemReadings = { osUptimeMs: undefined, cpuCelsius: undefined, load: undefined, memory: undefined, disk: undefined };

const GOOD: SystemReadings = {
  osUptimeMs: 1e9,
  cpuCelsius: 48,
  load: [9, 1, 9],
  cores: 4,
  memory: { usedBytes: 50, totalBytes: 100 },
  disk: { usedBytes: 60, totalBytes: 100 },
  power: { isLow: false, wasLow: false },
};

function createJudge(language: Language = "en") {
  const env = { MESHBOT_NODE_HOST: "node.test", MESHBOT_DATA_DIR: "/data" };
  return createMachineJudge(loadConfig({ file: null, env, cwd: "/" }).config.monitor, sentences(language));
}

/** What is said of one key in looks a minute apart, as `facts: text`. */
function follow(key: string, looks: Partial<SystemReadings>[], language?: Language): (string | undefined)[] {
  const judge = createJudge(language);
  return looks.map((readings, index) => {
    const condition = judge({ ...UNKNOWN, ...readings }, index * MINUTE_MS).find((condition) => condition.key === key);
    return condition === undefined ? undefined : show(condition);
  });
}

function show({ facts, text }: Condition): string {
  assert(textLengthBytes(text) <= 200);
  return `${facts.join(" ")}: ${text}`;
}

function repeat(count: number, readings: Partial<SystemReadings>): Partial<SystemReadings>[] {
  return Array<Partial<SystemReadings>>(count).fill(readings);
}

Deno.test("createMachineJudge() reports every part of a good machine as fine, and nothing of what is unknown", () => {
  assert.deepEqual(createJudge()(GOOD, 0).map(({ key, facts }) => [key, facts]), [
    ["machine temperature", []],
    ["machine load", []],
    ["machine memory", []],
    ["machine disk", []],
    ["machine power", []],
  ]);
  assert.deepEqual(createJudge()(UNKNOWN, 0), []);
  assert.deepEqual(createJudge()({ ...UNKNOWN, load: [1, 1, 1] }, 0), [], "without the number of cores");
  assert.deepEqual(createJudge()({ ...UNKNOWN, load: [1], cores: 1 }, 0), [], "without the average of 5 minutes");
});

Deno.test("createMachineJudge() reports 60 degrees after 5 minutes, and the end below 57", () => {
  const said = follow("machine temperature", [...repeat(6, { cpuCelsius: 60 }), { cpuCelsius: 57 }, { cpuCelsius: 56.9 }]);
  assert.deepEqual(said.slice(0, 5), Array(5).fill(undefined));
  assert.deepEqual(said.slice(5), [
    "warm: 🌡️ My CPU: 60.0°C (limit 60)",
    "warm: 🌡️ My CPU: 57.0°C (limit 60)",
    ": 🌡️ My CPU: 56.9°C, fine again",
  ]);
});

Deno.test("createMachineJudge() reports 68 degrees at once, and that it is still warm when that is over", () => {
  assert.deepEqual(
    follow("machine temperature", [{ cpuCelsius: 50 }, { cpuCelsius: 68 }, { cpuCelsius: 65 }, { cpuCelsius: 64 }, { cpuCelsius: 50 }]),
    [
      ": 🌡️ My CPU: 50.0°C, fine again",
      "warm critical: 🌡️ My CPU: 68.0°C (limit 68)",
      "warm critical: 🌡️ My CPU: 65.0°C (limit 68)",
      "warm: 🌡️ My CPU: 64.0°C (limit 60)",
      ": 🌡️ My CPU: 50.0°C, fine again",
    ],
  );
});

Deno.test("createMachineJudge() takes the load of 5 minutes for each core", () => {
  const said = follow("machine load", [...repeat(6, { load: [0, 8, 0], cores: 4 }), { load: [9, 7.2, 9], cores: 4 }, {
    load: [9, 7.1, 9],
    cores: 4,
  }]);
  assert.deepEqual(said.slice(4), [
    undefined,
    "high: 📊 My load: 2.0 per core (limit 2)",
    "high: 📊 My load: 1.8 per core (limit 2)",
    ": 📊 My load: 1.8 per core, fine again",
  ]);
});

Deno.test("createMachineJudge() reports memory and disk in percent, with a margin of 2", () => {
  for (const [part, high, low] of [["memory", "💾 My RAM", "used"], ["disk", "💽 My disk", "used"]] as const) {
    const at = (usedBytes: number) => ({ [part]: { usedBytes, totalBytes: 1000 } });
    const said = follow(`machine ${part}`, [...repeat(5, at(910)), at(900), at(880), at(879)]);
    assert.deepEqual(said.slice(4), [
      undefined,
      `high: ${high}: 90% ${low} (limit 90)`,
      `high: ${high}: 88% ${low} (limit 90)`,
      `: ${high}: 88% ${low}, fine again`,
    ]);
  }
});

Deno.test("createMachineJudge() reports under-voltage at once, and as long as the machine remembers it", () => {
  const power = (isLow: boolean, wasLow: boolean) => ({ power: { isLow, wasLow } });
  assert.deepEqual(follow("machine power", [power(false, false), power(true, true), power(false, true), {}, power(false, false)]), [
    ": ⚡ My power supply is fine again",
    "was low is low: ⚡ Under-voltage now!",
    "was low: ⚡ Under-voltage since the start",
    undefined,
    ": ⚡ My power supply is fine again",
  ]);
});

Deno.test("createMachineJudge() speaks French", () => {
  assert.deepEqual(follow("machine temperature", [{ cpuCelsius: 70 }, { cpuCelsius: 40 }], "fr"), [
    "warm critical: 🌡️ Mon CPU: 70.0°C (limite 68)",
    ": 🌡️ Mon CPU: 40.0°C, rentré dans l'ordre",
  ]);
});
