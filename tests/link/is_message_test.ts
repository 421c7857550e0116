import assert from "node:assert/strict";
import { decode, encode } from "../../src/link/codec.ts";
import { isMessage } from "../../src/link/connection.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { Init } from "../../src/link/messages.ts";

/** Whether a packet with a frame's marker in its text, which could be the halves of two frames, counts as a message. */
function takesMarkerIn(reception: Init<"MeshPacket">, payload: readonly number[] = [0x94, 0xc3, 0, 1]): boolean {
  const data = { portnum: PortNum.TEXT_MESSAGE_APP, payload: Uint8Array.from(payload) };
  const bytes = encode("FromRadio", {
    payloadVariant: { case: "packet", value: { ...reception, payloadVariant: { case: "decoded", value: data } } },
  });
  return isMessage(decode("FromRadio", bytes), bytes);
}

Deno.test("isMessage() takes a packet that holds a marker when it has an id, or our node says how it heard it", () => {
  for (const reception of [{ id: 5 }, { rxRssi: -90 }, { viaMqtt: true }]) {
    assert.equal(takesMarkerIn(reception), true, JSON.stringify(reception));
  }
  for (const reception of [{}, { from: 5 }, { from: 5, rxTime: 7 }]) {
    assert.equal(takesMarkerIn(reception), false, JSON.stringify(reception));
  }
});

Deno.test("isMessage() takes any packet without a marker", () => {
  assert.equal(takesMarkerIn({}, [0x94, 0xc2, 0xc3]), true);
});
