/** The readings of this machine: pure reads, each of which may fail without the others. */
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { programPath } from "../program_path.ts";

/** Used and whole amount, in bytes. */
export interface Usage {
  readonly usedBytes: number;
  readonly totalBytes: number;
}

/** What a Raspberry Pi says of its power supply. */
export interface PowerReading {
  /** The voltage is too low at this moment. */
  readonly isLow: boolean;
  /** It has been too low at some time since the machine was started. */
  readonly wasLow: boolean;
}

/** What the machine tells; undefined is what it does not. */
export interface SystemReadings {
  readonly osUptimeMs: number | undefined;
  readonly cpuCelsius: number | undefined;
  /** Averages over 1, 5 and 15 minutes. */
  readonly load: readonly number[] | undefined;
  /** Processors that the load is shared by. */
  readonly cores?: number | undefined;
  readonly memory: Usage | undefined;
  readonly disk: Usage | undefined;
  readonly power?: PowerReading | undefined;
}

/** Where the readings come from; any of them may throw. */
export interface SystemSources {
  osUptimeS(): number;
  load(): readonly number[];
  cores(): number;
  memory(): { readonly total: number; readonly available: number };
  readText(path: string, signal: AbortSignal): Promise<string>;
  /** The standard output of a program. */
  run(program: string, args: readonly string[], signal: AbortSignal): Promise<string>;
  /** Blocks of the file system that holds the path: all, free, and free for everybody. */
  disk(path: string): Promise<{ readonly bsize: number; readonly blocks: number; readonly bfree: number; readonly bavail: number }>;
}

/** The sources of the machine that the program runs on. */
export const systemSources: SystemSources = {
  osUptimeS: () => Deno.osUptime(),
  load: () => Deno.loadavg(),
  // It needs no permission, and is what Deno itself may use: fewer than the machine has under a CPU limit.
  cores: () => navigator.hardwareConcurrency,
  memory: () => Deno.systemMemoryInfo(),
  // Without the signal: a read that Deno refuses never gives back what it holds for it, and this file is read at once.
  readText: (path) => Deno.readTextFile(path),
  run: runProgram,
  disk: (path) => statfs(path),
};

/** How the program reads its machine; `dataDir` is the folder whose disk counts. */
export type SystemReader = (dataDir: string, signal: AbortSignal) => Promise<SystemReadings>;

/** A reader over the given sources. */
export function createSystemReader(sources: SystemSources = systemSources): SystemReader {
  return async (dataDir, signal) => {
    const [osUptimeS, cpuCelsius, load, cores, memory, disk, power] = await Promise.all([
      attempt(() => sources.osUptimeS()),
      readTemperature(sources, signal),
      attempt(() => sources.load()),
      attempt(() => sources.cores()),
      attempt(() => sources.memory()),
      readDisk(sources, dataDir),
      readPower(sources, signal),
    ]);
    return {
      osUptimeMs: osUptimeS === undefined ? undefined : osUptimeS * 1000,
      cpuCelsius,
      load,
      cores: cores !== undefined && cores >= 1 ? cores : undefined,
      memory: memory === undefined ? undefined : usage(memory.total - memory.available, memory.total),
      disk,
      power,
    };
  };
}

// Deno opens files under /sys only with all permissions; a Raspberry Pi's own program needs just leave to be run.
async function readTemperature(sources: SystemSources, signal: AbortSignal): Promise<number | undefined> {
  const milli = await attempt(() => sources.readText("/sys/class/thermal/thermal_zone0/temp", signal));
  const fromFile = milli === undefined ? undefined : celsius(/^\s*(-?\d+)\s*$/.exec(milli), 1000);
  if (fromFile !== undefined) return fromFile;
  const answer = await attempt(() => sources.run("vcgencmd", ["measure_temp"], signal));
  return answer === undefined ? undefined : celsius(/^temp=(-?\d+(?:\.\d+)?)'C/.exec(answer), 1);
}

function celsius(match: RegExpExecArray | null, divisor: number): number | undefined {
  if (match === null) return undefined;
  const degrees = Number(match[1]) / divisor;
  return degrees > -60 && degrees < 150 ? degrees : undefined;
}

// Bits 0 and 16 of `vcgencmd get_throttled` (Raspberry Pi documentation): under-voltage now, and since the start.
async function readPower(sources: SystemSources, signal: AbortSignal): Promise<PowerReading | undefined> {
  const answer = await attempt(() => sources.run("vcgencmd", ["get_throttled"], signal));
  const match = /^throttled=0x([0-9a-f]{1,8})\s*$/i.exec(answer ?? "");
  if (match === null) return undefined;
  const bits = parseInt(match[1] as string, 16);
  return { isLow: (bits & 1) !== 0, wasLow: (bits & 0x1_0001) !== 0 };
}

/** The disk of the folder, or of the nearest parent that exists: the folder may not have been made yet. */
async function readDisk(sources: SystemSources, folder: string): Promise<Usage | undefined> {
  for (let path = folder;; path = dirname(path)) {
    try {
      const { bsize, blocks, bfree, bavail } = await sources.disk(path);
      const usedBytes = (blocks - bfree) * bsize;
      // What is kept for root is no room for us: df counts the same way.
      return usage(usedBytes, usedBytes + bavail * bsize);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "ENOENT" || path === dirname(path)) return undefined;
    }
  }
}

function usage(usedBytes: number, totalBytes: number): Usage | undefined {
  return usedBytes >= 0 && totalBytes > 0 && usedBytes <= totalBytes ? { usedBytes, totalBytes } : undefined;
}

async function attempt<T>(read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch {
    // Absent or forbidden, for as long as the program runs: nothing that anybody could be told.
    return undefined;
  }
}

async function runProgram(program: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const command = new Deno.Command(programPath(program), { args: [...args], stdin: "null", stdout: "piped", stderr: "null", signal });
  const { success, code, stdout } = await command.output();
  if (!success) throw new Error(`${program} ended with code ${code}`);
  return new TextDecoder().decode(stdout);
}
