import assert from "node:assert/strict";
import { createFakeClock } from "../support/fake_clock.ts";
import { ioTurn } from "../support/link_rig.ts";
import { nextState, stateKind } from "../support/talker.ts";
import { passQuietTime, watchedRig } from "../support/watched_rig.ts";

for (const firmware of ["2.6.11", "2.7.26", "2.8.0"] as const) {
  Deno.test(`rule 21: startMonitor() keeps the link through an hour without any packet, firmware ${firmware}`, async () => {
    await using rig = await watchedRig({ clock: createFakeClock(), node: { firmware } });
    const { node, link, said } = rig;
    await stateKind(link, "ready");
    said.length = 0;
    await passQuietTime(rig, 3_600_000);
    assert.equal(link.state.kind, "ready");
    assert.equal(link.reconnects, 0);
    const { dialed, accepted, closed } = node.connections;
    assert.deepEqual({ dialed, accepted, closed }, { dialed: 1, accepted: 1, closed: 0 });
    assert.deepEqual([...new Set(said)], [firmware === "2.6.11" ? "wantConfigId" : "heartbeat"]);
    assert(said.length >= 115 && said.length <= 130, `${said.length} probes in an hour`);
  });
}

Deno.test("startMonitor() has a silent node dialled again by silent_timeout_s + 1 s, on one new connection", async () => {
  await using rig = await watchedRig({ clock: createFakeClock() });
  const { clock, node, link, sockets } = rig;
  await stateKind(link, "ready");
  const silentSinceMs = clock.nowMs();
  const dialing = nextState(link, "dialing");
  node.mute();
  while (link.state.kind === "ready") await clock.tick(100);
  await dialing;
  const afterMs = clock.nowMs() - silentSinceMs;
  assert(afterMs >= 60_000 && afterMs <= 61_000, `dialled again after ${afterMs} ms`);
  await stateKind(link, "ready");
  assert.equal(node.connections.dialed, 2);
  assert.deepEqual(sockets.openAtDial, [0, 0]);
});

Deno.test("startMonitor() gives up a node that takes connections but says nothing, and is ready when it speaks again", async () => {
  await using rig = await watchedRig({ clock: createFakeClock(), before: (node) => node.goSilent(true) });
  const { clock, node, link, sockets } = rig;
  for (let dials = 1; dials <= 3; dials += 1) {
    const configuring = await stateKind(link, "configuring");
    while (link.state === configuring) await clock.tick(100);
    const afterMs = clock.nowMs() - configuring.sinceMs;
    assert(afterMs >= 20_000 && afterMs <= 20_100, `given up after ${afterMs} ms`);
    while (link.state.kind === "waiting") await clock.tick(100);
  }
  node.goSilent(false);
  while (link.state.kind !== "ready") {
    if (link.state.kind === "waiting") await clock.tick(100);
    await ioTurn();
  }
  assert(sockets.openAtDial.every((open) => open === 0));
});
