import assert from "node:assert/strict";
import { make } from "../../src/link/codec.ts";
import { createNodeDb, type NodeDb } from "../../src/mesh/node_db.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { HistoryClient } from "../../src/store/history_client.ts";
import type { Batch, RowTable } from "../../src/store/batch.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { logged } from "../support/logged.ts";
import { PaperWorker } from "./paper_worker.ts";
import { heardPacket, OWN } from "./support.ts";

const ALICE = 0x1001;
const BOB = 0x1002;

interface Rig {
  readonly clock: FakeClock;
  readonly nodes: NodeDb;
  readonly client: HistoryClient;
  readonly workers: PaperWorker[];
  hear(from: number): void;
  /** What was handed over since the last look. */
  batches(): { readonly batch: Batch; readonly count: number }[];
}

function rig(): Rig {
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  nodes.ownNum = OWN;
  const workers: PaperWorker[] = [];
  const client = new HistoryClient({
    path: "meshbot.db",
    journalPath: undefined,
    keepDays: 1,
    maxMb: 1,
    clock,
    nodes,
    startWorker() {
      const worker = new PaperWorker();
      workers.push(worker);
      return worker as unknown as Worker;
    },
  });
  workers[0]?.says({ type: "started" });
  let id = 1;
  return {
    clock,
    nodes,
    client,
    workers,
    hear(from) {
      const packet = heardPacket({ from, id: id += 1 });
      nodes.applyUser(from, make("User", { longName: `Node ${from}` }));
      client.packet(packet, readPacket(packet));
    },
    batches: () => (workers.at(-1)?.said.splice(0) ?? []).flatMap((message) => message.type === "batch" ? [message] : []),
  };
}

/** The nodes in what was handed over. */
function nodesIn(batches: readonly { readonly batch: Batch }[]): unknown[] {
  return rowsIn(batches, "nodes").map(([num]) => num);
}

function rowsIn(batches: readonly { readonly batch: Batch }[], table: RowTable): readonly unknown[][] {
  return batches.flatMap(({ batch }) => batch.rows[table] ?? []);
}

Deno.test("HistoryClient hands over 500 packets at once, and fewer a minute after the first", async () => {
  const { clock, hear, batches } = rig();
  for (let count = 0; count < 499; count += 1) hear(ALICE);
  assert.deepEqual(batches(), []);
  hear(ALICE);
  const [full] = batches();
  assert.deepEqual([full?.batch.packets, full?.batch.ownNum], [500, OWN]);
  assert.equal(full?.count, 500 + rowsIn([full as { batch: Batch }], "texts").length);
  hear(ALICE);
  await clock.tick(30_000);
  hear(ALICE);
  await clock.tick(29_999);
  assert.deepEqual(batches(), []);
  await clock.tick(1);
  assert.deepEqual(batches().map(({ batch }) => batch.packets), [2]);
  await clock.tick(600_000);
  assert.deepEqual([batches(), clock.pendingTimers()], [[], 0]);
});

Deno.test("HistoryClient keeps nodes that were heard every ten minutes, and one whose name or place has come with the next batch", async () => {
  const { clock, nodes, client, hear, batches } = rig();
  hear(ALICE);
  hear(BOB);
  await clock.tick(60_000);
  assert.deepEqual(nodesIn(batches()), []);
  client.nodeChanged(BOB, "soon");
  client.linkEvent("ready");
  await clock.tick(60_000);
  assert.deepEqual(nodesIn(batches()), [BOB]);
  // Ten minutes after the start, to the millisecond.
  await clock.tick(419_999);
  client.linkEvent("lost");
  await clock.tick(59_999);
  assert.deepEqual(nodesIn(batches()), []);
  await clock.tick(1);
  assert.deepEqual(nodesIn(batches()), []);
  client.linkEvent("ready");
  await clock.tick(60_000);
  assert.deepEqual(nodesIn(batches()), [ALICE]);
  // Of a node that is forgotten there is nothing to keep.
  client.nodeChanged(0x9999, "soon");
  client.linkEvent("ready");
  await clock.tick(60_000);
  assert.deepEqual(nodesIn(batches()), []);
  assert.equal(nodes.get(0x9999), undefined);
});

Deno.test("HistoryClient forgets what it knows of the nodes when they are another radio's, after what came before", async () => {
  const { clock, client, workers, hear, batches } = rig();
  hear(ALICE);
  client.nodeChanged(BOB, "soon");
  workers[0]?.said.splice(0);
  client.forgetNodes();
  assert.deepEqual(workers[0]?.said.map(({ type }) => type), ["batch", "forgetNodes"]);
  batches();
  client.nodeChanged(ALICE);
  client.forgetNodes();
  await clock.tick(600_000);
  client.linkEvent("ready");
  await clock.tick(60_000);
  assert.deepEqual(nodesIn(batches()), []);
});

Deno.test("HistoryClient tells of the nodes of a flood once a second, and of the last ones a minute after it", async () => {
  const { clock, client, nodes, hear, batches } = rig();
  const flood = () => {
    for (let count = 0; count < 500; count += 1) hear(ALICE);
  };
  nodes.applyUser(BOB, make("User", { longName: "Bob" }));
  client.nodeChanged(BOB, "soon");
  flood();
  assert.deepEqual(nodesIn(batches()), [BOB]);
  client.nodeChanged(BOB, "soon");
  await clock.tick(999);
  flood();
  assert.deepEqual(nodesIn(batches()), []);
  await clock.tick(1);
  flood();
  assert.deepEqual(nodesIn(batches()), [BOB]);
  client.nodeChanged(BOB, "soon");
  flood();
  assert.deepEqual(nodesIn(batches()), []);
  await clock.tick(60_000);
  assert.deepEqual(nodesIn(batches()), [BOB]);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("HistoryClient hands over an event, or a reading, a minute after it", async () => {
  for (const tell of [(client: HistoryClient) => client.linkEvent("ready"), (client: HistoryClient) => client.reading("battery", 1)]) {
    const { clock, client, batches } = rig();
    tell(client);
    await clock.tick(59_999);
    assert.deepEqual(batches(), []);
    await clock.tick(1);
    assert.deepEqual(batches().map(({ count }) => count), [1]);
  }
});

Deno.test("HistoryClient takes events and readings with bounds, and no reading that is no number", async () => {
  const { clock, client, batches } = rig();
  client.linkEvent("x".repeat(150), `${"y".repeat(199)}\ud83d\ude00`);
  client.reading("z".repeat(150), 1.5);
  for (const value of [NaN, Infinity, -Infinity]) client.reading("battery", value);
  await clock.tick(60_000);
  const handed = batches();
  assert.deepEqual(rowsIn(handed, "link_events").map(([, kind, detail]) => [kind, detail]), [[
    "x".repeat(100),
    `${"y".repeat(199)}\ufffd`,
  ]]);
  assert.deepEqual(rowsIn(handed, "service_history").map(([kind, , value]) => [kind, value]), [["z".repeat(100), 1.5]]);
  assert.equal(handed[0]?.count, 2);
});

Deno.test("HistoryClient leaves packets out while 32,000 are not taken, counts them, and says so once until all are", async () => {
  const lines = await logged(() => {
    const { client, workers, hear, batches } = rig();
    let untaken = 0;
    const fill = () => {
      while (untaken < 32_000) {
        hear(ALICE);
        for (const { count } of batches()) untaken += count;
      }
    };
    fill();
    assert.equal(client.lostPackets, 0);
    hear(ALICE);
    hear(ALICE);
    assert.equal(client.lostPackets, 2);
    workers[0]?.says({ type: "taken", count: 1000 });
    untaken -= 1000;
    fill();
    hear(ALICE);
    assert.equal(client.lostPackets, 3);
    workers[0]?.says({ type: "taken", count: untaken });
    untaken = 0;
    fill();
    hear(ALICE);
    assert.equal(client.lostPackets, 4);
    workers[0]?.says({ type: "state", kind: "memory", lostPackets: 10 });
    assert.deepEqual([client.lostPackets, client.kind], [14, "memory"]);
  });
  assert.equal(lines.filter((line) => line.includes("the disk is too slow")).length, 2);
});

Deno.test("HistoryClient passes on what its thread says, and asks it with all that has come", async () => {
  const lines = await logged(async () => {
    const { client, workers, hear } = rig();
    for (const level of ["info", "warn", "error"] as const) workers[0]?.says({ type: "said", level, text: `it is ${level}` });
    hear(ALICE);
    workers[0]?.said.splice(0);
    const asked = client.ask("overview", {} as never);
    const [batch, question] = workers[0]?.said ?? [];
    assert.deepEqual([batch?.type, question?.type], ["batch", "ask"]);
    workers[0]?.says({ type: "answer", id: (question as { id: number }).id, value: undefined });
    assert.equal(await asked, undefined);
    const loading = client.loadNodes();
    const { id } = workers[0]?.said.at(-1) as { id: number };
    workers[0]?.says({ type: "refused", id, reason: "no such table" });
    assert.deepEqual(await loading, { ownNum: undefined, nodes: [] });
  });
  assert.deepEqual(lines.map((line) => /(INFO|WARNING|ERROR) .*it is (\w+)/.exec(line)?.slice(1)), [
    ["INFO", "info"],
    ["WARNING", "warn"],
    ["ERROR", "error"],
  ]);
});

Deno.test("HistoryClient hands over everything at its end, nodes included, and takes nothing after", async () => {
  const { clock, client, workers, hear, batches } = rig();
  hear(ALICE);
  const closing = client[Symbol.asyncDispose]();
  const handed = batches();
  assert.deepEqual([handed.map(({ batch }) => batch.packets), nodesIn(handed)], [[1], [ALICE]]);
  let isClosed = false;
  void closing.then(() => isClosed = true);
  await clock.tick(1);
  assert.equal(isClosed, false);
  hear(ALICE);
  client.linkEvent("lost");
  workers[0]?.says({ type: "closed" });
  await closing;
  await client[Symbol.asyncDispose]();
  assert.deepEqual([clock.pendingTimers(), client.lostPackets], [0, 0]);
});

Deno.test("HistoryClient counts what it collected while no thread ran, and begins to count anew with the next one", async () => {
  await logged(async () => {
    const { clock, client, workers, hear, batches } = rig();
    hear(ALICE);
    workers[0]?.dies();
    await clock.tick(999);
    await assert.rejects(client.ask("overview", {} as never), /its thread does not run/);
    assert.equal(client.lostPackets, 1);
    await clock.tick(1);
    workers[1]?.says({ type: "started" });
    hear(ALICE);
    await clock.tick(60_000);
    assert.deepEqual([batches().map(({ batch }) => batch.packets), client.lostPackets, client.kind], [[1], 1, "file"]);
  });
});

Deno.test("HistoryClient takes the 32,000th, and no more; whatever has ten minutes is kept then, to the millisecond", async () => {
  const { clock, nodes, client, workers, hear, batches } = rig();
  nodes.applyUser(BOB, make("User", { longName: "Bob" }));
  client.nodeChanged(BOB);
  await clock.tick(599_999);
  void client.flush();
  assert.deepEqual(nodesIn(batches()), []);
  await clock.tick(1);
  void client.flush();
  assert.deepEqual(nodesIn(batches()), [BOB]);
  workers[0]?.says({ type: "taken", count: 1 });
  for (let count = 0; count < 31_999; count += 1) client.linkEvent("ready");
  void client.flush();
  assert.equal(batches().reduce((sum, { count }) => sum + count, 0), 31_999);
  hear(ALICE);
  assert.equal(client.lostPackets, 0);
  void client.flush();
  hear(ALICE);
  assert.equal(client.lostPackets, 1);
});
