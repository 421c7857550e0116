import assert from "node:assert/strict";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { answer } from "../support/run_command.ts";

Deno.test("rule 15: about tells owner, contact and version", async () => {
  const config = { MESHBOT_ABOUT_OWNER: "Radio-club", MESHBOT_ABOUT_CONTACT: "bot@example.org" };
  assert.equal(await answer("about", { config }), "🤖 MeshBot 0.0.0\n👤 Radio-club\n📨 bot@example.org");
});

Deno.test("rule 15: about leaves out what the configuration does not tell", async () => {
  assert.equal(await answer("about"), "🤖 MeshBot 0.0.0");
  assert.equal(await answer("about", { config: { MESHBOT_ABOUT_CONTACT: "!a1b2c3d4" } }), "🤖 MeshBot 0.0.0\n📨 !a1b2c3d4");
});

Deno.test("rule 15: about is one message however long owner and contact are", async () => {
  const config = { MESHBOT_ABOUT_OWNER: "é".repeat(30), MESHBOT_ABOUT_CONTACT: "x".repeat(60) };
  assert(textLengthBytes(await answer("about", { config })) <= 200);
});
