import assert from "node:assert/strict";
import { blitz } from "../../src/commands/blitz.ts";
import { loadConfig } from "../../src/config.ts";
import { sentences } from "../../src/i18n/mod.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { createLightning } from "../../src/services/lightning/lightning.ts";
import { makeContext } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";

Deno.test("blitz answers in the asker's language what lightning knows", async () => {
  const clock = createFakeClock();
  const env = { MESHBOT_NODE_HOST: "node.test", MESHBOT_DATA_DIR: "/nonexistent" };
  await using lightning = createLightning({
    clock,
    config: loadConfig({ file: null, env, cwd: "/" }).config.lightning,
    centre: () => ({ latitude: 48, longitude: 2 }),
    say: sentences("en"),
    report() {},
  });
  assert.equal(await blitz.run(makeContext({ clock, services: { lightning } })), "⚡ not connected yet");
  assert.equal(await blitz.run(makeContext({ clock, language: "fr", services: { lightning } })), "⚡ pas encore connecté");
});

Deno.test("blitz says that lightning is off", async () => {
  for (const [language, text] of [["en", "⚡ Lightning is off."], ["fr", "⚡ Les éclairs sont désactivés."]] as const) {
    assert.equal(await blitz.run(makeContext({ language })), text);
    assert(textLengthBytes(text) <= 200);
  }
});

Deno.test("blitz is answered in direct messages only", () => {
  assert.deepEqual([blitz.name, blitz.usage, blitz.scope], ["blitz", "", "direct"]);
});
