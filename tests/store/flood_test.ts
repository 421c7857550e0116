import assert from "node:assert/strict";
import { readPacket } from "../../src/mesh/packet.ts";
import { createNodeDb } from "../../src/mesh/node_db.ts";
import { openStore } from "../../src/store/open.ts";
import type { ToHistory } from "../../src/store/protocol.ts";
import { startWorker } from "../../src/store/start_worker.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { heardPacket, OWN, tempFolder } from "./support.ts";

const BATCH_PACKETS = 500;
const NODES = 20;

Deno.test("History keeps the nodes of a flood once a second, and all of them when it is over", async () => {
  await using folder = await tempFolder();
  const clock = createFakeClock();
  const nodes = createNodeDb({ clock });
  nodes.ownNum = OWN;
  /** How many nodes came with each batch. */
  const handedOver: number[] = [];
  await using store = openStore({
    folder: folder.path,
    clock,
    keepDays: 30,
    maxMb: 512,
    nodes,
    startWorker() {
      const worker = startWorker();
      const post = worker.postMessage.bind(worker) as (message: ToHistory, transfer?: Transferable[]) => void;
      worker.postMessage = (message: ToHistory, transfer?: unknown) => {
        if (message.type === "batch") handedOver.push(message.batch.rows.nodes?.length ?? 0);
        post(message, transfer as Transferable[]);
      };
      return worker;
    },
  });
  await store.loadNodes();
  let id = 0;
  function flood(): void {
    for (let packet = 0; packet < BATCH_PACKETS; packet += 1) {
      const heard = heardPacket({ id: ++id, from: 0x1001 + id % NODES });
      const incoming = readPacket(heard);
      nodes.applyReception(incoming);
      store.history.packet(heard, incoming);
      store.history.nodeChanged(heard.from, "soon");
    }
  }
  for (let batch = 0; batch < 3; batch += 1) flood();
  assert.deepEqual(handedOver, [NODES, 0, 0]);
  await clock.tick(1000);
  flood();
  assert.deepEqual(handedOver, [NODES, 0, 0, NODES]);
  flood();
  await clock.tick(59_999);
  assert.deepEqual(handedOver, [NODES, 0, 0, NODES, 0]);
  await clock.tick(1);
  assert.deepEqual(handedOver, [NODES, 0, 0, NODES, 0, NODES], "nobody has spoken since, and they are kept all the same");
});
