import assert from "node:assert/strict";
import fc from "fast-check";
import { encode, encodedLengthBytes, make } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import { readPacket } from "../../src/mesh/packet.ts";
import { packetsOf } from "../../src/store/batch.ts";
import { dataLengthBytes, isHeard, receivedMs } from "../../src/store/collect.ts";
import { batchOf, heardPacket } from "./support.ts";

const NOW_MS = 1.9e12;
const uint32 = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff_ffff }));

Deno.test("dataLengthBytes() is what the codec makes of it", () => {
  const data = fc.record({
    portnum: fc.integer({ min: 0, max: 511 }),
    payload: fc.uint8Array({ maxLength: 237 }),
    wantResponse: fc.boolean(),
    dest: uint32,
    source: uint32,
    requestId: uint32,
    replyId: uint32,
    emoji: uint32,
    bitfield: fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined }),
  });
  fc.assert(fc.property(data, ({ bitfield, ...rest }) => {
    const made = make("Data", { ...rest, ...(bitfield === undefined ? {} : { bitfield }) });
    assert.equal(dataLengthBytes(made), encodedLengthBytes("Data", made));
  }));
});

Deno.test("receivedMs() takes the node's time for what waited there, and ours for all else", () => {
  const nowS = NOW_MS / 1000;
  assert.equal(receivedMs({ rxTime: 0 }, NOW_MS + 0.4), NOW_MS);
  assert.equal(receivedMs({ rxTime: nowS - 3 }, NOW_MS), NOW_MS, "two clocks differ by a little");
  assert.equal(receivedMs({ rxTime: nowS - 600 }, NOW_MS), NOW_MS - 600_000);
  assert.equal(receivedMs({ rxTime: nowS + 600 }, NOW_MS), NOW_MS, "never in the future");
  assert.equal(receivedMs({ rxTime: 1000 }, NOW_MS), NOW_MS, "its clock was never set");
});

Deno.test("isHeard() is false for a packet that 2.8 firmware replays from its memory", () => {
  assert.equal(isHeard(heardPacket()), true);
  assert.equal(isHeard(heardPacket({ rxRssi: 0 })), false);
});

Deno.test("collectPacket() keeps the bytes of every packet, whatever is in it, in rows that the tables take", () => {
  const packet = fc.record({
    portnum: fc.constantFrom(...Object.values(PortNum), 999),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 230 }),
      fc.array(fc.record({ nodeId: uint32, snr: fc.float() }), { maxLength: 30 }).map((neighbors) => encode("NeighborInfo", { neighbors })),
      fc.record({ route: fc.array(uint32), snrTowards: fc.array(fc.integer({ min: -200, max: 200 })) }).map((route) =>
        encode("RouteDiscovery", route)
      ),
    ),
    requestId: uint32,
    from: uint32,
    to: uint32,
    rxSnr: fc.float(),
    rxRssi: fc.integer({ min: -200, max: 100 }),
    hopStart: fc.integer({ min: 0, max: 300 }),
    hopLimit: fc.integer({ min: 0, max: 300 }),
    rxTime: uint32,
  });
  fc.assert(fc.property(fc.array(packet, { maxLength: 40 }), (drawn) => {
    const packets = drawn.map(({ portnum, payload, requestId, ...rest }) =>
      heardPacket({ ...rest, data: { portnum, payload, requestId } })
    );
    const batch = batchOf(packets.map((one) => [one, NOW_MS]));
    const kept = [...packetsOf(batch)];
    assert.deepEqual(kept.map(({ raw }) => [...raw]), packets.map((one) => [...encode("MeshPacket", one)]));
    assert.deepEqual(kept.map(({ numbers }) => numbers.from), packets.map(({ from }) => from));
    assert.equal(new Set(kept.map(({ numbers }) => numbers.atUs)).size, kept.length, "no two have the same key");
    assert.equal(batch.rows.texts?.length ?? 0, packets.filter((one) => readPacket(one).kind === "text").length);
    for (const cells of Object.values(batch.rows).flat(2)) {
      assert.ok(cells === null || typeof cells === "string" || Number.isFinite(cells), String(cells));
    }
  }));
});

Deno.test("collectPacket() takes the lowest bit of the bitfield for the leave to pass it on by MQTT", () => {
  const packets = [undefined, 0, 1, 2, 3].map((bitfield) => heardPacket(bitfield === undefined ? {} : { data: { bitfield } }));
  const unsaid = heardPacket({ payloadVariant: { case: "encrypted", value: new Uint8Array(20) } });
  const kept = [...packetsOf(batchOf([...packets, unsaid].map((one) => [one, NOW_MS])))];
  // heardPacket() gives the leave unless it is told otherwise.
  assert.deepEqual(kept.map(({ numbers }) => numbers.okToMqtt), [1, 0, 1, 0, 1, 0]);
});

Deno.test("collectPacket() takes a report of twenty neighbours, and none of more", () => {
  const report = (count: number) => {
    const neighbors = Array.from({ length: count }, (_, index) => ({ nodeId: 0x2000 + index, snr: 4 }));
    const payload = encode("NeighborInfo", { nodeId: 0x1001, neighbors });
    return batchOf([[heardPacket({ data: { portnum: PortNum.NEIGHBORINFO_APP, payload } }), NOW_MS]]).rows.neighbours?.length ?? 0;
  };
  assert.deepEqual([19, 20, 21].map(report), [19, 20, 0]);
});
