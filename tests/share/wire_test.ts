import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode } from "../../src/link/codec.ts";
import {
  bytesField,
  changePart,
  fieldsOf,
  fixed32Field,
  join,
  lastField,
  numberOf,
  partOf,
  replaceFields,
  valueOf,
  varintField,
} from "../../src/share/wire.ts";

const uint32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0x7f, 0x80, 0x3fff, 0x4000, 0xffff_ffff));

Deno.test("varintField(), fixed32Field() and bytesField() write what any protobuf decoder reads", () => {
  fc.assert(fc.property(uint32, uint32, fc.uint8Array({ maxLength: 300 }), (id, channel, payload) => {
    // MeshPacket: from 1 (fixed32), channel 3, decoded 4, id 6 (fixed32), want_ack 10; Data: payload 2, request_id 6.
    const data = join([varintField(1, 1), bytesField(2, payload), fixed32Field(6, id)]);
    const packet = decode(
      "MeshPacket",
      join([fixed32Field(1, id), varintField(3, channel), bytesField(4, data), fixed32Field(6, id), varintField(10, 1)]),
    );
    assert.deepEqual([packet.from, packet.channel, packet.id, packet.wantAck], [id, channel, id, true]);
    const inner = packet.payloadVariant;
    assert.ok(inner.case === "decoded");
    assert.deepEqual([inner.value.payload, inner.value.requestId], [payload, id]);
  }));
});

Deno.test("varintField() needs as few bytes as can be, and numberOf() reads them", () => {
  for (
    const [value, bytes] of [[0, [0]], [126, [126]], [127, [127]], [128, [128, 1]], [16_383, [255, 127]], [16_384, [128, 128, 1]]] as const
  ) {
    const field = varintField(1, value);
    assert.deepEqual(field, new Uint8Array([8, ...bytes]));
    assert.equal(numberOf(field, fieldsOf(field)?.[0] ?? assert.fail()), value);
  }
});

Deno.test("fieldsOf() finds the fields with their numbers, types, places and values", () => {
  const bytes = join([
    varintField(1, 300),
    bytesField(20, new Uint8Array([7, 8])),
    new Uint8Array([25, 1, 2, 3, 4, 5, 6, 7, 8]),
    fixed32Field(4, 9),
  ]);
  assert.deepEqual(fieldsOf(bytes), [
    { number: 1, wireType: 0, start: 0, valueAt: 1, end: 3 },
    { number: 20, wireType: 2, start: 3, valueAt: 6, end: 8 },
    { number: 3, wireType: 1, start: 8, valueAt: 9, end: 17 },
    { number: 4, wireType: 5, start: 17, valueAt: 18, end: 22 },
  ]);
  const [number, part, wide, fixed] = fieldsOf(bytes) ?? [];
  assert.ok(number !== undefined && part !== undefined && wide !== undefined && fixed !== undefined);
  assert.deepEqual([numberOf(bytes, number), numberOf(bytes, part), numberOf(bytes, wide), numberOf(bytes, fixed)], [300, 0, 0, 9]);
  assert.deepEqual(valueOf(bytes, part), new Uint8Array([7, 8]));
  // A view into a larger buffer counts from its own beginning.
  const view = join([new Uint8Array(5), bytes]).subarray(5);
  assert.equal(numberOf(view, fixed), 9);
});

Deno.test("fieldsOf() takes nothing that ends early, has field number 0 or is a group", () => {
  const none: Record<string, number[]> = {
    "a tag that does not end": [0x88],
    "a varint that does not end": [8, 0xff],
    "a varint of eleven bytes": [8, ...new Array(10).fill(0x80), 1],
    "a length that does not end": [18, 0x80],
    "too few bytes": [18, 3, 1, 2],
    "half a fixed32": [13, 1, 2, 3],
    "half a fixed64": [9, 1, 2, 3, 4, 5, 6, 7],
    "field 0": [0, 1],
    "field 0 of four bytes": [5, 1, 2, 3, 4],
    "a group": [11, 12],
    "a type that is none": [14, 1],
  };
  for (const [name, bytes] of Object.entries(none)) assert.equal(fieldsOf(new Uint8Array(bytes)), undefined, name);
  assert.deepEqual(fieldsOf(new Uint8Array(0)), []);
  const ten = new Uint8Array([8, ...new Array(9).fill(0xff), 1]);
  assert.equal(fieldsOf(ten)?.length, 1);
  // Negative numbers have ten bytes; their low 32 bits count.
  assert.equal(numberOf(ten, fieldsOf(ten)?.[0] ?? assert.fail()), 0xffff_ffff);
});

Deno.test("lastField() and partOf() go by the last one", () => {
  const bytes = join([bytesField(2, new Uint8Array([1])), bytesField(2, new Uint8Array([2])), varintField(3, 1)]);
  assert.equal(lastField(fieldsOf(bytes) ?? [], 2)?.start, 3);
  assert.deepEqual(partOf(bytes, 2), new Uint8Array([2]));
  assert.equal(partOf(bytes, 3), undefined);
  assert.equal(partOf(bytes, 4), undefined);
  assert.equal(partOf(new Uint8Array([0xff]), 2), undefined);
});

Deno.test("replaceFields() puts each in the place of the last one, takes out what is null, and adds at the end", () => {
  const before = join([varintField(1, 1), varintField(2, 1), varintField(1, 2), varintField(3, 3)]);
  const changes = new Map([[1, varintField(1, 9)], [3, null], [5, varintField(5, 5)], [6, null]]);
  assert.deepEqual(replaceFields(before, changes), join([varintField(2, 1), varintField(1, 9), varintField(5, 5)]));
  assert.deepEqual(replaceFields(before, new Map()), before);
  const none = new Uint8Array([0xff]);
  assert.equal(replaceFields(none, changes), none);
});

Deno.test("changePart() changes every submessage of the number, and gives the same bytes back when none changed", () => {
  const bytes = join([
    bytesField(2, new Uint8Array([1])),
    varintField(3, 7),
    bytesField(2, new Uint8Array([2])),
    bytesField(4, new Uint8Array([1])),
  ]);
  const doubled = changePart(bytes, 2, (part) => join([part, part]));
  assert.deepEqual(
    doubled,
    join([
      bytesField(2, new Uint8Array([1, 1])),
      varintField(3, 7),
      bytesField(2, new Uint8Array([2, 2])),
      bytesField(4, new Uint8Array([1])),
    ]),
  );
  const second = changePart(bytes, 2, (part) => part[0] === 2 ? new Uint8Array([3]) : part);
  assert.deepEqual(partOf(second, 2), new Uint8Array([3]));
  assert.deepEqual(second.subarray(0, 3), bytes.subarray(0, 3));
  assert.equal(changePart(bytes, 2, (part) => part), bytes);
  assert.equal(changePart(bytes, 3, () => assert.fail("it is no submessage")), bytes);
  const none = new Uint8Array([0xff]);
  assert.equal(changePart(none, 2, () => assert.fail("there is none")), none);
});

Deno.test("join() of encoded messages is the message with the fields of both", () => {
  const packet = decode("MeshPacket", join([encode("MeshPacket", { from: 1, id: 2 }), encode("MeshPacket", { to: 3, id: 4 })]));
  assert.deepEqual([packet.from, packet.to, packet.id], [1, 3, 4]);
});
