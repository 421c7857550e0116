import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode } from "../../src/link/codec.ts";
import { FIELDS } from "../../src/link/fields.ts";
import {
  DATA,
  FROM_RADIO,
  isSound,
  PACKET,
  patchAnswer,
  patchNotification,
  patchPacket,
  patchQueueStatus,
} from "../../src/share/patch_packet.ts";
import { bytesField, fieldsOf, fixed32Field, join, varintField } from "../../src/share/wire.ts";
import { anyPacketBytes } from "../support/any_packet.ts";

const EVERY_DATA_FIELD = {
  portnum: 1,
  payload: new Uint8Array([1]),
  wantResponse: true,
  dest: 1,
  source: 1,
  requestId: 1,
  replyId: 1,
  emoji: 1,
  bitfield: 1,
};
const EVERY_PACKET_FIELD = {
  from: 1,
  to: 1,
  channel: 1,
  payloadVariant: { case: "encrypted", value: new Uint8Array([1]) },
  id: 1,
  rxTime: 1,
  rxSnr: 1,
  hopLimit: 1,
  wantAck: true,
  priority: 1,
  rxRssi: 1,
  delayed: 1,
  viaMqtt: true,
  hopStart: 1,
  publicKey: new Uint8Array([1]),
  pkiEncrypted: true,
  nextHop: 1,
  relayNode: 1,
  txAfter: 1,
  transportMechanism: 1,
};
const uint32 = fc.integer({ min: 1, max: 0xffff_ffff });

/** The fields of a message but for these, as text. */
function others(bytes: Uint8Array, numbers: readonly number[]): string[] {
  return (fieldsOf(bytes) ?? []).filter(({ number }) => !numbers.includes(number)).map(({ start, end }) =>
    String(bytes.subarray(start, end))
  );
}

Deno.test("patchPacket() changes sender and id and leaves every other byte of any packet", () => {
  fc.assert(fc.property(anyPacketBytes(), uint32, uint32, (packet, from, id) => {
    const patched = patchPacket(packet, { from, id });
    const { from: readFrom, id: readId } = decode("MeshPacket", patched);
    assert.deepEqual([readFrom, readId], [from, id]);
    assert.deepEqual(others(patched, [1, 6]), others(packet, [1, 6]));
    assert.deepEqual(patchPacket(packet, {}), packet);
  }));
});

Deno.test("patchPacket() keeps a field that was there where it was", () => {
  fc.assert(fc.property(anyPacketBytes(), uint32, (packet, id) => {
    const withId = join([fixed32Field(6, 77), packet.length === 0 ? packet : packet, fixed32Field(6, 78)]);
    const patched = patchPacket(withId, { id });
    assert.equal(patched.length, withId.length);
    assert.deepEqual(patched.subarray(0, withId.length - 4), withId.subarray(0, withId.length - 4));
    assert.equal(decode("MeshPacket", patched).id, id);
  }));
});

Deno.test("patchAnswer() names other requests and leaves every other byte", () => {
  const data = fc.record({ requestId: uint32, replyId: uint32, payload: fc.uint8Array({ maxLength: 50 }) });
  fc.assert(fc.property(data, anyPacketBytes({ payload: false }), uint32, ({ requestId, replyId, payload }, rest, other) => {
    const inner = join([encode("Data", { portnum: 5, payload, requestId, replyId }), varintField(99, 5)]);
    const fromRadio = join([bytesField(2, join([bytesField(4, inner), rest])), varintField(77, 1)]);
    const patched = patchAnswer(fromRadio, (id) => id === requestId ? other : id);
    assert.equal(patched.length, fromRadio.length);
    const message = decode("FromRadio", patched).payloadVariant;
    const read = message.case === "packet" && message.value.payloadVariant.case === "decoded"
      ? message.value.payloadVariant.value
      : undefined;
    assert.deepEqual([read?.requestId, read?.replyId], [other, replyId === requestId ? other : replyId]);
    const back = patchAnswer(patched, (id) => id === other ? requestId : id);
    if (other !== replyId) assert.deepEqual(back, fromRadio);
    assert.equal(patchAnswer(fromRadio, (id) => id), fromRadio);
  }));
});

Deno.test("patchQueueStatus() and patchNotification() name another packet", () => {
  const status = encode("FromRadio", {
    payloadVariant: { case: "queueStatus", value: { res: 35, free: 14, maxlen: 16, meshPacketId: 5 } },
  });
  assert.deepEqual(
    patchQueueStatus(status, 0xdead_beef),
    encode("FromRadio", { payloadVariant: { case: "queueStatus", value: { res: 35, free: 14, maxlen: 16, meshPacketId: 0xdead_beef } } }),
  );
  const note = encode("FromRadio", { payloadVariant: { case: "clientNotification", value: { replyId: 5, message: "m" } } });
  assert.deepEqual(
    patchNotification(note, 9),
    encode("FromRadio", { payloadVariant: { case: "clientNotification", value: { replyId: 9, message: "m" } } }),
  );
});

Deno.test("patchPacket() gives back what is no packet", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    const patched = patchPacket(bytes, { from: 1, id: 2 });
    if (fieldsOf(bytes) === undefined) assert.equal(patched, bytes);
  }));
});

Deno.test("isSound() refuses a packet whose last number runs over the end of its message", () => {
  const packet = (data: readonly number[], lengthBytes = data.length) => new Uint8Array([0x15, 1, 2, 3, 4, 0x22, lengthBytes, ...data]);
  assert.equal(isSound(packet([8, 6, 0x18, 1])), true);
  assert.equal(isSound(packet([8, 6, 0x18, 0xdf, 1])), true);
  assert.equal(isSound(packet([8, 6, 0x18, 0xdf])), false);
  // To a decoder that reads on, the number goes on behind its message.
  assert.equal(isSound(packet([8, 6, 0x18, 0xdf, 1], 4)), false);
  assert.equal(isSound(new Uint8Array([0x15, 1, 2])), false);
});

Deno.test("the field numbers are those of the package's own messages", () => {
  const { deviceuiConfig, ...known } = FIELDS.FromRadio.payloadVariant;
  const numbers = Object.fromEntries(Object.entries(known).map(([name, [number]]) => [name, number]));
  // The two that this program reads as they are.
  assert.deepEqual(FROM_RADIO, { ...numbers, deviceUi: deviceuiConfig[0], xmodem: 12, mqttProxy: 14 });
  const { from, to, id, rxTime, payloadVariant: { decoded, encrypted } } = FIELDS.MeshPacket;
  assert.deepEqual(PACKET, { from: from[0], to: to[0], id: id[0], rxTime: rxTime[0], decoded: decoded[0], encrypted: encrypted[0] });
  const { portnum, payload, requestId, replyId } = FIELDS.Data;
  assert.deepEqual(DATA, { portnum: portnum[0], payload: payload[0], requestId: requestId[0], replyId: replyId[0] });
});

Deno.test("patchAnswer() leaves an id of 0 and other fixed32 fields alone, and maps a single id too", () => {
  const wrap = (data: Uint8Array) => bytesField(2, bytesField(4, data));
  const asked: number[] = [];
  const idOf = (id: number) => {
    asked.push(id);
    return id + 1;
  };
  const zero = wrap(join([fixed32Field(6, 0), fixed32Field(7, 0)]));
  assert.equal(patchAnswer(zero, idOf), zero);
  const others = wrap(join([fixed32Field(4, 5), fixed32Field(5, 6), varintField(6, 7)]));
  assert.equal(patchAnswer(others, idOf), others);
  assert.deepEqual(asked, []);
  assert.deepEqual(patchAnswer(wrap(fixed32Field(6, 5)), idOf), wrap(fixed32Field(6, 6)));
  assert.deepEqual(patchAnswer(wrap(fixed32Field(7, 8)), idOf), wrap(fixed32Field(7, 9)));
  assert.deepEqual(
    patchAnswer(wrap(join([fixed32Field(6, 0), fixed32Field(7, 8)])), idOf),
    wrap(join([fixed32Field(6, 0), fixed32Field(7, 9)])),
  );
});

Deno.test("isSound() takes every packet that can be encoded, and refuses known fields of another wire type", () => {
  fc.assert(fc.property(anyPacketBytes(), (packet) => assert.equal(isSound(packet), true)));
  assert.equal(isSound(new Uint8Array([0x22, 2, 8, 1])), true);
  assert.equal(isSound(new Uint8Array([0x22, 3, 0x0a, 1, 1])), false);
  assert.equal(isSound(new Uint8Array([8, 1])), false);
  // A field that nobody knows yet may be anything.
  assert.equal(isSound(varintField(900, 1)), true);
});

Deno.test("isSound() knows the wire types of the protocol's own definition", () => {
  for (const [name, inData] of [["MeshPacket", false], ["Data", true]] as const) {
    const every = name === "MeshPacket" ? EVERY_PACKET_FIELD : EVERY_DATA_FIELD;
    const bytes = encode(name, every as never);
    const packet = inData ? bytesField(4, bytes) : bytes;
    assert.ok((fieldsOf(bytes)?.length ?? 0) >= Object.keys(every).length, name);
    assert.equal(isSound(packet), true, name);
    for (const { number, start, end } of fieldsOf(bytes) ?? []) {
      const others = join([bytes.subarray(0, start), bytes.subarray(end)]);
      const wrong = join([others, (fieldsOf(bytes.subarray(start, end))?.[0]?.wireType === 0 ? fixed32Field : varintField)(number, 1)]);
      assert.equal(isSound(inData ? bytesField(4, wrong) : wrong), false, `${name} ${number}`);
    }
  }
});
