import assert from "node:assert/strict";
import type { MeshPacket } from "../../src/link/messages.ts";
import { Random } from "../../src/simulator/random.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { shareRig } from "../support/share_rig.ts";
import { dataPacket, type TestClient, textPacket } from "../support/sim.ts";
import { nextState } from "../support/talker.ts";
import { socketsSettle, unhurried } from "../support/unhurried.ts";

const CLIENTS = 20;
const SECONDS = 20;
const STEP_MS = 100;
const PACKETS_A_STEP = 14;
const FAULT_EVERY_STEPS = 25;
const PRIVATE_APP = 256;

/** Packets of the mesh that a client has had, in order. */
function idsOf(client: TestClient, own: number): number[] {
  return client.messages.flatMap(({ payloadVariant }) =>
    payloadVariant.case === "packet" && payloadVariant.value.from !== own ? [payloadVariant.value.id] : []
  );
}

Deno.test("Share loses, doubles and reorders no packet for any of 20 clients that come and go, whatever the radio's line does", async () => {
  const clock = createFakeClock();
  const random = new Random(7);
  const fromRadio: number[] = [];
  const isFromMesh = ({ from, id }: MeshPacket, own: number) => from !== own && id !== 0;
  await using rig = await shareRig({
    clock,
    node: { queueSize: 200 },
    onFromRadio({ payloadVariant }) {
      if (payloadVariant.case === "packet" && isFromMesh(payloadVariant.value, 0xa1b2_0a01)) fromRadio.push(payloadVariant.value.id);
    },
  });
  const own = rig.node.nodeNum;
  const stays = await rig.ready();
  const clients = new Set<TestClient>();
  const gone: number[][] = [];
  let open = 0;
  let mostOpen = 0;
  rig.node.on("accept", () => mostOpen = Math.max(mostOpen, open += 1));
  rig.node.on("closed", () => open -= 1);
  open = mostOpen = 1;
  let faults = 0;
  let sent = 0;
  let asked = 0;
  for (let step = 1; step <= SECONDS * 1000 / STEP_MS; step += 1) {
    for (let count = 0; count < PACKETS_A_STEP; count += 1) {
      const id = sent += 1;
      const from = 0x1000 + random.integer(0, 50);
      rig.node.receiveFromMesh(
        random.chance(0.1)
          ? textPacket(`text ${id}`, { from, id })
          : dataPacket(PRIVATE_APP, random.bytes(random.integer(1, 150)), { from, id }),
      );
    }
    if (clients.size < CLIENTS - 1 && random.chance(0.5)) {
      const client = await rig.client();
      clients.add(client);
      await client.send({ case: "wantConfigId", value: random.pick([69420, 69421, 5]) });
    }
    for (const client of [...clients]) {
      if (random.chance(0.02)) {
        await client.sendPacket(textPacket(`client ${step}`, { id: 1_000_000 + (asked += 1) }));
      }
      if (!random.chance(0.03)) continue;
      clients.delete(client);
      if (random.chance(0.5)) await client.send({ case: "disconnect", value: true });
      else client.close();
      await client.ended;
      gone.push(idsOf(client, own));
      await client[Symbol.asyncDispose]();
    }
    if (step % FAULT_EVERY_STEPS === 0) {
      faults += 1;
      const fault = random.pick(["fin", "rst", "garbage", "split"] as const);
      rig.node.splitWrites(fault === "split" ? 7 : undefined);
      if (fault === "garbage") rig.node.garbage(100);
      if (fault === "fin" || fault === "rst") {
        const ready = nextState(rig.link, "ready");
        if (fault === "fin") rig.node.hangUp();
        else rig.node.reset();
        await unhurried(clock, ready);
      }
    }
    await clock.tick(STEP_MS);
    await socketsSettle();
  }
  rig.node.splitWrites(undefined);
  const last = 900_000;
  rig.node.receiveFromMesh(dataPacket(PRIVATE_APP, new Uint8Array(1), { from: 0x1000, id: last }));
  await unhurried(clock, stays.packet(({ id }) => id === last));
  assert.deepEqual(idsOf(stays, own), fromRadio.slice(fromRadio.length - idsOf(stays, own).length));
  assert.equal(idsOf(stays, own).length, fromRadio.length);
  assert.ok(fromRadio.length > sent / 2, `${fromRadio.length} of ${sent}`);
  const staying = [...clients].filter(({ messages }) => messages.some(({ payloadVariant }) => payloadVariant.case === "configCompleteId"));
  for (const client of staying) {
    await unhurried(
      clock,
      client.until(({ payloadVariant }) => payloadVariant.case === "packet" && payloadVariant.value.id === last, 0),
    );
  }
  const heard = [...gone, ...staying.map((client) => idsOf(client, own))];
  for (const ids of heard) {
    if (ids.length === 0) continue;
    const from = fromRadio.indexOf(ids[0] as number);
    assert.deepEqual(ids, fromRadio.slice(from, from + ids.length));
  }
  for (const client of staying) assert.equal(idsOf(client, own).at(-1), last);
  assert.ok(heard.filter((ids) => ids.length > 0).length > CLIENTS && faults > 5 && asked > 5, String([heard.length, faults, asked]));
  assert.equal(mostOpen, 1);
  assert.equal(rig.node.connections.kicked, 0);
  for (const client of [stays, ...clients]) await client[Symbol.asyncDispose]();
});
