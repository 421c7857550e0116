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

Deno.test("packetBytes() finds a packet of any length, behind numbers of any length", () => {
  for (const length of [0, 1, 126, 127, 128, 129, 255, 256, 300, 508, 16_383, 16_384, 20_000]) {
    const packetOf = new Uint8Array(length).fill(7);
    // ToRadio.packet is field 1: as field 2 the same bytes are a FromRadio.
    const fromRadio = toRadioOf(packetOf);
    fromRadio[0] = 2 << 3 | 2;
    assert.deepEqual(packetBytes(fromRadio), packetOf, String(length));
    const behindTenBytes = new Uint8Array([8, ...new Array(9).fill(0xff), 1, ...fromRadio]);
    assert.deepEqual(packetBytes(behindTenBytes), packetOf, String(length));
    const behindZero = new Uint8Array([8, 0, ...fromRadio, 8, 0x7f]);
    assert.deepEqual(packetBytes(behindZero), packetOf, String(length));
  }
});

Deno.test("packetBytes() takes the last of two packets, and none of another field", () => {
  assert.deepEqual(packetBytes(new Uint8Array([18, 1, 5, 18, 2, 6, 7])), new Uint8Array([6, 7]));
  assert.equal(packetBytes(new Uint8Array([10, 1, 5, 26, 1, 5, 34, 1, 5])), undefined);
});

Deno.test("packetBytes() finds none in what ends early, in groups, and in numbers of eleven bytes", () => {
  const found = [18, 1, 5];
  const broken: Record<string, number[]> = {
    "a tag without an end": [...found, 0x88],
    "a number without a byte": [...found, 8],
    "a number without an end": [...found, 8, 0xff],
    "half a fixed64": [...found, 9, 1, 2, 3, 4, 5, 6, 7],
    "half a fixed32": [...found, 13, 1, 2, 3],
    "a length without bytes": [...found, 26, 1],
    "a length without an end": [...found, 26, 0x81],
    "a group": [...found, 11, 12],
    "a type that is none": [...found, 14, 1],
    "a tag of eleven bytes": [...new Array(10).fill(0x88), 1, 1, ...found],
  };
  for (const [name, bytes] of Object.entries(broken)) assert.equal(packetBytes(new Uint8Array(bytes)), undefined, name);
  assert.deepEqual(packetBytes(new Uint8Array([...found, 9, 1, 2, 3, 4, 5, 6, 7, 8, 13, 1, 2, 3, 4])), new Uint8Array([5]));
});

Deno.test("toRadioOf() writes lengths of one, two and three bytes", () => {
  const head = (length: number) => [...toRadioOf(new Uint8Array(length)).subarray(0, 4)];
  assert.deepEqual([head(126), head(127), head(128), head(300), head(16_384)], [
    [10, 126, 0, 0],
    [10, 127, 0, 0],
    [10, 128, 1, 0],
    [10, 172, 2, 0],
    [10, 128, 128, 1],
  ]);
});
