import assert from "node:assert/strict";
import { createOtherClient } from "../../src/health/other_client.ts";
import { createFakeClock } from "../support/fake_clock.ts";

Deno.test("rule 23: reports on packets that nobody here sent and the node does not explain give another client away", async () => {
  const clock = createFakeClock();
  const other = createOtherClient({ clock });
  for (const id of [11, 12]) other.reported(id);
  assert.equal(other.suspected, false);
  other.reported(13);
  assert.equal(other.suspected, true);
  await clock.tick(600_001);
  assert.equal(other.suspected, false);
});

Deno.test("rule 23: our own packets, the node's, its answers to requests and heartbeats explain themselves", () => {
  const clock = createFakeClock();
  const other = createOtherClient({ clock });
  for (let id = 1; id <= 10; id++) {
    other.sent(id);
    other.reported(id);
    other.reported(0);
    // The node's own packet may come after the report on it.
    other.reported(100 + id);
    other.packet({ id: 100 + id, fromOwnNode: true, wantsResponse: false });
  }
  other.packet({ id: 500, fromOwnNode: false, wantsResponse: true });
  for (let id = 600; id < 610; id++) other.reported(id);
  assert.equal(other.suspected, false);
});
