/** Any MeshPacket at all: known fields, unknown fields, in any order. */
import fc from "fast-check";
import { encode } from "../../src/link/codec.ts";
import { bytesField, fieldsOf, fixed32Field, join, varintField } from "../../src/share/wire.ts";

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });

/** An encoded field of a number that no MeshPacket has yet. */
function unknownField(): fc.Arbitrary<Uint8Array> {
  const number = fc.integer({ min: 30, max: 300 });
  return fc.oneof(
    fc.tuple(number, uint32).map(([no, value]) => varintField(no, value)),
    fc.tuple(number, uint32).map(([no, value]) => fixed32Field(no, value)),
    fc.tuple(number, fc.uint8Array({ maxLength: 30 })).map(([no, value]) => bytesField(no, value)),
  );
}

/** Its bytes. `payload` false: without the field that carries one. */
export function anyPacketBytes({ payload = true }: { readonly payload?: boolean } = {}): fc.Arbitrary<Uint8Array> {
  const data = fc.record({
    portnum: fc.integer({ min: 0, max: 511 }),
    payload: fc.uint8Array({ maxLength: 120 }),
    wantResponse: fc.boolean(),
    dest: uint32,
    source: uint32,
    requestId: uint32,
    replyId: uint32,
    emoji: uint32,
    bitfield: fc.integer({ min: 0, max: 255 }),
  });
  const content = payload
    ? fc.oneof(
      fc.tuple(data, fc.array(unknownField(), { maxLength: 2 })).map(([value, more]) =>
        bytesField(4, join([encode("Data", value as never), ...more]))
      ),
      fc.uint8Array({ maxLength: 120 }).map((value) => bytesField(5, value)),
    )
    : fc.constant(new Uint8Array(0));
  const head = fc.record({
    from: fc.oneof(fc.constant(0), uint32),
    to: uint32,
    channel: fc.integer({ min: 0, max: 255 }),
    id: uint32,
    rxTime: uint32,
    hopLimit: fc.integer({ min: 0, max: 7 }),
    hopStart: fc.integer({ min: 0, max: 7 }),
    wantAck: fc.boolean(),
    priority: fc.integer({ min: 0, max: 127 }),
    rxRssi: fc.integer({ min: -140, max: 10 }),
    viaMqtt: fc.boolean(),
    publicKey: fc.uint8Array({ maxLength: 32 }),
    pkiEncrypted: fc.boolean(),
    nextHop: fc.integer({ min: 0, max: 255 }),
    relayNode: fc.integer({ min: 0, max: 255 }),
  });
  return fc.tuple(head, content, fc.array(unknownField(), { maxLength: 3 }), fc.infiniteStream(fc.nat()))
    .map(([fields, inner, more, keys]) => {
      const whole = join([encode("MeshPacket", fields as never), inner, ...more]);
      const pieces = (fieldsOf(whole) ?? []).map(({ start, end }) => ({
        key: keys.next().value as number,
        bytes: whole.slice(start, end),
      }));
      return join(pieces.sort((a, b) => a.key - b.key).map(({ bytes }) => bytes));
    });
}
