import assert from "node:assert/strict";
import type { NodeSigns } from "../../src/health/remote_visit.ts";
import { type Restart, RestartWatch } from "../../src/health/restart_watch.ts";

const EVERY_MS = 600_000;

/** Shows visits, ten minutes apart, to a watch; each is what differs from a node that has been up for a day. */
function watch(...visits: Partial<NodeSigns>[]): (Restart | undefined)[] {
  const restarts = new RestartWatch();
  return visits.map((signs, index) => {
    const nowMs = 50_000 + index * EVERY_MS;
    return restarts.see({ nodeNum: 7, rebootCount: 3, uptimeS: 86_400 + 600 * index, ...signs }, { nowMs, wallMs: 1e12 + nowMs });
  });
}

function ids(restarts: (Restart | undefined)[]): (string | undefined)[] {
  return restarts.map((restart) => restart?.id);
}

Deno.test("RestartWatch.see() tells nothing of a node that goes on, and of one that it sees for the first time", () => {
  assert.deepEqual(watch({}, {}, {}), [undefined, undefined, undefined]);
  assert.deepEqual(watch({ uptimeS: undefined }, { uptimeS: undefined }), [undefined, undefined]);
  // Its list may be as old as the one before.
  assert.deepEqual(watch({ uptimeS: 90_000 }, { uptimeS: 90_000 }), [undefined, undefined]);
});

Deno.test("RestartWatch.see() tells a restart by the count and when it was by the uptime", () => {
  const [, restart] = watch({}, { rebootCount: 4, uptimeS: 120 });
  assert.deepEqual(restart, { id: "restart 4", atMs: 50_000 + EVERY_MS - 120_000 });
  const [, noticed] = watch({}, { rebootCount: 5, uptimeS: undefined });
  assert.deepEqual(noticed, { id: "restart 5", atMs: 50_000 + EVERY_MS });
});

Deno.test("RestartWatch.see() tells a restart of a node that does not count by its uptime", () => {
  const visits = watch({ rebootCount: 0 }, { rebootCount: 0, uptimeS: 60 }, { rebootCount: 0, uptimeS: 660 }, {
    rebootCount: 0,
    uptimeS: 30,
  });
  assert.deepEqual(visits.map((restart) => restart?.atMs), [
    undefined,
    50_000 + EVERY_MS - 60_000,
    undefined,
    50_000 + 3 * EVERY_MS - 30_000,
  ]);
  assert.notEqual(visits[1]?.id, visits[3]?.id);
  const silent = watch({ rebootCount: 0 }, { rebootCount: 0, uptimeS: undefined }, { rebootCount: 0, uptimeS: 60 });
  assert.match(silent[2]?.id ?? "", /^restart at \d+$/);
});

Deno.test("RestartWatch.see() tells one restart once, though the node's list still held the old uptime", () => {
  assert.deepEqual(ids(watch({}, { rebootCount: 4 }, { rebootCount: 4, uptimeS: 700 }, { rebootCount: 4, uptimeS: 1300 })), [
    undefined,
    "restart 4",
    undefined,
    undefined,
  ]);
});

Deno.test("RestartWatch.see() does not believe an uptime from before the last visit", () => {
  const [, restart] = watch({ uptimeS: 999_999 }, { rebootCount: 4, uptimeS: 86_400 });
  assert.deepEqual(restart, { id: "restart 4", atMs: 50_000 + EVERY_MS });
});

Deno.test("RestartWatch.see() does not take another node at the same address for a restart", () => {
  assert.deepEqual(ids(watch({}, { nodeNum: 8, rebootCount: 90, uptimeS: 5 }, { nodeNum: 8, rebootCount: 91, uptimeS: 6 })), [
    undefined,
    undefined,
    "restart 91",
  ]);
});
