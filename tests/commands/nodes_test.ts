import assert from "node:assert/strict";
import type { DirectNeighbour } from "../../src/health/neighbours.ts";
import { createRemoteNodes } from "../../src/health/remote_nodes.ts";
import type { VisitOutcome } from "../../src/health/remote_visit.ts";
import { Slots } from "../../src/link/slot.ts";
import { createNodeDb, type Place } from "../../src/mesh/node_db.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { addNode, makeContext, OWN_NUM, OWN_PLACE } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { knownRemotes } from "../support/remotes.ts";
import { answer } from "../support/run_command.ts";
import { startStillNode } from "../support/sim.ts";

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

function neighbour(num: number, change: Partial<DirectNeighbour> = {}): DirectNeighbour {
  return { num, name: `Neighbour number ${num}`, snr: 10 - num, heardAtWallMs: createFakeClock().wallMs(), place: undefined, ...change };
}

function reached(neighbours: DirectNeighbour[], place?: Place): VisitOutcome {
  const signs = { nodeNum: 7, rebootCount: 1, uptimeS: undefined };
  return { kind: "reached", signs, tookMs: 1, neighbourhood: { neighbours, place } };
}

function failed(kind: "failed" | "own"): VisitOutcome {
  return { kind, error: new Error("a test") };
}

Deno.test("nodes with a name lists whom that node heard, seen from there", async () => {
  const clock = createFakeClock();
  const nowWallMs = clock.wallMs();
  const roof = reached([
    neighbour(1, { name: "Relais", place: { latitude: 48.8802, longitude: 2.3322 }, snr: 6 }),
    neighbour(2, { name: "Weak", snr: -8.25, heardAtWallMs: nowWallMs - 2 * DAY_MS }),
    neighbour(3, { name: "Old", heardAtWallMs: nowWallMs - 3 * DAY_MS - 1 }),
  ], OWN_PLACE);
  const remotes = knownRemotes({ roof: { outcome: roof } });
  const { nodes } = createCrowd(3);
  const text = "📡 roof: direct nodes (<3d): 2\n🟡 Relais 6dB 0s 6.5km\n⚫ Weak -8.2dB 2d";
  for (const args of ["roof", "ROOF", "roof 1", "roof  0"]) {
    assert.equal(await answer("nodes", { clock, nodes, remotes, args }), text, args);
  }
  assert.match(await answer("nodes", { clock, nodes, remotes, args: "roof", language: "fr" }), /^📡 roof: nœuds directs \(<3j\): 2\n/);
  assert.match(await answer("nodes", { clock, nodes, remotes }), /^📡 Direct nodes \(<3d\): 3\n/);
  assert.match(await answer("nodes", { clock, nodes, remotes, args: "2" }), /Neighbour/);
});

Deno.test("nodes with a name has pages within the bytes", async () => {
  const name = "é".repeat(20);
  const remotes = knownRemotes({ [name]: { outcome: reached(Array.from({ length: 40 }, (_, num) => neighbour(num + 1))) } });
  const first = await answer("nodes", { remotes, args: name.normalize("NFD") });
  const total = Number(/\n1\/(\d+)$/.exec(first)?.[1]);
  const seen = new Set<string>();
  for (let page = 1; page <= total; page++) {
    const text = await answer("nodes", { remotes, args: `${name} ${page}` });
    assert(textLengthBytes(text) <= 200, text);
    for (const line of text.split("\n").filter((line) => line.includes("Neighbour"))) seen.add(line);
  }
  assert.equal(seen.size, 40);
});

Deno.test("nodes with a name says why there is no list", async () => {
  const outcomes: Record<string, [VisitOutcome, string, string]> = {
    empty: [reached([]), "📡 empty: no node heard directly in 3 days.", "📡 empty: aucun nœud entendu en direct depuis 3 jours."],
    gone: [failed("failed"), "❌ gone: no answer.", "❌ gone: pas de réponse."],
    me: [failed("own"), "🚫 me: I am connected to it already", "🚫 me: j'y suis déjà connecté"],
    busy: [{ kind: "kicked", heard: true, error: 0 }, "⏳ busy: busy with another client", "⏳ busy: occupé par un autre client"],
    slow: [
      { ...reached([]), neighbourhood: undefined } as VisitOutcome,
      "⏳ slow: its list takes too long.",
      "⏳ slow: sa liste est trop lente à lire.",
    ],
  };
  for (const [name, [outcome, en, fr]] of Object.entries(outcomes)) {
    const remotes = knownRemotes({ [name]: { outcome } });
    assert.equal(await answer("nodes", { remotes, args: name }), en);
    assert.equal(await answer("nodes", { remotes, args: name, language: "fr" }), fr);
  }
});

Deno.test("nodes with a name ends with its command", async () => {
  const deadline = new AbortController();
  const waiting = answer("nodes", { remotes: knownRemotes({ roof: {} }), args: "roof", signal: deadline.signal });
  deadline.abort(new Error("too late"));
  await assert.rejects(waiting, /^Error: too late$/);
});

Deno.test("nodes names the other nodes to whom asks for one that is not there", async () => {
  const remotes = knownRemotes({ roof: {}, tower: {} });
  for (const args of ["two", "roof two", "roof 1 2", "1 2", "__proto__", "constructor"]) {
    assert.equal(await answer("nodes", { remotes, args }), "Usage: /nodes [name] [page]\nOther nodes: roof, tower", args);
  }
  assert.match(await answer("nodes", { remotes, args: "x", language: "fr" }), /\nAutres nœuds: roof, tower$/);
  const many = knownRemotes(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`${i}${"é".repeat(19)}`, {}])));
  const text = await answer("nodes", { remotes: many, args: "x" });
  assert(textLengthBytes(text) <= 200, text);
});

Deno.test("nodes reads the list of a real visit", async () => {
  const clock = createFakeClock();
  const lastHeardS = clock.wallMs() / 1000 - 60;
  const heard = [{ num: 1, longName: "Alice\u202e", snr: 5, hopsAway: 0, lastHeardS }];
  await using node = await startStillNode({ nodeNum: 0x0b0b_0b0b, nodes: heard });
  const roof = { name: "roof", host: "127.0.0.1", port: node.port, check_every_s: 600, timeout_s: 10 };
  const { say } = makeContext();
  await using remotes = createRemoteNodes({ clock, remotes: [roof], slots: new Slots(), say, report: () => {} });
  const text = "📡 roof: direct nodes (<3d): 1\n🟡 Alice 5dB 1m";
  assert.equal(await answer("nodes", { clock, remotes, args: "roof" }), text);
  assert.equal(await answer("nodes", { clock, remotes, args: "roof" }), text);
  assert.equal(node.connections.dialed, 1);
});
