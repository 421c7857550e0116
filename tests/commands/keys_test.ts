import assert from "node:assert/strict";
import { keys } from "../../src/commands/keys.ts";
import { make } from "../../src/link/codec.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { createPast } from "../support/past.ts";

// In base64 q83vEjRW…
const KEY = new Uint8Array(32).fill(1);
KEY.set([0xab, 0xcd, 0xef, 0x12, 0x34, 0x56]);

Deno.test("keys counts the nodes of the last day without a key and names them, those that sent most first", async () => {
  await using past = createPast(60);
  past.know({ num: 0x1001, longName: "Paris Nord", publicKey: KEY });
  past.know({ num: 0x1002, longName: "Montmartre" });
  past.know({ num: 0x1009, longName: "Not heard" });
  past.hear({ from: 0x1004 });
  await past.pass(50);
  past.hear({ from: 0x1001 }, 3);
  past.hear({ from: 0x1003 }, 1);
  past.hear({ from: 0x1002 }, 2);
  past.hear({ from: 0x1005, viaMqtt: true }, 2);
  await past.pass(10);
  assert.equal(await past.answer(keys), "🔑 Heard: 3 (24h). 2 without key:\nMontmartre\n!00001003");
  assert.equal(await past.answer(keys, { language: "fr" }), "🔑 Entendus: 3 (24h). 2 sans clé:\nMontmartre\n!00001003");
});

Deno.test("keys says when all have one, and when nobody was heard", async () => {
  await using past = createPast(2);
  assert.equal(await past.answer(keys), "🔑 Nobody heard (24h).");
  past.know({ num: 0x1001, publicKey: KEY });
  past.hear({ from: 0x1001 });
  assert.equal(await past.answer(keys), "✅ 1 node heard (24h), all with keys.");
  assert.equal(await past.answer(keys, { language: "fr" }), "✅ 1 nœud entendu (24h), tous avec clé.");
});

Deno.test("keys fits many names into one message and counts the others", async () => {
  await using past = createPast(1);
  for (let node = 0; node < 40; node++) past.hear({ from: 0xabcd0000 + node });
  const text = await past.answer(keys);
  assert.match(text, /^🔑 Heard: 40 \(24h\)\. 40 without key:\n!abcd0000\n/);
  assert(textLengthBytes(text) <= 200, text);
  assert.equal(Number(/…\(\+(\d+)\)$/.exec(text)?.[1]), 40 - (text.split("\n").length - 2));
});

Deno.test("keys tells one node's key: known, missing, never announced, or in doubt", async () => {
  await using past = createPast(1);
  past.know({ num: 0x1001, longName: "Paris Nord", publicKey: KEY });
  past.know({ num: 0x1002, longName: "Montmartre" });
  past.know({ num: 0x1003, heard: {} });
  past.know({ num: 0x1004, longName: "Doubtful", publicKey: KEY });
  past.nodes.applyUser(0x1004, make("User", { longName: "Doubtful", publicKey: new Uint8Array(32).fill(9) }));
  const rows: [string, string, string][] = [
    ["paris", "✅ Paris Nord: key OK (q83vEjRW…)", "✅ Paris Nord: clé OK (q83vEjRW…)"],
    ["mont", "❌ Montmartre: no public key.", "❌ Montmartre: pas de clé publique."],
    ["!00001003", "⚠️ !00001003: no NODEINFO received.", "⚠️ !00001003: pas de NODEINFO reçu."],
    ["doubt", "⚠️ Doubtful: announces another key! Kept: q83vEjRW…", "⚠️ Doubtful: annonce une autre clé! Gardée: q83vEjRW…"],
    ["zz", '🔍 No node "zz".', '🔍 Aucun nœud "zz".'],
  ];
  for (const [args, english, french] of rows) {
    assert.equal(await past.answer(keys, { args }), english, args);
    assert.equal(await past.answer(keys, { args, language: "fr" }), french, args);
  }
});
