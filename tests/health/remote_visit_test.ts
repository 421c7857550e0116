import assert from "node:assert/strict";
import { type RemoteVisitOptions, type VisitOutcome, visitRemote } from "../../src/health/remote_visit.ts";
import { decode } from "../../src/link/codec.ts";
import { FrameParser } from "../../src/link/frame.ts";
import { Slots } from "../../src/link/slot.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { FakeSocket } from "../support/fake_socket.ts";
import { settle, watchedConnect } from "../support/link_rig.ts";

const NUM = 0x0b0b_0b0b;
const NODE = { clock: createFakeClock(), nodeNum: NUM, acceptPollMs: 0, airScale: 0, telemetryMs: 1e9 } as const;

function visit(port: number, clock: FakeClock, changes: Partial<RemoteVisitOptions> = {}): Promise<VisitOutcome> {
  const remote = { name: "roof", host: "127.0.0.1", port, check_every_s: 600, timeout_s: 10 };
  return visitRemote(remote, { clock, slots: new Slots(), signal: new AbortController().signal, ...changes });
}

Deno.test("visitRemote() brings home who the node is and whom it heard directly, best SNR first", async () => {
  const clock = createFakeClock();
  const nowS = clock.wallMs() / 1000;
  await using node = await startSimulatedNode({
    ...NODE,
    nodes: [
      { num: NUM, metrics: { uptimeSeconds: 99 }, position: { latitudeI: 48e7, longitudeI: 2e7 } },
      { num: 1, longName: "Weak", snr: -8, hopsAway: 0, lastHeardS: nowS - 60 },
      { num: 2, longName: "Strong", snr: 9, hopsAway: 0, lastHeardS: nowS - 30, position: { latitudeI: 49e7, longitudeI: 2e7 } },
      { num: 3, longName: "Far", snr: 9, hopsAway: 2, lastHeardS: nowS },
      { num: 4, longName: "Internet", snr: 9, hopsAway: 0, viaMqtt: true, lastHeardS: nowS },
      { num: 5, longName: "Never", snr: 9, hopsAway: 0 },
    ],
  });
  const outcome = await visit(node.port, clock);
  assert(outcome.kind === "reached", outcome.kind);
  assert.deepEqual(outcome.signs, { nodeNum: NUM, rebootCount: node.station.rebootCount, uptimeS: 99 });
  assert.equal(outcome.neighbourhood?.place?.latitude, 48);
  assert.deepEqual(outcome.neighbourhood?.neighbours.map(({ name, snr }) => [name, snr]), [["Strong", 9], ["Weak", -8]]);
  assert.deepEqual(outcome.neighbourhood?.neighbours.map(({ heardAtWallMs }) => clock.wallMs() - heardAtWallMs), [30_000, 60_000]);
  assert.equal(outcome.neighbourhood?.neighbours[0]?.place?.latitude, 49);
});

Deno.test("visitRemote() tells a node that is slow from one that is silent", async () => {
  const clock = createFakeClock();
  await using node = await startSimulatedNode({ ...NODE, nodes: 200 });
  const sockets = watchedConnect();
  // The connection goes dead after its first batch.
  const off = node.on("fromRadio", () => {
    off();
    node.mute();
  });
  const slow = visit(node.port, clock, { connect: sockets.connect });
  await sockets.untilRead(8192);
  const outcome = await settle(clock, slow);
  assert(outcome.kind === "reached", outcome.kind);
  assert.equal(outcome.signs.nodeNum, NUM);
  assert.equal(outcome.neighbourhood, undefined);
  assert(outcome.tookMs >= 10_000, String(outcome.tookMs));
  node.goSilent(true);
  const silent = await settle(clock, visit(node.port, clock));
  assert(silent.kind === "failed", silent.kind);
  assert.match(String(silent.error), /took longer than 10 s/);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("visitRemote() knows whether the node had said something before it ended the visit", async () => {
  const clock = createFakeClock();
  await using node = await startSimulatedNode({ ...NODE, nodes: 200 });
  const offs = [node.on("fromRadio", () => node.steal())];
  const late = await visit(node.port, clock);
  offs.push(node.on("toRadio", () => node.steal()));
  const early = await visit(node.port, clock);
  for (const off of offs) off();
  node.on("fromRadio", () => node.reset());
  const broken = await visit(node.port, clock);
  assert.deepEqual([late, early].map((outcome) => outcome.kind === "kicked" && outcome.heard), [true, false]);
  assert.equal(broken.kind, "failed");
});

Deno.test("visitRemote() knows our own node before the dial and by its handshake", async () => {
  const clock = createFakeClock();
  await using own = await startSimulatedNode(NODE);
  await using door = await startSimulatedNode(NODE);
  const slots = new Slots();
  const slot = await slots.claim("the bot", "127.0.0.1", own.port);
  slot.identify(NUM);
  assert.equal((await visit(own.port, clock, { slots })).kind, "own");
  assert.equal(own.connections.dialed, 0);
  assert.equal((await visit(door.port, clock, { slots })).kind, "own");
  slot.release();
});

Deno.test("visitRemote() throws only what it is told to stop with", async () => {
  const clock = createFakeClock();
  await using node = await startSimulatedNode(NODE);
  const stopping = new AbortController();
  node.on("toRadio", () => stopping.abort(new Error("the end")));
  await assert.rejects(visit(node.port, clock, { signal: stopping.signal }), /^Error: the end$/);
});

Deno.test("visitRemote() does not believe what completes a handshake without saying who it is", async () => {
  const clock = createFakeClock();
  const slots = new Slots({ resolve: (host) => Promise.resolve([host]), ownAddresses: () => [] });
  for (const myInfo of [undefined, { myNodeNum: 0 }]) {
    const socket = new FakeSocket();
    const parser = new FrameParser({
      onFrame(payload) {
        const { payloadVariant } = decode("ToRadio", payload.slice());
        if (payloadVariant.case === "disconnect") socket.fin();
        if (payloadVariant.case !== "wantConfigId") return true;
        if (myInfo !== undefined) socket.say({ payloadVariant: { case: "myInfo", value: myInfo } });
        socket.say({ payloadVariant: { case: "configCompleteId", value: payloadVariant.value } });
        return true;
      },
    });
    socket.onWrite = (bytes) => {
      parser.push(bytes);
      return Promise.resolve(bytes.length);
    };
    const outcome = await visit(4403, clock, { connect: () => Promise.resolve(socket), slots });
    assert(outcome.kind === "failed", outcome.kind);
    assert.match(String(outcome.error), /roof \(127\.0\.0\.1\) did not say which node it is/);
  }
});
