import assert from "node:assert/strict";
import { hop } from "../../src/commands/hop.ts";
import { createPast } from "../support/past.ts";

Deno.test("hop shows the greatest hop limit of each node, and how many hops packets took", async () => {
  await using past = createPast(50);
  past.know({ num: 0x1001, longName: "Velo-42" });
  past.hear({ from: 0x1001, hopStart: 7, hopLimit: 7 });
  await past.pass(48);
  past.hear({ from: 0x1001, hopStart: 5, hopLimit: 5 }, 2);
  past.hear({ from: 0x1001, hopStart: 3, hopLimit: 3 });
  past.hear({ from: 0xf547, hopStart: 6, hopLimit: 4 });
  await past.pass(2);
  assert.equal(await past.answer(hop), "🔄 Hop(24h) Top2\n!0000f547:6\nVelo-42:5\nTaken: 0:75% 2:25%");
  assert.match(
    await past.answer(hop, { args: "168", language: "fr" }),
    /^🔄 Sauts\(168h\) Top2\nVelo-42:7\n!0000f547:6\nFaits: 0:80% 2:20%$/,
  );
});

Deno.test("hop shows ten nodes in one message, with shorter names where they must be", async () => {
  await using past = createPast(1);
  for (let index = 0; index < 15; index++) {
    past.know({ num: 0x1001 + index, longName: `Node ${index} Relais` });
    for (let hops = 0; hops < 3; hops++) past.hear({ from: 0x1001 + index, hopStart: 7, hopLimit: 7 - hops });
  }
  const text = await past.answer(hop);
  assert.match(text, /^🔄 Hop\(24h\) Top10\n(?:Node \d R:7\n){10}Taken: 0:33% 1:33% 2:33%$/);
});

Deno.test("hop tells silence, and its usage for what is no number of hours", async () => {
  await using past = createPast(1);
  assert.equal(await past.answer(hop), "📊 Radio silence (24h)");
  assert.equal(await past.answer(hop, { args: "1 2" }), "Usage: /hop [hours]");
});
