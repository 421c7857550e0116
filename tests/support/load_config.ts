/** Reads a configuration as the program does, from a file of its own. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Config, loadConfig } from "../../src/config.ts";

/** The section that every file must have; its two lines stand above the text of a test. */
export const HOST = '[node]\nhost = "node.local"\n';

/** The configuration of a file, or the lines of its mistakes. */
export async function load(text: string, env: Record<string, string> = {}): Promise<Config | string[]> {
  const folder = await Deno.makeTempDir({ prefix: "meshbot_config_" });
  try {
    await Deno.writeTextFile(join(folder, "meshbot.toml"), HOST + text);
    return loadConfig({ env: { HOME: "/home/pi", ...env }, cwd: folder }).config;
  } catch (error) {
    return (error as Error).message.split("\n").slice(1).map((line) => line.trim());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The configuration, which must be without mistakes. */
export async function good(text: string, env?: Record<string, string>): Promise<Config> {
  const config = await load(text, env);
  assert(!Array.isArray(config), String(config));
  return config;
}

/** These mistakes and no others. */
export async function assertMistakes(text: string, expected: readonly string[], env?: Record<string, string>): Promise<void> {
  assert.deepEqual(await load(text, env), expected);
}
