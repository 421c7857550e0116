import assert from "node:assert/strict";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { addNode, OWN_NUM, OWN_PLACE } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { answer } from "../support/run_command.ts";

const DAY_MS = 86_400_000;

function createMesh() {
  const clock = createFakeClock();
  return { clock, nodes: createNodeDb({ clock }) };
}

/** A mesh with `count` direct neighbours, the first the best heard. */
function createCrowd(count: number) {
  const { clock, nodes } = createMesh();
  for (let i = 0; i < count; i++) {
    addNode(nodes, { num: 0x2000 + i, longName: `Neighbour number ${i}`, heard: { snr: 10 - i / 4, rssi: -90 } });
  }
  return { clock, nodes };
}

Deno.test("nodes says so when nobody was heard directly", async () => {
  assert.equal(await answer("nodes"), "📡 No node heard directly in 3 days.");
  assert.equal(await answer("nodes", { language: "fr" }), "📡 Aucun nœud entendu en direct depuis 3 jours.");
});

Deno.test("nodes lists direct neighbours by SNR with icon, name, SNR, age and distance", async () => {
  const { clock, nodes } = createMesh();
  addNode(nodes, { num: OWN_NUM, longName: "Bot", place: OWN_PLACE, heard: false });
  addNode(nodes, { num: 1, longName: "Weak", heard: { snr: -8.25 } });
  await clock.tick(2 * DAY_MS);
  addNode(nodes, { num: 2, longName: "Relais", place: { latitude: 48.8802, longitude: 2.3322 }, heard: { snr: 4 } });
  addNode(nodes, { num: 3, longName: "Blurred", place: { latitude: 48.83, longitude: 2.36, precisionBits: 13 }, heard: { snr: 6 } });
  addNode(nodes, { num: 4, longName: "Far", heard: { snr: 9, hopsUsed: 1 } });
  addNode(nodes, { num: 5, longName: "Internet", heard: { viaMqtt: true } });
  await clock.tick(13 * 60_000);
  assert.equal(
    await answer("nodes", { clock, nodes }),
    "📡 Direct nodes (<3d): 3\n🟡 Blurred 6dB 13m ~558m\n🟠 Relais 4dB 13m 6.5km\n⚫ Weak -8.2dB 2d",
  );
  assert.equal(
    await answer("nodes", { clock, nodes, language: "fr" }),
    "📡 Nœuds directs (<3j): 3\n🟡 Blurred 6dB 13m ~558m\n🟠 Relais 4dB 13m 6.5km\n⚫ Weak -8.2dB 2j",
  );
});

Deno.test("nodes forgets who was last heard more than 3 days ago", async () => {
  const { clock, nodes } = createMesh();
  addNode(nodes, { num: 1, longName: "Old" });
  await clock.tick(3 * DAY_MS);
  assert.match(await answer("nodes", { clock, nodes }), /Old/);
  await clock.tick(1);
  assert.equal(await answer("nodes", { clock, nodes }), "📡 No node heard directly in 3 days.");
});

Deno.test("nodes leaves our own node out", async () => {
  const { clock, nodes } = createMesh();
  addNode(nodes, { num: OWN_NUM, longName: "Bot" });
  assert.equal(await answer("nodes", { clock, nodes }), "📡 No node heard directly in 3 days.");
});

Deno.test("nodes fills its pages by bytes and shows every node once", async () => {
  const { clock, nodes } = createCrowd(60);
  const first = await answer("nodes", { clock, nodes });
  const total = Number(/\n1\/(\d+)$/.exec(first)?.[1]);
  assert(total > 1, first);
  const seen: string[] = [];
  for (let page = 1; page <= total; page++) {
    const text = await answer("nodes", { clock, nodes, args: String(page) });
    assert(textLengthBytes(text) <= 200, text);
    assert(text.endsWith(`\n${page}/${total}`), text);
    assert.equal(text.startsWith("📡 Direct nodes (<3d): 60\n"), page === 1);
    seen.push(...text.split("\n").filter((line) => line.includes("Neighbour")).map((line) => /number[^ ]* ?(\d*)/.exec(line)?.[0] ?? ""));
  }
  assert.equal(seen.length, 60);
});

Deno.test("nodes clamps the page", async () => {
  const { clock, nodes } = createCrowd(20);
  const first = await answer("nodes", { clock, nodes });
  for (const args of ["1", "0", "-3", "01"]) assert.equal(await answer("nodes", { clock, nodes, args }), first, args);
  const last = await answer("nodes", { clock, nodes, args: "99" });
  assert.match(last, /(\d+)\/\1$/);
  assert.equal(await answer("nodes", { clock, nodes, args: "9".repeat(400) }), last);
});

Deno.test("nodes shows its usage for what is no page", async () => {
  for (const args of ["two", "1.5", "1 2", "--1", "٣"]) assert.equal(await answer("nodes", { args }), "Usage: /nodes [page]", args);
});

Deno.test("nodes keeps its pages within the bytes with names of any kind and a small limit", async () => {
  const { clock, nodes } = createMesh();
  addNode(nodes, { num: OWN_NUM, longName: "Bot", place: OWN_PLACE, heard: false });
  const names = ["👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "שלום עולם שלום עולם", "\u202eevil\u0007\nname", "x".repeat(40), "🏴󠁧󠁢󠁥󠁮󠁧󠁿🟠🟠🟠🟠🟠", "ٱلسَّلَامُ عَلَيْكُمْ"];
  names.forEach((longName, i) =>
    addNode(nodes, { num: 0x3000 + i, longName, place: { latitude: -33, longitude: 151, precisionBits: 10 }, heard: { snr: -12.25 } })
  );
  for (const bytes of [80, 120, 200]) {
    for (let page = 1; page <= 6; page++) {
      const text = await answer("nodes", { clock, nodes, args: String(page), config: { MESHBOT_MESH_MESSAGE_BYTES: String(bytes) } });
      assert(textLengthBytes(text) <= bytes, `${bytes}: ${text}`);
      assert.doesNotMatch(text, /(?!\n)\p{Cc}|\p{Bidi_Control}/u);
    }
  }
});
