import assert from "node:assert/strict";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { addNode, OWN_NUM } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import type { Services } from "../../src/services/mod.ts";
import { answer } from "../support/run_command.ts";

Deno.test("status tells link, firmware, queue, utilisation, air time and nodes", async () => {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  const link = {
    sinceWallMs: clock.wallMs(),
    reconnects: 1,
    queueLength: 2,
    outcomes: { delivered: 7, relayed: 2, failed: 1, unknown: 1, expired: 1 },
    deliveredSealed: 5,
  };
  await clock.tick(2 * 3_600_000);
  addNode(nodes, { num: OWN_NUM, longName: "Bot", channelUtilization: 12.345, airUtilTx: 1.2 });
  addNode(nodes, { num: 5, longName: "Other", channelUtilization: 77 });
  const options = { clock, nodes, link, airtimeMs: 12_345 };
  assert.equal(
    await answer("status", options),
    "🔗 ready 2h, 1 reconnect\n📻 2.7.26, queue 2\n📶 12.3% free, tx 1.2%\n⏳ air 12/72s\n" +
      "📨 7 ok (🔒5), 2 relayed, 3 failed\n👥 2 nodes",
  );
  assert.equal(
    await answer("status", { ...options, language: "fr" }),
    "🔗 prêt 2h, 1 reconnexion\n📻 2.7.26, file 2\n📶 12.3% libre, tx 1.2%\n⏳ antenne 12/72s\n" +
      "📨 7 ok (🔒5), 2 relayés, 3 ratés\n👥 2 nœuds",
  );
});

Deno.test("status does not invent what the node has not told, and forgets what is old", async () => {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  const unknown = "📶 unknown busy: 1 part";
  assert((await answer("status", { clock, nodes })).includes(unknown));
  assert((await answer("status", { clock, nodes, radio: null })).includes("📻 unknown"));
  addNode(nodes, { num: OWN_NUM, longName: "Bot", channelUtilization: 20 });
  assert((await answer("status", { clock, nodes })).includes("📶 20.0% free"));
  await clock.tick(300_000);
  assert((await answer("status", { clock, nodes })).includes("📶 20.0%"));
  await clock.tick(1);
  assert((await answer("status", { clock, nodes })).includes(unknown));
});

const BUSY = { delivered: 999, relayed: 99, failed: 99, unknown: 0, expired: 0 };

Deno.test("status warns when another client reads from our node", async () => {
  assert((await answer("status", { link: { otherClient: true } })).startsWith("⚠️ 2nd client"));
});

Deno.test("status fits into one message in every state", async () => {
  for (const language of ["en", "fr"] as const) {
    for (const state of ["idle", "dialing", "configuring", "ready", "waiting", "closed"] as const) {
      const link = {
        state,
        sinceWallMs: Date.UTC(2026, 0),
        reconnects: 999,
        queueLength: 99,
        outcomes: BUSY,
        deliveredSealed: 999,
        otherClient: true,
        clients: 99,
      };
      const services = servicesOf({ weather: "ok", lightning: "failing", vigilance: "ok", esphome: "ok" });
      const text = await answer("status", {
        language,
        link,
        services,
        airtimeMs: 3_600_000,
        radio: { firmwareVersion: "2.8.0.1234567.deadbeef" },
      });
      assert(textLengthBytes(text) <= 200, `${textLengthBytes(text)}: ${text}`);
    }
  }
});

/** Services as /status sees them. */
function servicesOf(states: Partial<Record<keyof Services, "idle" | "ok" | "failing">>): Partial<Services> {
  const entries = Object.entries(states).map(([name, state]) => [name, { name, health: { state, goodAtWallMs: undefined } }]);
  return Object.fromEntries(entries) as unknown as Partial<Services>;
}

Deno.test("status has one line for the services that are on, and names those that fail", async () => {
  assert.doesNotMatch(await answer("status"), /🌐/);
  assert.match(await answer("status", { services: servicesOf({ weather: "idle", esphome: "ok" }) }), /\n🌐 2\/2$/);
  assert.match(
    await answer("status", { services: servicesOf({ weather: "failing", vigilance: "ok", lightning: "failing" }) }),
    /\n🌐 1\/3 ❌ weather lightning$/,
  );
});

Deno.test("status tells how many clients share the radio", async () => {
  assert.match(await answer("status", { link: { clients: 2 } }), /\n👥 0 nodes 📱2$/);
});
