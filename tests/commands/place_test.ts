import assert from "node:assert/strict";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { addNode, ASKER_NUM, OWN_NUM, OWN_PLACE } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { answer } from "../support/run_command.ts";

const CONFIG = { MESHBOT_PLACE_LATITUDE: "48.9", MESHBOT_PLACE_LONGITUDE: "2.3622" };

Deno.test("distances count from the place in the configuration when our node tells none, else from the node's own", async () => {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  addNode(nodes, { num: ASKER_NUM, place: { latitude: 48.8452, longitude: 2.3622 } });
  assert.doesNotMatch(await answer("my", { clock, nodes }), /📍/);
  assert.match(await answer("my", { clock, nodes, config: CONFIG }), /📍 6\.1km S \|/);
  assert.match(await answer("nodes", { clock, nodes, config: CONFIG }), / 6\.1km$/);
  addNode(nodes, { num: OWN_NUM, place: OWN_PLACE, heard: false });
  assert.match(await answer("my", { clock, nodes, config: CONFIG }), /📍 2\.2km N \|/);
});
