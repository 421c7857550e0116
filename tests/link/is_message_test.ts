import assert from "node:assert/strict";
import { decode, encode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import { isMessage } from "../../src/link/connection.ts";
import type { Init } from "../../src/link/messages.ts";

/** A packet with a frame's marker in its payload, which could be the halves of two frames. */
function withMarker(reception: Init<"MeshPacket">): boolean {
  const payload = new Uint8Array([0x94, 0xc3, 0, 1]);
  const value = { from: 0, ...reception, payloadVariant: { case: "decoded" as const, value: { portnum: PortNum.PRIVATE_APP, payload } } };
  const bytes = encode("FromRadio", { payloadVariant: { case: "packet", value } });
  return isMessage(decode("FromRadio", bytes), bytes);
}

Deno.test("isMessage() takes a packet that holds a marker only when it has come from somewhere", () => {
  assert.equal(withMarker({}), false);
  for (const reception of [{ from: 5 }, { id: 5 }, { rxRssi: -90 }, { viaMqtt: true }, { from: 5, rxRssi: -90 }]) {
    console.error(JSON.stringify(reception), withMarker(reception));
  }
});
