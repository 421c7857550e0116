/** What the readings of the machine mean, by the limits of the configuration. */
import type { Condition } from "../condition.ts";
import type { Config } from "../config.ts";
import type { Sentences } from "../i18n/mod.ts";
import { Level } from "./level.ts";
import type { PowerReading, SystemReadings, Usage } from "./system.ts";

const TEMPERATURE_MARGIN_C = 3;
const PERCENT_MARGIN = 2;
// Of the limit: that of the load may be 0.5 or 50, and the others are the operator's too.
const MARGIN_SHARE = 0.1;

/** The conditions that can be told from the readings at a moment (monotonic milliseconds); of what is unknown there is none. */
export type MachineJudge = (readings: SystemReadings, nowMs: number) => Condition[];

/** One measured value with one limit. */
interface Measure {
  readonly key: string;
  readonly level: Level;
  readonly value: (readings: SystemReadings) => number | undefined;
  readonly high: (value: number) => string;
  readonly low: (value: number) => string;
}

/** A judge that remembers for how long each limit has been passed. */
export function createMachineJudge(config: Config["monitor"], say: Sentences): MachineJudge {
  const judgeTemperature = createTemperatureJudge(config, say);
  const measures = measuresOf(config, say);
  return (readings, nowMs) => [
    ...judgeTemperature(readings.cpuCelsius, nowMs),
    ...measures.flatMap((measure) => judgeMeasure(measure, measure.value(readings), nowMs)),
    ...judgePower(readings.power, say),
  ];
}

function measuresOf(config: Config["monitor"], { monitor }: Sentences): Measure[] {
  const { load_per_core: load, memory_percent: memory, disk_percent: disk } = config;
  const forMs = config.for_s * 1000;
  const shareLevel = (limit: number) => new Level({ limit, margin: Math.min(PERCENT_MARGIN, MARGIN_SHARE * limit), forMs });
  return [
    {
      key: "machine load",
      level: new Level({ limit: load, margin: MARGIN_SHARE * load, forMs }),
      value: loadPerCore,
      high: (value) => `📊 ${monitor.load(value.toFixed(1), load)}`,
      low: (value) => `📊 ${monitor.loadOk(value.toFixed(1))}`,
    },
    {
      key: "machine memory",
      level: shareLevel(memory),
      value: (readings) => percentOf(readings.memory),
      high: (value) => `💾 ${monitor.memory(value.toFixed(0), memory)}`,
      low: (value) => `💾 ${monitor.memoryOk(value.toFixed(0))}`,
    },
    {
      key: "machine disk",
      level: shareLevel(disk),
      value: (readings) => percentOf(readings.disk),
      high: (value) => `💽 ${monitor.disk(value.toFixed(0), disk)}`,
      low: (value) => `💽 ${monitor.diskOk(value.toFixed(0))}`,
    },
  ];
}

function judgeMeasure({ key, level, high, low }: Measure, value: number | undefined, nowMs: number): Condition[] {
  const verdict = level.judge(value, nowMs);
  if (verdict === undefined || value === undefined) return [];
  return [verdict === "high" ? { key, facts: ["high"], text: high(value) } : { key, facts: [], text: low(value) }];
}

function createTemperatureJudge(config: Config["monitor"], { monitor }: Sentences) {
  const margin = TEMPERATURE_MARGIN_C;
  const warm = new Level({ limit: config.temperature_c, margin, forMs: config.for_s * 1000 });
  const critical = new Level({ limit: config.critical_c, margin, forMs: 0 });
  return (celsius: number | undefined, nowMs: number): Condition[] => {
    const isCritical = critical.judge(celsius, nowMs) === "high";
    if (isCritical) warm.raise();
    const verdict = warm.judge(celsius, nowMs);
    if (verdict === undefined || celsius === undefined) return [];
    const key = "machine temperature";
    const shown = celsius.toFixed(1);
    if (verdict === "low") return [{ key, facts: [], text: `🌡️ ${monitor.temperatureOk(shown)}` }];
    const limit = isCritical ? config.critical_c : config.temperature_c;
    return [{ key, facts: isCritical ? ["warm", "critical"] : ["warm"], text: `🌡️ ${monitor.temperature(shown, limit)}` }];
  };
}

// A dip of some milliseconds is never seen as it happens; that there was one stays known until the machine is started again.
function judgePower(power: PowerReading | undefined, { monitor }: Sentences): Condition[] {
  if (power === undefined) return [];
  const key = "machine power";
  if (power.isLow) return [{ key, facts: ["was low", "is low"], text: `⚡ ${monitor.lowVoltage}` }];
  if (power.wasLow) return [{ key, facts: ["was low"], text: `⚡ ${monitor.lowVoltageBefore}` }];
  return [{ key, facts: [], text: `⚡ ${monitor.voltageOk}` }];
}

// Over 5 minutes: the average of one minute is a compilation, that of a quarter of an hour is old.
function loadPerCore({ load, cores }: SystemReadings): number | undefined {
  const average = load?.[1];
  return average === undefined || cores === undefined ? undefined : average / cores;
}

function percentOf(usage: Usage | undefined): number | undefined {
  return usage === undefined ? undefined : 100 * usage.usedBytes / usage.totalBytes;
}
