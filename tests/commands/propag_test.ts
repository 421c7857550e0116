import assert from "node:assert/strict";
import { propag } from "../../src/commands/propag.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { OWN_NUM, OWN_PLACE } from "../support/context.ts";
import { createPast, type Past, reportOf, routeOf } from "../support/past.ts";

/** A place so many kilometres north of our node. */
function north(km: number): { readonly latitude: number; readonly longitude: number } {
  return { latitude: OWN_PLACE.latitude + km / 111.195, longitude: OWN_PLACE.longitude };
}

function knowPlaces(past: Past): void {
  past.know({ num: OWN_NUM, longName: "Bot", place: OWN_PLACE });
  past.know({ num: 0x1001, longName: "Paris Nord", place: north(5) });
  past.know({ num: 0x1002, longName: "Velo", place: north(45) });
  past.know({ num: 0x1003, longName: "Nowhere" });
  past.know({ num: 0x1004, longName: "Blurred", place: { ...north(12), precisionBits: 13 } });
}

Deno.test("propag shows the longest radio links, each pair once with its best SNR", async () => {
  await using past = createPast(2);
  knowPlaces(past);
  past.hear({ from: 0x1001, rxSnr: 8 });
  past.hear({ from: 0x1004, rxSnr: -1.5 });
  past.hear({ from: 0x1003, rxSnr: 9 });
  // What is relayed is no link from its sender to us, and neither is what a route says of others.
  past.hear({ from: 0x1002, hopStart: 3, hopLimit: 2, rxSnr: 10 });
  past.hear({ from: 0x1002, to: OWN_NUM, hopLimit: 2, data: routeOf([0x1001], [5, 5]) });
  past.hear({ from: 0x1001, data: reportOf({ 0x1002: -7 }) });
  past.hear({ from: 0x1002, hopLimit: 2, data: reportOf({ 0x1001: -4 }) });
  assert.equal(
    await past.answer(propag),
    "📡 Top 3 links (24h):\n1.Paris Nord→Velo 40km SNR:-4\n2.Blurred→me ~12km SNR:-1.5\n3.Paris Nord→me 5.0km SNR:8",
  );
  assert.equal(await past.answer(propag, { args: "24 1", language: "fr" }), "📡 Top 1 liaison (24h):\n1.Paris Nord→Velo 40km SNR:-4");
});

Deno.test("propag respects the hours and adds the longest link of 30 days", async () => {
  await using past = createPast(200);
  knowPlaces(past);
  past.hear({ from: 0x1002, rxSnr: -12 });
  await past.pass(190);
  assert.equal(await past.answer(propag), "📡 No radio link between known places (24h).\n🏆 Record 30d: Velo→me 45km SNR:-12");
  past.hear({ from: 0x1001, rxSnr: 8 });
  await past.pass(10);
  assert.equal(
    await past.answer(propag, { args: "12" }),
    "📡 Top 1 link (12h):\n1.Paris Nord→me 5.0km SNR:8\n🏆 Record 30d: Velo→me 45km SNR:-12",
  );
  assert.match(
    await past.answer(propag, { args: "1", language: "fr" }),
    /^📡 Aucune liaison radio entre lieux connus \(1h\)\.\n🏆 Record 30j: /,
  );
  assert.match(await past.answer(propag, { args: "999" }), /^📡 Top 1 link \(72h\)/);
});

Deno.test("propag does not believe a link that no radio can bridge", async () => {
  await using past = createPast(1);
  past.know({ num: OWN_NUM, longName: "Bot", place: OWN_PLACE });
  past.know({ num: 0x1001, longName: "Liar", place: { latitude: -33.9, longitude: 151.2 } });
  past.know({ num: 0x1002, longName: "Same place", place: OWN_PLACE });
  past.hear({ from: 0x1001 });
  past.hear({ from: 0x1002 });
  assert.equal(await past.answer(propag), "📡 No radio link between known places (24h).");
  past.know({ num: 0x1003, longName: "Near", place: north(3) });
  past.hear({ from: 0x1003 });
  assert.match(await past.answer(propag), /^📡 Top 1 link \(24h\):\n1\.Near→me 3\.0km SNR:6\.3$/);
});

Deno.test("propag takes our own place from the configuration when the node has none", async () => {
  await using past = createPast(1);
  past.know({ num: 0x1001, longName: "Near", place: north(3) });
  past.hear({ from: 0x1001 });
  const config = { MESHBOT_PLACE_LATITUDE: String(OWN_PLACE.latitude), MESHBOT_PLACE_LONGITUDE: String(OWN_PLACE.longitude) };
  assert.equal(await past.answer(propag), "📡 No radio link between known places (24h).");
  assert.match(await past.answer(propag, { config }), /^📡 Top 1 link \(24h\):\n1\.Near→me 3\.0km/);
});

Deno.test("propag fits ten links with long names into one message, or counts what does not fit", async () => {
  await using past = createPast(1);
  past.know({ num: OWN_NUM, longName: "Bot", place: OWN_PLACE });
  for (let node = 1; node <= 12; node++) {
    past.know({ num: 0x1000 + node, longName: `🗼 Très long nom ${node}`, place: north(10 * node) });
    past.hear({ from: 0x1000 + node, rxSnr: -12.25 });
  }
  for (const language of ["en", "fr"] as const) {
    const text = await past.answer(propag, { args: "24 10", language });
    assert(textLengthBytes(text) <= 200, text);
    assert.match(text, /\n1\..*→(?:me|moi) 120km SNR:-12\.2\n/);
  }
});

Deno.test("propag shows its usage for anything else", async () => {
  await using past = createPast(1);
  for (const args of ["x", "1 2 3", "24 x"]) assert.equal(await past.answer(propag, { args }), "Usage: /propag [hours] [count]", args);
});
