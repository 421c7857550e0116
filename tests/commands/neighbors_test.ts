import assert from "node:assert/strict";
import { neighbors } from "../../src/commands/neighbors.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { OWN_NUM } from "../support/context.ts";
import { createPast, type Past, reportOf, routeOf } from "../support/past.ts";

function knowThree(past: Past): void {
  past.know({ num: 0x1001, longName: "Paris Nord" });
  past.know({ num: 0x1002, longName: "Montmartre" });
  past.know({ num: 0x1003, longName: "Velo-42" });
}

Deno.test("neighbors sums up the neighbour reports of the last two days, each link once", async () => {
  await using past = createPast(60);
  knowThree(past);
  past.hear({ from: 0x1003, data: reportOf({ 0x1001: 1 }) });
  await past.pass(50);
  past.hear({ from: 0x1001, data: reportOf({ 0x1002: 6, 0x1003: 2 }) });
  past.hear({ from: 0x1001, data: reportOf({ 0x1002: 6, 0x1003: 2, [OWN_NUM]: 4 }) });
  past.hear({ from: 0x1002, hopLimit: 1, data: reportOf({ 0x1001: -3.5 }) });
  await past.pass(10);
  assert.equal(await past.answer(neighbors), "👥 2 nodes, 4 links (48h)\nParis Nord: 3n SNR4\nMontmartre: 1n SNR-3");
  assert.equal(
    await past.answer(neighbors, { language: "fr" }),
    "👥 2 nœuds, 4 liens (48h)\nParis Nord: 3v SNR4\nMontmartre: 1v SNR-3",
  );
});

Deno.test("neighbors says why there are no reports, and shows what was heard and traced instead", async () => {
  await using past = createPast(2);
  knowThree(past);
  past.hear({ from: 0x1001, rxSnr: 7.5 });
  past.hear({ from: 0x1001, rxSnr: 3 });
  past.hear({ from: 0x1002, hopStart: 3, hopLimit: 2, rxSnr: 9 });
  past.hear({ from: 0x1003, to: OWN_NUM, hopLimit: 2, data: routeOf([0x1002], [5, -2.25]) });
  // A report that did not come by radio is none.
  past.hear({ from: 0x1003, viaMqtt: true, data: reportOf({ 0x1001: 1 }) });
  assert.equal(
    await past.answer(neighbors),
    "👥 No reports: my node drops them unless its Neighbor Info is on.\n📡 Links heard: 3 (48h)\nParis Nord→me 7.5\nme→Montmartre 5\nMontmartre→Velo-42 -2.2",
  );
  assert.match(
    await past.answer(neighbors, { language: "fr" }),
    /^👥 Pas de rapports: mon nœud les jette si son Neighbor Info est éteint\.\n📡 Liens entendus: 3 \(48h\)\nParis Nord→moi 7\.5\n/,
  );
});

Deno.test("neighbors shows a node's links from all sources, by name or id, with both directions", async () => {
  await using past = createPast(2);
  knowThree(past);
  past.hear({ from: 0x1001, data: reportOf({ 0x1002: 6, 0x1003: 2 }) });
  past.hear({ from: 0x1002, hopLimit: 1, data: reportOf({ 0x1001: 3 }) });
  past.hear({ from: 0x1001, rxSnr: 8 });
  past.hear({ from: 0x1003, hopLimit: 1, data: reportOf({ 0x1001: -9 }) });
  past.hear({ from: 0x1003, to: OWN_NUM, hopLimit: 1, data: routeOf([0x1001], [1, -4]) });
  const expected = "👥 Paris Nord (48h) 👂 hears 📢 heard by\nme 👂1 📢8\nMontmartre 👂6 📢3\nVelo-42 👂2 📢-4";
  assert.equal(await past.answer(neighbors, { args: "paris" }), expected);
  assert.equal(await past.answer(neighbors, { args: "!00001001" }), expected);
  assert.match(
    await past.answer(neighbors, { args: "velo", language: "fr" }),
    /^👥 Velo-42 \(48h\) 👂 entend 📢 entendu par\nParis Nord 👂-4 📢2$/,
  );
  past.know({ num: 0x1004, longName: "Lonely" });
  assert.equal(await past.answer(neighbors, { args: "lonely" }), "👥 Lonely: no radio link (48h).");
  assert.equal(await past.answer(neighbors, { args: "nobody" }), '🔍 No node "nobody".');
});

Deno.test("neighbors of a large mesh fits into one message and counts what does not", async () => {
  await using past = createPast(1);
  for (let node = 0; node < 60; node++) {
    past.know({ num: 0x2000 + node, longName: `Relais du quartier ${node}` });
    past.hear({ from: 0x2000 + node, data: reportOf({ [0x2000 + (node + 1) % 60]: 5, [0x2000 + (node + 2) % 60]: 1 }) });
  }
  for (const [args, header] of [["", /^👥 60 nodes, 120 links \(48h\)\n/], ["!00002001", /^👥 Relais du quartier 1 \(48h\)/]] as const) {
    const text = await past.answer(neighbors, { args });
    assert.match(text, header);
    assert(textLengthBytes(text) <= 200, text);
  }
  const text = await past.answer(neighbors);
  assert.equal(Number(/…\(\+(\d+)\)$/.exec(text)?.[1]), 60 - (text.split("\n").length - 2));
});
