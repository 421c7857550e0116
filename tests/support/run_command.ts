/** Running commands in tests. */
import assert from "node:assert/strict";
import { createCommands } from "../../src/commands/mod.ts";
import type { SystemReader, SystemReadings } from "../../src/health/system.ts";
import type { Command, Reply } from "../../src/router/command.ts";
import { type ContextOptions, makeContext } from "./context.ts";

/** A machine that always reads the same. */
export const steadySystem: SystemReader = (): Promise<SystemReadings> =>
  Promise.resolve({
    osUptimeMs: (3 * 24 + 2) * 3_600_000,
    cpuCelsius: 48.31,
    load: [0.7, 1.32, 0.744],
    memory: { usedBytes: 701 * 1024 ** 2, totalBytes: 8024 * 1024 ** 2 },
    disk: { usedBytes: 12.3 * 1024 ** 3, totalBytes: 29.1 * 1024 ** 3 },
  });

/** A fresh list of commands on a steady machine. */
export function testCommands(): Command[] {
  return createCommands({ readSystem: steadySystem });
}

/** The command of that name. */
export function commandNamed(commands: readonly Command[], name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw new Error(`There is no command ${name}`);
  return command;
}

/** The reply of one command; without a list, of a fresh one. */
export async function reply(name: string, options: ContextOptions = {}, commands = testCommands()): Promise<Reply> {
  return await commandNamed(commands, name).run(makeContext(options));
}

/** The same where the reply must be a text for the asker. */
export async function answer(name: string, options: ContextOptions = {}, commands = testCommands()): Promise<string> {
  const text = await reply(name, options, commands);
  assert(typeof text === "string", `/${name} answered ${JSON.stringify(text)}`);
  return text;
}
