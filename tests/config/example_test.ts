import assert from "node:assert/strict";
import { environmentName, exampleToml, KEYS, loadConfig } from "../../src/config.ts";

async function load(text: string): Promise<ReturnType<typeof loadConfig>["config"]> {
  const file = await Deno.makeTempFile({ suffix: ".toml" });
  try {
    await Deno.writeTextFile(file, text);
    return loadConfig({ file, env: { HOME: "/home/pi" }, cwd: "/" }).config;
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("exampleToml() is valid, and holds the defaults", async () => {
  const config = await load(exampleToml());
  const defaults = loadConfig({ file: null, env: { HOME: "/home/pi", MESHBOT_NODE_HOST: "192.168.1.50" }, cwd: "/" }).config;
  assert.deepEqual(config, defaults);
});

Deno.test("exampleToml() has a sentence for each section and no line that is too long to read", () => {
  const text = exampleToml();
  const headers = text.split("\n").flatMap((line) => /^(?:# )?\[\[?([\w.]+)\]\]?$/.exec(line)?.[1] ?? []);
  assert.equal(new Set(headers).size, headers.length);
  for (const line of text.split("\n")) assert.ok(line.length <= 230, line);
  assert.doesNotMatch(text, /\n\n\n/);
});

Deno.test("exampleToml() stays valid with every key uncommented", async () => {
  const config = await load(exampleToml().replaceAll(/^# (\w+ = |\[\[)/gm, "$1"));
  assert.equal(config.data_dir, "/var/lib/meshbot");
  assert.equal(config.answer[0]?.words.length, 2);
  assert.equal(config.place.latitude, 48.8583);
  assert.equal(config.echo.channel, 1);
  assert.deepEqual(config.esphome.sensors.map(({ id, decimals }) => [id, decimals]), [["battery_voltage", 1]]);
  assert.deepEqual(config.remote.map(({ name, port }) => [name, port]), [["roof", 4403]]);
  assert.deepEqual(config.schedule, [{ cron: "0 8 * * *", command: "/weather", to: { channel: 2 } }]);
  assert.deepEqual(config.alerts.quiet, { fromMin: 1320, toMin: 420 });
});

Deno.test("exampleToml() names every key with its help and its environment variable", () => {
  const text = exampleToml();
  for (const [name, key] of Object.entries(KEYS)) {
    assert.ok(text.includes(key.help), name);
    const inFileOnly = ["answer", "esphome.sensors", "share.allow", "remote", "schedule"].includes(name);
    assert.equal(text.includes(`[${environmentName(name)}]`), !inFileOnly, name);
    assert.match(text, inFileOnly ? new RegExp(`^# \\[\\[${name}\\]\\]$`, "m") : new RegExp(`^(# )?${name.split(".").at(-1)} = `, "m"));
  }
});
