import assert from "node:assert/strict";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { addNode, OWN_NUM } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { answer } from "../support/run_command.ts";

Deno.test("status tells link, firmware, queue, utilisation, air time and nodes", async () => {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  const link = { sinceWallMs: clock.wallMs(), reconnects: 1, queueLength: 2 };
  await clock.tick(2 * 3_600_000);
  addNode(nodes, { num: OWN_NUM, longName: "Bot", channelUtilization: 12.345, airUtilTx: 1.2 });
  addNode(nodes, { num: 5, longName: "Other", channelUtilization: 77 });
  const options = { clock, nodes, link, airtimeMs: 12_345 };
  assert.equal(
    await answer("status", options),
    "🔗 Link: ready for 2h, 1 reconnect\n📻 Firmware 2.7.26, queue 2\n📶 Channel 12.3%, node tx 1.2%\n" +
      "⏳ Bot's air time: 12.3s this hour\n👥 2 nodes",
  );
  assert.equal(
    await answer("status", { ...options, language: "fr" }),
    "🔗 Lien: prêt depuis 2h, 1 reconnexion\n📻 Firmware 2.7.26, file 2\n📶 Canal 12.3%, émission 1.2%\n" +
      "⏳ Antenne du bot: 12.3s en 1h\n👥 2 nœuds",
  );
});

Deno.test("status does not invent what the node has not told, and forgets what is old", async () => {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  const unknown = "📶 Channel unknown, node tx unknown";
  assert((await answer("status", { clock, nodes })).includes(unknown));
  assert((await answer("status", { clock, nodes, radio: null })).includes("Firmware unknown"));
  addNode(nodes, { num: OWN_NUM, longName: "Bot", channelUtilization: 20 });
  assert((await answer("status", { clock, nodes })).includes("📶 Channel 20.0%, node tx unknown"));
  await clock.tick(300_000);
  assert((await answer("status", { clock, nodes })).includes("Channel 20.0%"));
  await clock.tick(1);
  assert((await answer("status", { clock, nodes })).includes(unknown));
});

Deno.test("status fits into one message in every state", async () => {
  for (const language of ["en", "fr"] as const) {
    for (const state of ["idle", "dialing", "configuring", "ready", "waiting", "closed"] as const) {
      const link = { state, sinceWallMs: Date.UTC(2026, 0), reconnects: 9999, queueLength: 999 };
      const text = await answer("status", { language, link, airtimeMs: 3_600_000, radio: { firmwareVersion: "2.8.0.1234567.deadbeef" } });
      assert(textLengthBytes(text) <= 200, `${textLengthBytes(text)}: ${text}`);
    }
  }
});
