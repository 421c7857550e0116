import assert from "node:assert/strict";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { addNode, type ContextOptions, type NodeSpec, OWN_NUM, OWN_PLACE } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { answer } from "../support/run_command.ts";

const KEY = new Uint8Array(32).fill(7);

/** The answer to /node in a mesh of our own node and those given, `waitMs` after they were heard. */
async function ask(specs: readonly NodeSpec[], args: string, options: ContextOptions = {}, waitMs = 0): Promise<string> {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  addNode(nodes, { num: OWN_NUM, longName: "Bot", shortName: "BOT", place: OWN_PLACE, heard: false });
  for (const spec of specs) addNode(nodes, spec);
  await clock.tick(waitMs);
  return await answer("node", { clock, nodes, args, ...options });
}

const FULL: NodeSpec = {
  num: 0x1234abcd,
  longName: "tigro G2 MiniPV",
  shortName: "tigr",
  publicKey: KEY,
  place: { latitude: 48.8302, longitude: 2.3598, altitude: 40 },
  batteryPercent: 87,
};

Deno.test("node tells everything that is known, in one message", async () => {
  assert.equal(
    await ask([FULL], "tigro", {}, 13 * 60_000),
    "ℹ️ tigro G2 MiniPV (!1234abcd) | 📍 48.83,2.36 | ⛰️ 40m | ↔️ 583m N | ✅ direct | 🔋 87% | ⏱️ 13m | 🔑 key known",
  );
  assert.equal(
    await ask([{ ...FULL, heard: { hopsUsed: 2 } }], "!1234ABCD", { language: "fr" }, 26 * 3_600_000),
    "ℹ️ tigro G2 MiniPV (!1234abcd) | 📍 48.83,2.36 | ⛰️ 40m | ↔️ 583m N | 🔀 2 sauts | 🔋 87% | ⏱️ 1j | 🔑 clé connue",
  );
});

Deno.test("rule 19: node marks a blurred place and never tells more than 0.01 degrees", async () => {
  const place = { latitude: -33.856784, longitude: -0.004, precisionBits: 15 };
  assert.equal(
    await ask([{ num: 0xa, longName: "Blurred", place }], "blurred", { radio: { nodeNum: 0xb } }),
    "ℹ️ Blurred (!0000000a) | 📍 ~-33.86,0.00 | ✅ direct | ⏱️ 0s | 🔑 no key",
  );
  assert.match(await ask([{ num: 0xa, longName: "Blurred", place }], "blurred"), / \| ↔️ ~9\d{3}km S \| /);
  assert.match(await ask([{ num: 0xa, longName: "Exact", place: { ...place, precisionBits: 16 } }], "exact"), /📍 -33\.86,0\.00 /);
});

Deno.test("rule 19: node marks the distance when our own place is the blurred one", async () => {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  addNode(nodes, { num: OWN_NUM, longName: "Bot", place: { ...OWN_PLACE, precisionBits: 12 }, heard: false });
  addNode(nodes, FULL);
  assert.match(await answer("node", { clock, nodes, args: "tigr" }), / 📍 48\.83,2\.36 \| ⛰️ 40m \| ↔️ ~583m N /);
});

Deno.test("rule 4: node tells how the node is heard, unknown and MQTT never as direct", async () => {
  const hops = async (heard: NodeSpec["heard"] & object) => (await ask([{ num: 0xa, longName: "X", heard }], "X")).split(" | ")[1];
  assert.equal(await hops({ hopsUsed: 0 }), "✅ direct");
  assert.equal(await hops({ hopsUsed: 1 }), "🔀 1 hop");
  assert.equal(await hops({ hopsUsed: undefined }), "❔ hops unknown");
  assert.equal(await hops({ hopsUsed: 0, viaMqtt: true }), "🌐 via MQTT");
});

Deno.test("node knows mains power and silence", async () => {
  assert.equal(
    await ask([{ num: 0xa, longName: "Roof", batteryPercent: 101, heard: false }], "roof"),
    "ℹ️ Roof (!0000000a) | ❔ hops unknown | 🔌 mains | ⏱️ never heard | 🔑 no key",
  );
  assert.equal(
    await ask([{ num: 0xa, longName: "Roof", batteryPercent: 101, heard: false }], "roof", { language: "fr" }),
    "ℹ️ Roof (!0000000a) | ❔ sauts inconnus | 🔌 secteur | ⏱️ jamais entendu | 🔑 pas de clé",
  );
});

Deno.test("rule 8: node shows a key that differs from the known one", async () => {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  addNode(nodes, FULL);
  addNode(nodes, { ...FULL, publicKey: new Uint8Array(32).fill(8) });
  assert.match(await answer("node", { clock, nodes, args: "tigr" }), /🔑 announces another key!$/);
});

Deno.test("node recognises our own node", async () => {
  assert.equal(await ask([], "bot"), "ℹ️ Bot (!16fad3dc) | 📍 48.83,2.36 | 🤖 that is me | 🔑 no key");
});

Deno.test("node without argument shows its usage", async () => {
  assert.equal(await ask([], ""), "Usage: /node name|id");
});

Deno.test("node says so when nothing is found, without repeating what is hidden or long", async () => {
  assert.equal(await ask([], "zzz"), '🔍 No node "zzz".');
  assert.equal(await ask([], "z\u202ez\n\u0007", { language: "fr" }), '🔍 Aucun nœud "zz".');
  const text = await ask([], "é".repeat(110));
  assert.equal(text, `🔍 No node "${"é".repeat(20)}".`);
});

Deno.test("node lists up to five nodes when several are meant", async () => {
  const specs = Array.from({ length: 8 }, (_, i) => ({ num: 0xc0 + i, longName: `Paris ${i}` }));
  assert.equal(await ask(specs.slice(0, 2), "paris"), "🔍 2 nodes match, which one?\nParis 0 !000000c0\nParis 1 !000000c1");
  const text = await ask(specs, "paris", { language: "fr" });
  assert.match(text, /^🔍 8 nœuds possibles, lequel \?\n(Paris \d !000000c\d\n){5}\+3$/);
  const long = Array.from({ length: 8 }, (_, i) => ({ num: 0xc0 + i, longName: `Paris ${"🗼".repeat(6)} ${i}` }));
  assert(textLengthBytes(await ask(long, "paris")) <= 200);
});

Deno.test("node fits into one message with every fact and a name of 40 bytes", async () => {
  const longName = "🗼".repeat(10);
  const place = { latitude: -48.8302, longitude: -152.3598, altitude: 8848, precisionBits: 12 };
  for (const language of ["en", "fr"] as const) {
    const text = await ask([{ ...FULL, longName, place, heard: { viaMqtt: true, hopsUsed: 7 } }], "tigr", { language }, 59 * 60_000);
    assert(textLengthBytes(text) <= 200, text);
    assert(text.startsWith(`ℹ️ ${longName} (!1234abcd) | 📍 ~-48.83,-152.36 | ⛰️ 8848m | `), text);
  }
});
