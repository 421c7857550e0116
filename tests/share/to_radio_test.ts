import assert from "node:assert/strict";
import { decode } from "../../src/link/codec.ts";
import type { Role } from "../../src/share/access.ts";
import type { Client } from "../../src/share/client.ts";
import { LocalAnswers } from "../../src/share/local_answers.ts";
import type { Payload } from "../../src/share/payload.ts";
import type { SideChannels } from "../../src/share/side_channels.ts";
import { takeToRadio } from "../../src/share/to_radio.ts";
import { bytesField, fixed32Field, join, varintField } from "../../src/share/wire.ts";

const PACKET = 1;
const WANT_CONFIG = 3;
const DISCONNECT = 4;
const XMODEM = 5;
const MQTT_PROXY = 6;
const HEARTBEAT = 7;
const VALUE = new Uint8Array([8, 1]);

/** What becomes of an encoded ToRadio, in words. */
function fate(toRadio: Uint8Array, role: Role = "full"): string[] {
  const done: string[] = [];
  const client = {
    role,
    wantHandshake: (nonce: number) => void done.push(`handshake ${nonce}`),
    tell({ bytes }: Payload) {
      const { payloadVariant } = decode("FromRadio", bytes);
      assert.ok(payloadVariant.case === "queueStatus");
      done.push(`queueStatus ${payloadVariant.value.res} of ${payloadVariant.value.meshPacketId}`);
    },
  } as unknown as Client;
  const sideChannels = {
    xmodemFrom: (_client: Client, bytes: Uint8Array) => void done.push(`xmodem ${bytes}`),
    mqttFrom: (_client: Client, bytes: Uint8Array) => void done.push(`mqtt ${bytes}`),
  } as unknown as SideChannels;
  takeToRadio(client, toRadio, {
    answers: new LocalAnswers({ ownNum: () => 1, wallMs: () => 0 }),
    sideChannels,
    packet: (_client, bytes) => void done.push(`packet ${bytes}`),
    leave: () => void done.push("leave"),
  });
  return done;
}

Deno.test("takeToRadio() gives each kind of message to whom it concerns", () => {
  const xmodem = bytesField(XMODEM, VALUE);
  const mqtt = bytesField(MQTT_PROXY, VALUE);
  assert.deepEqual(fate(bytesField(PACKET, VALUE)), ["packet 8,1"]);
  assert.deepEqual(fate(varintField(WANT_CONFIG, 69420)), ["handshake 69420"]);
  assert.deepEqual(fate(varintField(DISCONNECT, 1)), ["leave"]);
  assert.deepEqual(fate(xmodem), [`xmodem ${xmodem}`]);
  assert.deepEqual(fate(mqtt), [`mqtt ${mqtt}`]);
  assert.deepEqual(fate(bytesField(HEARTBEAT, varintField(1, 1))), ["queueStatus 0 of 0"]);
});

Deno.test("takeToRadio() ignores a field of another type than its own, an unknown field, and what is no message", () => {
  for (const number of [PACKET, XMODEM, MQTT_PROXY, HEARTBEAT]) assert.deepEqual(fate(varintField(number, 1)), [], `${number}`);
  for (const number of [WANT_CONFIG, DISCONNECT]) assert.deepEqual(fate(bytesField(number, VALUE)), [], `${number}`);
  for (const number of [1, 3, 4, 5, 6, 7]) assert.deepEqual(fate(fixed32Field(number, 1)), [], `${number}`);
  for (const number of [2, 8, 19]) {
    assert.deepEqual(fate(varintField(number, 1)), [], `${number}`);
    assert.deepEqual(fate(bytesField(number, VALUE)), [], `${number}`);
  }
  assert.deepEqual(fate(new Uint8Array(0)), []);
  assert.deepEqual(fate(new Uint8Array([0xff])), []);
});

Deno.test("takeToRadio() goes by the last field; a packet beside anything else is for clients with all rights alone", () => {
  const two = join([bytesField(PACKET, new Uint8Array([8, 2])), bytesField(PACKET, VALUE)]);
  assert.deepEqual(fate(two), ["packet 8,1"]);
  assert.deepEqual(fate(join([varintField(DISCONNECT, 1), varintField(WANT_CONFIG, 7)])), ["handshake 7"]);
  for (const role of ["no-admin", "read-only"] as const) {
    assert.deepEqual(fate(two, role), []);
    assert.deepEqual(fate(bytesField(PACKET, VALUE), role), ["packet 8,1"]);
  }
});
