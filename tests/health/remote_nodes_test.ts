import assert from "node:assert/strict";
import type { Condition } from "../../src/condition.ts";
import type { RemoteNode } from "../../src/config.ts";
import { createRemoteNodes, type RemoteNodes, type RemoteNodesOptions } from "../../src/health/remote_nodes.ts";
import type { VisitOutcome } from "../../src/health/remote_visit.ts";
import { sentences } from "../../src/i18n/mod.ts";
import { Slots } from "../../src/link/slot.ts";
import { startLog, stopLog } from "../../src/log.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import type { SimulatedNodeOptions } from "../../src/simulator/node_options.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { settle } from "../support/link_rig.ts";
import { connect, type TestClient } from "../support/sim.ts";

const NUM = 0x0b0b_0b0b;
const FIRST_MS = 30_000;
const EVERY_MS = 600_000;
const SIGNAL = new AbortController().signal;

interface Rig extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly node: SimulatedNode;
  readonly remotes: RemoteNodes;
  readonly reports: Condition[];
  /** Lets time go by until the next visit begins, and gives what it found. */
  turn(ms?: number): Promise<VisitOutcome>;
  /** What has been reported since the last time, as `key [facts] text`. */
  said(): string[];
}

async function startRig(options: Partial<RemoteNodesOptions> = {}, nodeOptions: SimulatedNodeOptions = {}, timeoutS = 10): Promise<Rig> {
  const clock = createFakeClock();
  const still = { clock: createFakeClock(), acceptPollMs: 0, airScale: 0, telemetryMs: 1e9 };
  const node = await startSimulatedNode({ ...still, nodeNum: NUM, nodes: 20, ...nodeOptions });
  const roof: RemoteNode = { name: "roof", host: "127.0.0.1", port: node.port, check_every_s: EVERY_MS / 1000, timeout_s: timeoutS };
  const reports: Condition[] = [];
  const remotes = createRemoteNodes({
    clock,
    remotes: [roof],
    slots: new Slots(),
    say: sentences("en"),
    report: (condition) => void reports.push(condition),
    random: () => 0,
    ...options,
  });
  let turns = 0;
  return {
    clock,
    node,
    remotes,
    reports,
    async turn(ms = turns === 0 ? FIRST_MS : EVERY_MS) {
      turns += 1;
      await clock.tick(ms);
      const outcome = await remotes.visit("roof", SIGNAL);
      await clock.tick(0);
      return outcome;
    },
    said: () => reports.splice(0).map(({ key, facts, text }) => `${key} [${facts.join()}] ${text}`),
    async [Symbol.asyncDispose]() {
      await settle(clock, Promise.resolve(remotes[Symbol.asyncDispose]()));
      await node.stop();
      assert.equal(clock.pendingTimers(), 0);
    },
  };
}

Deno.test("createRemoteNodes() visits a node soon after the start and then every so often, and takes leave each time", async () => {
  await using rig = await startRig();
  const { clock, node, remotes } = rig;
  const heard: string[] = [];
  node.on("toRadio", ({ message }) => heard.push(message.payloadVariant.case ?? "nothing"));
  node.on("closed", ({ cause }) => heard.push(`closed: ${cause}`));
  assert.deepEqual(remotes.names, ["roof"]);
  await clock.tick(FIRST_MS - 1);
  assert.equal(node.connections.dialed, 0);
  assert.equal(remotes.standing("roof").reach.kind, "unvisited");
  assert.equal((await rig.turn(1)).kind, "reached");
  const visited = ["wantConfigId", "disconnect", "closed: disconnect"];
  assert.deepEqual(heard, visited);
  assert.equal(remotes.standing("roof").reach.kind, "reached");
  await clock.tick(EVERY_MS - 1);
  assert.equal(node.connections.dialed, 1);
  await rig.turn(1);
  assert.deepEqual(heard, [...visited, ...visited]);
  assert.deepEqual(rig.said(), Array(2).fill("remote roof [] ✅ roof: can be reached"));
});

Deno.test("createRemoteNodes() spreads the visits, and only to later", async () => {
  await using rig = await startRig({ random: () => 1 });
  await rig.clock.tick(89_999);
  assert.equal(rig.node.connections.dialed, 0);
  await rig.turn(1);
  await rig.clock.tick(1.1 * EVERY_MS - 1);
  assert.equal(rig.node.connections.dialed, 1);
  await rig.turn(1);
  assert.equal(rig.node.connections.dialed, 2);
});

Deno.test("createRemoteNodes() reports a refused port as gone at the second visit, and when it is back", async () => {
  await using rig = await startRig();
  rig.node.refuse();
  assert.equal((await rig.turn()).kind, "failed");
  assert.deepEqual(rig.said(), []);
  assert.equal((await rig.turn()).kind, "failed");
  assert.deepEqual(rig.said(), ["remote roof [gone] ❌ roof: gone for 10m"]);
  assert.deepEqual(rig.remotes.standing("roof").reach, { kind: "unreachable", sinceMs: FIRST_MS });
  await rig.node.accept();
  assert.equal((await rig.turn()).kind, "reached");
  assert.deepEqual(rig.said(), ["remote roof [] ✅ roof: back after 20m"]);
});

Deno.test("createRemoteNodes() gives a silent node up after its timeout", async () => {
  await using rig = await startRig({}, {}, 4);
  rig.node.goSilent(true);
  await rig.clock.tick(FIRST_MS);
  const visit = rig.remotes.visit("roof", SIGNAL);
  const outcome = await settle(rig.clock, visit);
  assert.equal(outcome.kind, "failed");
  const { reach } = rig.remotes.standing("roof");
  // The timeout, and the half second for which it waits for the node to close.
  assert(reach.kind === "unreachable" && reach.sinceMs >= FIRST_MS + 4000 && reach.sinceMs < FIRST_MS + 6000);
});

Deno.test("createRemoteNodes() waits for the next turn when another client ends the visit", async () => {
  await using rig = await startRig();
  const { node } = rig;
  const others: Promise<TestClient>[] = [];
  const off = node.on("toRadio", ({ message }) => {
    if (message.payloadVariant.case !== "wantConfigId" || others.length === 2) return;
    node.mute();
    others.push(connect(node));
  });
  const kinds = [(await rig.turn()).kind];
  await (await others[0])?.[Symbol.asyncDispose]();
  kinds.push((await rig.turn()).kind);
  await (await others[1])?.[Symbol.asyncDispose]();
  off();
  assert.deepEqual(kinds, ["kicked", "kicked"]);
  assert.equal(rig.remotes.standing("roof").reach.kind, "busy");
  assert.deepEqual(rig.said(), []);
  assert.equal((await rig.turn()).kind, "reached");
  assert.equal(node.connections.accepted, 5);
});

Deno.test("createRemoteNodes() leaves our own node alone under another name, and says so once", async () => {
  const lines: string[] = [];
  startLog({ format: "text", debug: false, write: (line) => void lines.push(line) });
  try {
    const slots = new Slots({ resolve: () => Promise.resolve(["192.0.2.7"]), ownAddresses: () => [] });
    await using rig = await startRig({ slots });
    const slot = await slots.claim("the bot", "own.test", rig.node.port);
    assert.equal((await rig.turn()).kind, "own");
    assert.equal((await rig.turn()).kind, "own");
    assert.equal(rig.remotes.standing("roof").reach.kind, "own");
    assert.equal(rig.node.connections.dialed, 0);
    assert.deepEqual(rig.said(), []);
    assert.equal(lines.filter((line) => /the bot holds it as own\.test/.test(line)).length, 1, lines.join("\n"));
    slot.release();
  } finally {
    stopLog();
  }
});

Deno.test("createRemoteNodes() ends a visit at once that turns out to be at our own node", async () => {
  const slots = new Slots();
  const slot = await slots.claim("the bot", "192.0.2.7", 4403);
  slot.identify(NUM);
  await using rig = await startRig({ slots });
  assert.equal((await rig.turn()).kind, "own");
  assert.equal((await rig.turn()).kind, "own");
  assert.equal(rig.node.connections.dialed, 1, "the address is remembered");
});

Deno.test("createRemoteNodes() reports a restart between two visits once", async () => {
  await using rig = await startRig();
  await rig.turn();
  rig.node.reboot(0);
  rig.said();
  await rig.turn();
  const { rebootCount } = rig.node.station;
  assert.deepEqual(rig.said(), [
    "remote roof [] ✅ roof: can be reached",
    `remote roof restart [restart ${rebootCount}] 🔁 roof: restarted 0s ago`,
  ]);
  assert.equal(rig.remotes.standing("roof").restartedAtMs, FIRST_MS + EVERY_MS);
  await rig.turn();
  assert.deepEqual(rig.said(), ["remote roof [] ✅ roof: can be reached"]);
});

Deno.test("createRemoteNodes() ends the visit under way when it is disposed of", async () => {
  const rig = await startRig();
  const { clock, node, remotes } = rig;
  node.goSilent(true);
  await clock.tick(FIRST_MS);
  const rejected = assert.rejects(remotes.visit("roof", SIGNAL), /the bot stops/);
  const before = clock.nowMs();
  await rig[Symbol.asyncDispose]();
  await rejected;
  assert(clock.nowMs() - before <= 1000, "it does not wait for the timeout");
  assert.deepEqual(rig.said(), []);
});

Deno.test("RemoteNodes.visit() gives the last visit for a minute, a failed one too", async () => {
  await using rig = await startRig();
  const { clock, node, remotes } = rig;
  const first = await remotes.visit("roof", SIGNAL);
  assert.equal(first.kind, "reached");
  await clock.tick(59_999);
  assert.equal(await remotes.visit("roof", SIGNAL), first);
  assert.equal(node.connections.dialed, 1);
  await clock.tick(1);
  node.refuse();
  assert.equal((await remotes.visit("roof", SIGNAL)).kind, "failed");
  await node.accept();
  assert.equal((await remotes.visit("roof", SIGNAL)).kind, "failed");
  assert.deepEqual(rig.said().filter((line) => line.includes("gone")), []);
});

Deno.test("RemoteNodes.visit() shares the visit under way", async () => {
  await using rig = await startRig();
  await rig.clock.tick(FIRST_MS);
  const [one, two] = await Promise.all([rig.remotes.visit("roof", SIGNAL), rig.remotes.visit("roof", SIGNAL)]);
  assert.equal(one, two);
  assert.equal(rig.node.connections.dialed, 1);
});

Deno.test("RemoteNodes.visit() stops waiting when it is told to, and the visit goes on for the others", async () => {
  let lookups = 0;
  const resolve = (host: string) => {
    lookups += 1;
    return Promise.resolve([host]);
  };
  await using rig = await startRig({ slots: new Slots({ resolve }) });
  const { remotes } = rig;
  const deadline = new AbortController();
  const impatient = remotes.visit("roof", deadline.signal);
  const patient = remotes.visit("roof", SIGNAL);
  deadline.abort(new Error("too late"));
  await assert.rejects(impatient, /^Error: too late$/);
  assert.equal((await patient).kind, "reached");
  await rig.clock.tick(60_000);
  const lookupsBefore = lookups;
  await assert.rejects(remotes.visit("roof", deadline.signal), /too late/);
  assert.equal(lookups, lookupsBefore, "nothing begins for a command that is over");
});

Deno.test("RemoteNodes knows only the names of the configuration", async () => {
  await using rig = await startRig();
  assert.throws(() => rig.remotes.standing("__proto__"), RangeError);
  await assert.rejects(rig.remotes.visit("tower", SIGNAL), RangeError);
});
