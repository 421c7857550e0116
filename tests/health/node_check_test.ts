import assert from "node:assert/strict";
import { type Check, type CheckReport, runChecks } from "../../src/health/checks.ts";
import { nodeCheck, type NodeCheckOptions } from "../../src/health/node_check.ts";
import { systemClock } from "../../src/clock.ts";
import type { Socket } from "../../src/link/connection.ts";
import { Slots } from "../../src/link/slot.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import type { SimulatedNodeOptions } from "../../src/simulator/node_options.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { key, nodeInfoPacket } from "../support/node_handshake.ts";

async function reportOf(check: Check, signal = new AbortController().signal, clock = systemClock): Promise<CheckReport> {
  const [report] = await runChecks([check], { clock, signal });
  assert.ok(report !== undefined);
  return report;
}

async function checkNode(options: SimulatedNodeOptions, bot: NodeCheckOptions["bot"] = {}): Promise<CheckReport> {
  await using node = await startSimulatedNode({ acceptPollMs: 0, ...options });
  return await reportOf(nodeCheck({ host: "127.0.0.1", port: node.port, clock: systemClock, bot }));
}

function troubles(report: CheckReport): string[] {
  return (report.findings ?? []).filter(({ level }) => level !== "ok").map(({ level, what }) => `${level}: ${what}`);
}

Deno.test("nodeCheck() tells the way to the node, who it is, and what it thinks of its settings", async () => {
  const report = await checkNode({ firmware: "2.7.26", nodes: 5 });
  assert.deepEqual([report.name, report.ok, report.wrong], ["node", true, undefined]);
  assert.equal(report.understood, "!a1b20a01 (SIM, Simulated Node), firmware 2.7.26.54e0d8d, 6 nodes");
  assert.deepEqual(Object.keys(report.details ?? {}), ["address", "connected in", "handshake"]);
  assert.match(report.details?.["address"] ?? "", /^127\.0\.0\.1:\d+$/);
  assert.match(report.details?.["connected in"] ?? "", /^\d+ ms$/);
  assert.match(report.details?.["handshake"] ?? "", /^\d+ messages in \d+ ms$/);
  assert.deepEqual(troubles(report), [
    "warn: The node keeps no list of its neighbours (neighbor_info is off).",
    "warn: The clock of the node is not set.",
  ]);
});

Deno.test("rule 24: nodeCheck() asks the node for its configuration, takes its leave, and says nothing else to it", async () => {
  await using node = await startSimulatedNode({ acceptPollMs: 0, region: 0, managed: true });
  const said: (string | undefined)[] = [];
  node.on("toRadio", ({ message }) => said.push(message.payloadVariant.case));
  await reportOf(nodeCheck({ host: "127.0.0.1", port: node.port, clock: systemClock }));
  assert.deepEqual(said, ["wantConfigId", "disconnect"]);
  assert.equal(node.connections.dialed, 1);
});

Deno.test("rule 24: nodeCheck() finds what is wrong with a simulated node of each firmware", async () => {
  for (const firmware of ["2.6.11", "2.7.26", "2.8.0"] as const) {
    const report = await checkNode({ firmware, region: 0, hopLimit: 5, managed: true, position: "unknown" });
    assert.deepEqual([report.ok, report.wrong], [false, "one setting keeps the bot from its work"], firmware);
    const found = troubles(report).join("\n");
    const expected = [
      /bad: The radio region/,
      /warn: The node is managed/,
      /warn: The hop limit is 5/,
      /warn: The node does not know where/,
    ];
    for (const what of expected) assert.match(found, what, firmware);
    assert.equal(/older than 2\.7\.4/.test(found), firmware === "2.6.11");
  }
});

Deno.test("rule 8: nodeCheck() shows a key conflict that it comes across", async () => {
  const num = 0xa1b2e4ed;
  await using node = await startSimulatedNode({ acceptPollMs: 0, nodes: [{ num, longName: "Alice" }] });
  // The list with the stored key is out by then, and the packet follows at once.
  node.on("configured", () => node.receiveFromMesh(nodeInfoPacket(num, key(3))));
  const report = await reportOf(nodeCheck({ host: "127.0.0.1", port: node.port, clock: systemClock }));
  assert.equal(report.ok, true);
  assert.ok(troubles(report).includes("warn: Alice (!a1b2e4ed) announces another public key than the one that is stored for it."));
});

Deno.test("nodeCheck() says in one line that nobody listens", async () => {
  await using node = await startSimulatedNode();
  node.refuse();
  const { ok, wrong, understood, findings } = await reportOf(nodeCheck({ host: "127.0.0.1", port: node.port, clock: systemClock }));
  assert.deepEqual([ok, understood, findings], [false, undefined, undefined]);
  assert.match(wrong ?? "", /^Cannot visit the node \(127\.0\.0\.1:\d+\): .*refused.*$/i);
});

Deno.test("nodeCheck() says in one line that the name is not known", async () => {
  const slots = new Slots({ resolve: (host) => Promise.reject(new Error(`getaddrinfo ENOTFOUND ${host}`)) });
  const { wrong } = await reportOf(nodeCheck({ host: "nowhere.test", port: 4403, clock: systemClock, slots }));
  assert.equal(wrong, "Cannot visit the node (nowhere.test:4403): getaddrinfo ENOTFOUND nowhere.test");
});

Deno.test("nodeCheck() leaves a node alone that this program is connected to", async () => {
  const slots = new Slots();
  const slot = await slots.claim("the bot", "127.0.0.1", 4403);
  const { ok, wrong } = await reportOf(nodeCheck({ host: "localhost", port: 4403, clock: systemClock, slots, connect: unexpected }));
  assert.equal(ok, false);
  assert.match(wrong ?? "", /the bot holds it as 127\.0\.0\.1:4403, and a node serves one client only/);
  slot.release();
});

function unexpected(): Promise<Socket> {
  throw new Error("this test dials nobody");
}

/** A socket of a node that does as it is told. */
class ScriptedSocket implements Socket {
  readonly #closed = Promise.withResolvers<never>();

  constructor(readonly reads: (() => number | null)[]) {
    this.#closed.promise.catch(() => {
      // Reads see it; between two of them nobody waits.
    });
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const next = this.reads.shift();
    if (next === undefined) return await this.#closed.promise;
    buffer.fill(0);
    return next();
  }

  write(bytes: Uint8Array): Promise<number> {
    return Promise.resolve(bytes.length);
  }

  close(): void {
    this.#closed.reject(new Deno.errors.BadResource("closed"));
  }
}

function scripted(clock: FakeClock, connect: NonNullable<NodeCheckOptions["connect"]>): Check {
  const slots = new Slots({ resolve: () => Promise.resolve(["192.0.2.7"]), ownAddresses: () => [] });
  return nodeCheck({ host: "node.test", port: 4403, clock, slots, connect });
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

Deno.test("nodeCheck() gives up after 10 s on a node that does not take the connection", async () => {
  const clock = createFakeClock();
  const report = reportOf(scripted(clock, (_address, _port, signal) => never(signal)), undefined, clock);
  await clock.tick(10_000);
  assert.deepEqual(await report, {
    name: "node",
    ok: false,
    tookMs: 10_000,
    understood: undefined,
    wrong: "Cannot visit the node (node.test:4403): no answer from 192.0.2.7:4403 within 10 s",
    details: {},
  });
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("nodeCheck() gives up after 20 s on a node that takes the connection and says nothing", async () => {
  const clock = createFakeClock();
  // One stray byte at once: the silence is counted from there.
  const report = reportOf(scripted(clock, () => Promise.resolve(new ScriptedSocket([() => 1]))), undefined, clock);
  await clock.tick(20_500);
  const { wrong, details } = await report;
  assert.equal(wrong, "Cannot visit the node (node.test:4403): it took the connection, but said nothing for 20 s");
  assert.deepEqual(details, { address: "192.0.2.7:4403", "connected in": "0 ms" });
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("nodeCheck() gives up after 2 minutes on a node that never comes to the end", async () => {
  const clock = createFakeClock();
  class Talker extends ScriptedSocket {
    override async read(buffer: Uint8Array): Promise<number | null> {
      const closed = super.read(buffer);
      const spoken = new Promise<number>((resolve) => void clock.after(5000, () => resolve(1)));
      return await Promise.race([closed, spoken]);
    }
  }
  const report = reportOf(scripted(clock, () => Promise.resolve(new Talker([]))), undefined, clock);
  await clock.tick(120_500);
  assert.match((await report).wrong ?? "", /^the visit to the node \(node\.test:4403\) took longer than 120 s$/);
});

Deno.test("nodeCheck() says that the node ended the visit", async () => {
  const clock = createFakeClock();
  const { wrong } = await reportOf(scripted(clock, () => Promise.resolve(new ScriptedSocket([() => null]))), undefined, clock);
  assert.equal(wrong, "the node (node.test:4403) ended the visit: closed by the node (FIN)");
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("nodeCheck() stops when it is told to, before and while it dials and while it listens", async () => {
  for (const connect of [(_a: string, _p: number, signal: AbortSignal) => never(signal), () => Promise.resolve(new ScriptedSocket([]))]) {
    const clock = createFakeClock();
    const stopping = new AbortController();
    const report = reportOf(scripted(clock, connect), stopping.signal, clock);
    await clock.tick(1000);
    stopping.abort();
    await clock.tick(500);
    assert.equal((await report).wrong, "stopped before it was done");
    assert.equal(clock.pendingTimers(), 0);
  }
  const clock = createFakeClock();
  assert.equal((await reportOf(scripted(clock, unexpected), AbortSignal.abort(), clock)).wrong, "stopped before it was done");
});
