/**
 * /sys: the machine that the bot runs on: uptime of bot and system, temperature, load, memory, disk, and whether its power supply is too weak.
 * What cannot be read is left out.
 */
import type { CommandContext } from "../context.ts";
import type { SystemReader, SystemReadings, Usage } from "../health/system.ts";
import { formatSpan } from "../i18n/format.ts";
import type { Sentences } from "../i18n/mod.ts";
import type { NamedCommand } from "./support/named.ts";

const MEGABYTE = 1024 ** 2;
const GIGABYTE = 1024 ** 3;

/** A /sys that reads its machine through `readSystem`. */
export function createSys(readSystem: SystemReader): NamedCommand {
  return {
    name: "sys",
    usage: "",
    scope: "direct",
    run: async (context) => sysText(context, await readSystem(context.config.data_dir, context.signal)),
  };
}

function sysText({ clock, startedAtWallMs, say }: CommandContext, readings: SystemReadings): string {
  const { osUptimeMs, cpuCelsius, load, memory, disk, power } = readings;
  // A machine without a clock chip sets its clock after the start: the bot then seems older than the system it runs on.
  const botUptimeMs = Math.min(clock.wallMs() - startedAtWallMs, osUptimeMs ?? Infinity);
  const lines = [`🤖 ${say.sys.bot}: ${formatSpan(botUptimeMs, say)}`];
  if (osUptimeMs !== undefined) lines.push(`⏱️ ${say.sys.os}: ${formatSpan(osUptimeMs, say)}`);
  if (cpuCelsius !== undefined) lines.push(`🌡️ ${say.sys.cpu}: ${cpuCelsius.toFixed(1)}°C`);
  if (load !== undefined) lines.push(`📊 ${say.sys.load}: ${load.map((average) => average.toFixed(2)).join(" ")}`);
  if (memory !== undefined) lines.push(`💾 ${say.sys.memory}: ${usageText(memory, say)}`);
  if (disk !== undefined) lines.push(`💽 ${say.sys.disk}: ${usageText(disk, say)}`);
  if (power?.isLow) lines.push(`⚡ ${say.monitor.lowVoltage}`);
  else if (power?.wasLow) lines.push(`⚡ ${say.monitor.lowVoltageBefore}`);
  return lines.join("\n");
}

/** `701/8024MB (9%)`, or `12.3/29.1GB (42%)` from 10 GB on. */
function usageText({ usedBytes, totalBytes }: Usage, say: Sentences): string {
  const inGigabytes = totalBytes >= 10 * GIGABYTE;
  const show = (bytes: number) => inGigabytes ? (bytes / GIGABYTE).toFixed(1) : String(Math.round(bytes / MEGABYTE));
  const unit = inGigabytes ? say.units.gigabytes : say.units.megabytes;
  return `${show(usedBytes)}/${show(totalBytes)}${unit} (${Math.round(100 * usedBytes / totalBytes)}%)`;
}
