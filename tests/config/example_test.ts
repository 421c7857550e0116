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

Deno.test("exampleToml() stays valid with every key uncommented", async () => {
  const config = await load(exampleToml().replaceAll(/^# (\w+ = |\[\[)/gm, "$1"));
  assert.equal(config.data_dir, "/var/lib/meshbot");
  assert.equal(config.answer[0]?.words.length, 2);
  assert.equal(config.place.latitude, 48.8583);
  assert.equal(config.echo.channel, 1);
});

Deno.test("exampleToml() names every key with its help and its environment variable", () => {
  const text = exampleToml();
  for (const [name, key] of Object.entries(KEYS)) {
    assert.ok(text.includes(key.help), name);
    assert.equal(text.includes(`[${environmentName(name)}]`), name !== "answer", name);
    assert.match(text, name === "answer" ? /^# \[\[answer\]\]$/m : new RegExp(`^(# )?${name.split(".").at(-1)} = `, "m"));
  }
});
