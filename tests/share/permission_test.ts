import assert from "node:assert/strict";
import { decode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { Role } from "../../src/share/access.ts";
import { readOrder } from "../../src/share/admin_order.ts";
import type { Client } from "../../src/share/client.ts";
import { maySend } from "../../src/share/permission.ts";
import { bytesField, fixed32Field, join, varintField } from "../../src/share/wire.ts";

const OWN = 99;
const TO = fixed32Field(2, OWN);

/** Whether a client of this role may send the encoded MeshPacket. */
function may(bytes: Uint8Array, role: Role = "no-admin"): boolean {
  const packet = decode("MeshPacket", bytes);
  const data = packet.payloadVariant.case === "decoded" ? packet.payloadVariant.value : undefined;
  const order = data?.portnum === PortNum.ADMIN_APP ? readOrder(data.payload) : undefined;
  return maySend({ client: { role } as Client, packet, bytes, data, order }, OWN);
}

function dataOf(portnum: number, payload: Uint8Array = new Uint8Array([1])): Uint8Array {
  return join([varintField(1, portnum), bytesField(2, payload)]);
}

function decoded(data: Uint8Array): Uint8Array {
  return bytesField(4, data);
}

Deno.test("maySend() lets a client with all rights send anything, and one that only listens nothing", () => {
  const text = join([TO, decoded(dataOf(PortNum.TEXT_MESSAGE_APP))]);
  const admin = join([TO, decoded(dataOf(PortNum.ADMIN_APP, varintField(97, 1)))]);
  const sealed = join([TO, bytesField(5, new Uint8Array([1]))]);
  assert.deepEqual([text, admin, sealed].map((bytes) => may(bytes, "full")), [true, true, true]);
  assert.deepEqual([text, admin, sealed].map((bytes) => may(bytes, "read-only")), [false, false, false]);
  assert.deepEqual([text, admin, sealed].map((bytes) => may(bytes, "no-admin")), [true, false, false]);
});

Deno.test("maySend() lets a client without all rights read our settings but the keys, set the time and teach a contact", () => {
  const order = (admin: Uint8Array, to = TO) => join([to, decoded(dataOf(PortNum.ADMIN_APP, admin))]);
  const getConfig = (kind: number) => varintField(5, kind);
  assert.equal(may(order(getConfig(1))), true);
  assert.equal(may(order(getConfig(7))), false);
  assert.equal(may(order(varintField(43, 1000))), true);
  assert.equal(may(order(bytesField(66, varintField(1, 5)))), true);
  assert.equal(may(order(getConfig(1), fixed32Field(2, 98))), false);
  assert.equal(may(order(varintField(64, 1))), false);
  assert.equal(may(order(join([getConfig(1), varintField(97, 1)]))), false);
  assert.equal(may(order(new Uint8Array(0))), false);
});

Deno.test("maySend() takes no packet that decoders may read in two ways", () => {
  const text = decoded(dataOf(PortNum.TEXT_MESSAGE_APP));
  const port = varintField(1, PortNum.TEXT_MESSAGE_APP);
  const payload = bytesField(2, new Uint8Array([1]));
  assert.equal(may(join([TO, text])), true);
  assert.equal(may(text), true);
  assert.equal(may(join([TO, text, varintField(3, 1), varintField(3, 2)])), true);
  const twice: Record<string, Uint8Array> = {
    "two receivers": join([TO, text, TO]),
    "two payloads in one packet": join([TO, text, text]),
    "a sealed payload before an open one": join([TO, bytesField(5, new Uint8Array([1])), text]),
    "two ports": join([TO, decoded(join([port, payload, port]))]),
    "two texts": join([TO, decoded(join([port, payload, payload]))]),
  };
  for (const [name, bytes] of Object.entries(twice)) {
    assert.equal(may(bytes), false, name);
    assert.equal(may(bytes, "full"), true, name);
  }
  assert.equal(may(join([TO, decoded(join([port, payload, varintField(3, 1), varintField(3, 1)]))])), true);
});
