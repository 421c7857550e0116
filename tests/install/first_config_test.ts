import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { loadConfig } from "../../src/config.ts";
import { firstConfig, firstSecrets } from "../../src/install/first_config.ts";
import type { Answers } from "../../src/install/questions.ts";

const ANSWERS: Answers = { host: "192.168.1.50", port: 4404, language: "fr", admins: ["!a1b2c3d4"], listenOnlyHours: 24 };

async function load(text: string) {
  const file = join(await Deno.makeTempDir({ prefix: "first-" }), "meshbot.toml");
  await Deno.writeTextFile(file, text);
  try {
    return loadConfig({ file, env: { HOME: "/home/pi" }, cwd: "/" }).config;
  } finally {
    await Deno.remove(join(file, ".."), { recursive: true });
  }
}

Deno.test("firstConfig() is a configuration that says what was answered", async () => {
  const { node, language, data_dir, mesh } = await load(firstConfig({ ...ANSWERS, listenOnlyHours: 0 }, systemClock.wallMs()));
  assert.deepEqual([node.host, node.port, language, mesh.admins], ["192.168.1.50", 4404, "fr", ["!a1b2c3d4"]]);
  assert.deepEqual([mesh.listen_only, mesh.listen_only_until], [false, undefined]);
  assert.equal(data_dir, "/var/lib/meshbot");
  assert.equal((await load(firstConfig({ ...ANSWERS, host: "fd00::5", listenOnlyHours: 0 }, 0))).node.host, "fd00::5");
});

Deno.test("firstConfig() lets the bot only listen for its first day", async () => {
  const nowMs = systemClock.wallMs();
  const { mesh } = await load(firstConfig(ANSWERS, nowMs));
  const hours = ((mesh.listen_only_until ?? 0) - nowMs) / 3_600_000;
  assert.ok(Math.abs(hours - 24) < 0.001, String(hours));
});

Deno.test("firstSecrets() holds comments alone", () => {
  for (const line of firstSecrets().split("\n")) assert.match(line, /^(#.*)?$/);
});
