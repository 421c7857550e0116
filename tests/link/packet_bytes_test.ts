import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode } from "../../src/link/codec.ts";
import { packetBytes, toRadioOf } from "../../src/link/packet_bytes.ts";

const packet = fc.record({
  id: fc.nat(),
  from: fc.nat(),
  to: fc.nat(),
  rxSnr: fc.integer({ min: -20, max: 12 }),
  hopLimit: fc.nat({ max: 7 }),
  publicKey: fc.uint8Array({ maxLength: 32 }),
  payload: fc.uint8Array({ maxLength: 237 }),
});

Deno.test("packetBytes() finds the packet of a FromRadio wherever it stands, unknown fields included", () => {
  // Fields 99 (varint), 98 (fixed32), 97 (fixed64) and 96 (bytes), which no FromRadio has.
  const unknown = [
    [0x98, 0x06, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    [0x95, 0x06, 1, 2, 3, 4],
    [0x89, 0x06, 1, 2, 3, 4, 5, 6, 7, 8],
    [0x82, 0x06, 3, 9, 9, 9],
  ];
  fc.assert(fc.property(packet, fc.subarray(unknown), fc.subarray(unknown), ({ payload, ...fields }, before, behind) => {
    const value = { ...fields, payloadVariant: { case: "encrypted" as const, value: payload } };
    const inner = encode("MeshPacket", value);
    const whole = encode("FromRadio", { id: 5, payloadVariant: { case: "packet", value } });
    const found = packetBytes(new Uint8Array([...before.flat(), ...whole, ...behind.flat()]));
    assert.deepEqual(found, inner);
    assert.deepEqual(decode("MeshPacket", found as Uint8Array).id, fields.id);
  }));
});

Deno.test("packetBytes() finds none in other messages and in broken ones", () => {
  assert.equal(packetBytes(encode("FromRadio", { payloadVariant: { case: "configCompleteId", value: 7 } })), undefined);
  assert.equal(packetBytes(new Uint8Array(0)), undefined);
  const whole = encode("FromRadio", { payloadVariant: { case: "packet", value: { id: 1, from: 2, to: 3 } } });
  for (let end = 1; end < whole.length; end++) assert.equal(packetBytes(whole.subarray(0, end)), undefined, `${end} of ${whole.length}`);
});

Deno.test("packetBytes() takes any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
    const found = packetBytes(bytes);
    assert.ok(found === undefined || found.length <= bytes.length);
  }));
});

Deno.test("toRadioOf() is what the codec makes of the same packet", () => {
  fc.assert(fc.property(packet, ({ payload, ...fields }) => {
    const value = { ...fields, payloadVariant: { case: "encrypted" as const, value: payload } };
    assert.deepEqual(toRadioOf(encode("MeshPacket", value)), encode("ToRadio", { payloadVariant: { case: "packet", value } }));
  }));
});
