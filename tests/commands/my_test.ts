import assert from "node:assert/strict";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { addNode, ASKER_NUM, OWN_NUM, OWN_PLACE } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { answer } from "../support/run_command.ts";

const RELAYED = { hopsUsed: 2, snr: -3, rssi: -110 };

Deno.test("rule 5: my tells the signal of this message when it came directly", async () => {
  assert.equal(await answer("my"), "🟡 SNR 7.5dB, RSSI -92dBm | 📈 Very good (0s) | ✅ this message: direct");
  assert.equal(await answer("my", { language: "fr" }), "🟡 SNR 7.5dB, RSSI -92dBm | 📈 Très bonne (0s) | ✅ ce message: direct");
});

Deno.test("rule 5: my tells the last direct signal with its age when this message was relayed", async () => {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  addNode(nodes, { num: ASKER_NUM, longName: "Asker", place: { latitude: 48.8452, longitude: 2.3922 }, heard: { snr: 11, rssi: -79 } });
  addNode(nodes, { num: OWN_NUM, longName: "Bot", place: OWN_PLACE, heard: false });
  await clock.tick(2 * 3_600_000 + 5000);
  assert.equal(
    await answer("my", { clock, nodes, message: RELAYED }),
    "🟢 SNR 11dB, RSSI -79dBm | 📈 Excellent (2h) | 📍 3.1km NE | 🔀 this message: 2 hops",
  );
  assert.equal(
    await answer("my", { clock, nodes, message: { ...RELAYED, viaMqtt: true }, language: "fr" }),
    "🟢 SNR 11dB, RSSI -79dBm | 📈 Excellente (2h) | 📍 3.1km NE | 🌐 ce message: par MQTT, 2 sauts",
  );
});

Deno.test("my has the icon of the SNR, for every SNR", async () => {
  const icons = [[12, "🟢"], [10, "🟢"], [9.75, "🟡"], [5, "🟡"], [4.75, "🟠"], [0, "🟠"], [-0.25, "🔴"], [-5, "🔴"], [
    -5.25,
    "⚫",
  ]] as const;
  for (const [snr, icon] of icons) {
    const text = await answer("my", { message: { snr } });
    assert(text.startsWith(`${icon} SNR `), `${snr}: ${text}`);
  }
});

Deno.test("my says so when the asker was never heard directly", async () => {
  assert.equal(await answer("my", { message: RELAYED }), "📶 never heard directly | 🔀 this message: 2 hops");
  assert.equal(
    await answer("my", { message: { hopsUsed: undefined }, language: "fr" }),
    "📶 jamais entendu en direct | ❔ ce message: sauts inconnus",
  );
});

Deno.test("rule 4: my does not take a message by MQTT for a direct one", async () => {
  assert.equal(await answer("my", { message: { viaMqtt: true } }), "📶 never heard directly | 🌐 this message: via MQTT");
});
