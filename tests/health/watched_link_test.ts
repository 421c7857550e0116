import assert from "node:assert/strict";
import { startMonitor } from "../../src/health/monitor.ts";
import { type Link, openLink } from "../../src/link/link.ts";
import { Slots } from "../../src/link/slot.ts";
import { Session } from "../../src/mesh/session.ts";
import type { FirmwareVersion } from "../../src/simulator/firmware.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { ioTurn, settle, type WatchedConnect, watchedConnect } from "../support/link_rig.ts";
import { nextState, stateKind } from "../support/talker.ts";

const HOUR_MS = 3_600_000;
const STEP_MS = 1000;

interface WatchedRig extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly node: SimulatedNode;
  readonly link: Link;
  readonly sockets: WatchedConnect;
  readonly probes: string[];
}

/** The link with the real session and the real monitor, on a simulated node whose mesh is dead quiet. */
async function watchedRig(options: { firmware?: FirmwareVersion; silent?: boolean } = {}): Promise<WatchedRig> {
  const clock = createFakeClock();
  const { firmware = "2.7.26", silent = false } = options;
  const node = await startSimulatedNode({ clock, firmware, acceptPollMs: 0, airScale: 0, telemetryMs: 1e12 });
  node.goSilent(silent);
  const probes: string[] = [];
  node.on("toRadio", ({ message }) => probes.push(message.payloadVariant.case ?? "nothing"));
  const session = new Session({
    clock,
    sink: {
      ready() {},
      lost() {},
      radioChanged() {},
      nodeInfo() {},
      packet() {},
      queueStatus() {},
      notification() {},
    },
  });
  const sockets = watchedConnect();
  const link = await openLink({ host: "127.0.0.1", port: node.port, clock, slots: new Slots(), user: session, connect: sockets.connect });
  const monitor = startMonitor({
    clock,
    link,
    checkIntervalMs: 30_000,
    silentTimeoutMs: 60_000,
    askConfig: () => void session.askConfig(),
    firmwareVersion: () => session.radio?.firmwareVersion,
  });
  return {
    clock,
    node,
    link,
    sockets,
    probes,
    async [Symbol.asyncDispose]() {
      monitor[Symbol.dispose]();
      await settle(clock, link.close());
      await node.stop();
    },
  };
}

/** One second goes by; when we said something, until the node's answer has come. */
async function step({ clock, sockets }: WatchedRig): Promise<void> {
  const { writes, readBytes } = sockets;
  await clock.tick(STEP_MS);
  if (sockets.writes === writes) return;
  await sockets.untilRead(readBytes + 1);
  for (let turn = 0; turn < 5; turn += 1) await ioTurn();
}

for (const firmware of ["2.6.11", "2.7.26", "2.8.0"] as const) {
  Deno.test(`startMonitor() keeps the link through an hour without any packet, firmware ${firmware}`, async () => {
    await using rig = await watchedRig({ firmware });
    const { clock, node, link, probes } = rig;
    await stateKind(link, "ready");
    probes.length = 0;
    const startedAtMs = clock.nowMs();
    while (clock.nowMs() - startedAtMs < HOUR_MS) await step(rig);
    assert.equal(link.state.kind, "ready");
    assert.equal(link.reconnects, 0);
    assert.deepEqual(node.connections, { ...node.connections, dialed: 1, accepted: 1, closed: 0 });
    const kinds = new Set(probes);
    assert.deepEqual(
      [...kinds],
      firmware === "2.6.11" ? ["wantConfigId"] : ["heartbeat", ...(kinds.has("wantConfigId") ? ["wantConfigId"] : [])],
    );
    assert(probes.length >= 115 && probes.length <= 130, `${probes.length} probes in an hour`);
  });
}

Deno.test("startMonitor() has a silent node dialled again by silent_timeout_s + 1 s, on one new connection", async () => {
  await using rig = await watchedRig();
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
  await using rig = await watchedRig({ silent: true });
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
