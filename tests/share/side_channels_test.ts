import assert from "node:assert/strict";
import type { Client } from "../../src/share/client.ts";
import { Payload } from "../../src/share/payload.ts";
import { SideChannels } from "../../src/share/side_channels.ts";
import { bytesField, varintField } from "../../src/share/wire.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { type FullOutlet, listener } from "./support.ts";

const CANCEL = bytesField(12, varintField(1, 24));
const FROM_CLIENT = new Uint8Array([1]);
const FROM_RADIO = new Payload(new Uint8Array([2]));

/** Side channels among these clients, and what the radio was given. */
function rig(
  clients: readonly Client[],
  clock: FakeClock,
): { readonly channels: SideChannels; readonly given: Uint8Array[]; readonly radio: { linked: boolean } } {
  const given: Uint8Array[] = [];
  const radio = { linked: true };
  const toRadio = (bytes: Uint8Array) => {
    if (radio.linked) given.push(bytes);
    return radio.linked;
  };
  const connected = () => clients.filter(({ ended }) => !ended);
  return { channels: new SideChannels({ clock, clients: connected, toRadio }), given, radio };
}

function told(outlet: FullOutlet): Uint8Array[] {
  return outlet.payloads.splice(0).map(({ bytes }) => bytes);
}

Deno.test("SideChannels gives a transfer to one client until it has stood still for 30 s or has ended", async () => {
  const clock = createFakeClock();
  const [one, two] = [listener(clock), listener(clock)];
  const { channels, given } = rig([], clock);
  channels.xmodemTo(FROM_RADIO);
  channels.xmodemFrom(one.client, FROM_CLIENT);
  channels.xmodemFrom(one.client, FROM_CLIENT);
  assert.deepEqual([given.length, told(one.outlet)], [2, []]);
  await clock.tick(29_999);
  channels.xmodemFrom(two.client, FROM_CLIENT);
  assert.deepEqual([given.length, told(two.outlet)], [2, [CANCEL]]);
  // The radio's answer is a sign of life too.
  channels.xmodemTo(FROM_RADIO);
  assert.deepEqual([told(one.outlet), told(two.outlet)], [[FROM_RADIO.bytes], []]);
  await clock.tick(29_999);
  channels.xmodemFrom(two.client, FROM_CLIENT);
  assert.deepEqual([given.length, told(two.outlet)], [2, [CANCEL]]);
  await clock.tick(1);
  channels.xmodemFrom(two.client, FROM_CLIENT);
  channels.xmodemTo(FROM_RADIO);
  assert.deepEqual([given.length, told(one.outlet), told(two.outlet)], [3, [], [FROM_RADIO.bytes]]);
  two.client.end();
  channels.xmodemFrom(one.client, FROM_CLIENT);
  assert.equal(given.length, 4);
});

Deno.test("SideChannels breaks a transfer off that may not be, or that the radio cannot take", () => {
  const clock = createFakeClock();
  const [guest, owner] = [listener(clock, { role: "no-admin" }), listener(clock)];
  const { channels, given, radio } = rig([], clock);
  channels.xmodemFrom(guest.client, FROM_CLIENT);
  assert.deepEqual([given, told(guest.outlet)], [[], [CANCEL]]);
  radio.linked = false;
  channels.xmodemFrom(owner.client, FROM_CLIENT);
  assert.deepEqual(told(owner.outlet), [CANCEL]);
  channels.xmodemTo(FROM_RADIO);
  assert.deepEqual([told(guest.outlet), told(owner.outlet)], [[], []]);
});

Deno.test("SideChannels speaks with MQTT through the first client that listens and has all rights", () => {
  const clock = createFakeClock();
  const guest = listener(clock, { role: "no-admin" });
  const deaf = listener(clock);
  Object.defineProperty(deaf.client, "listens", { value: false });
  const [one, two] = [listener(clock), listener(clock)];
  const { channels } = rig([guest.client, deaf.client, one.client, two.client], clock);
  const heard = () => [guest, deaf, one, two].map(({ outlet }) => told(outlet).length);
  channels.mqttTo(FROM_RADIO);
  channels.mqttTo(FROM_RADIO);
  assert.deepEqual(heard(), [0, 0, 2, 0]);
  one.client.end();
  channels.mqttTo(FROM_RADIO);
  assert.deepEqual(heard(), [0, 0, 0, 1]);
  const nobody = rig([guest.client], clock);
  nobody.channels.mqttTo(FROM_RADIO);
  assert.deepEqual(heard(), [0, 0, 0, 0]);
});

Deno.test("SideChannels takes MQTT messages of the first client that brings one, and then of no other while it is there", () => {
  const clock = createFakeClock();
  const guest = listener(clock, { role: "no-admin" });
  const [one, two] = [listener(clock), listener(clock)];
  const { channels, given } = rig([guest.client, one.client, two.client], clock);
  const heard = () => [guest, one, two].map(({ outlet }) => told(outlet).length);
  channels.mqttFrom(guest.client, FROM_CLIENT);
  assert.equal(given.length, 0);
  channels.mqttTo(FROM_RADIO);
  assert.deepEqual(heard(), [0, 1, 0]);
  // The chosen one has not spoken: whoever does knows how to.
  channels.mqttFrom(two.client, FROM_CLIENT);
  assert.equal(given.length, 1);
  channels.mqttFrom(one.client, FROM_CLIENT);
  assert.equal(given.length, 1);
  channels.mqttTo(FROM_RADIO);
  assert.deepEqual(heard(), [0, 0, 1]);
  two.client.end();
  channels.mqttFrom(one.client, FROM_CLIENT);
  assert.equal(given.length, 2);
});
