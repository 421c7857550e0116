import assert from "node:assert/strict";
import { make } from "../../src/link/codec.ts";
import { BotTraffic } from "../../src/share/bot_traffic.ts";

function packet(id: number) {
  return make("MeshPacket", { from: 1, id });
}

Deno.test("BotTraffic hides nothing unless it is told to", () => {
  const all = new BotTraffic({ isHidden: undefined });
  assert.deepEqual([all.hides(packet(1)), all.shows(9, 1)], [false, true]);
});

Deno.test("BotTraffic.shows() each packet of the bot's once, and no answer to what is hidden", () => {
  const traffic = new BotTraffic({ isHidden: ({ id }) => id === 1 });
  assert.deepEqual([traffic.hides(packet(1)), traffic.hides(packet(2))], [true, false]);
  assert.deepEqual([traffic.shows(10, 1), traffic.shows(11, 2), traffic.shows(12, undefined)], [false, true, true]);
  assert.deepEqual([traffic.shows(11, 2), traffic.shows(12, undefined), traffic.shows(10, 1)], [false, false, false]);
});

Deno.test("BotTraffic remembers the last 200 that were hidden, and the last 200 that were shown", () => {
  const traffic = new BotTraffic({ isHidden: () => true });
  for (let id = 1; id <= 201; id += 1) traffic.hides(packet(id));
  assert.deepEqual([traffic.shows(1000, 2), traffic.shows(1001, 201), traffic.shows(1002, 1)], [false, false, true]);
  const shown = new BotTraffic({ isHidden: undefined });
  for (let id = 1; id <= 201; id += 1) shown.shows(id, undefined);
  assert.deepEqual([shown.shows(2, undefined), shown.shows(201, undefined), shown.shows(1, undefined)], [false, false, true]);
});
