import assert from "node:assert/strict";
import { make } from "../../src/link/codec.ts";
import { ChannelRole } from "../../src/link/enums.ts";
import type { Init } from "../../src/link/messages.ts";
import { channelKey } from "../../src/mesh/channel_key.ts";
import { type ChannelInfo, Session, type SessionLink } from "../../src/mesh/session.ts";
import { createFakeClock } from "../support/fake_clock.ts";

/** `AQ==` written out, as Channels.h of the firmware has it. */
const DEFAULT = Uint8Array.of(0xd4, 0xf1, 0xbb, 0x3a, 0x20, 0x29, 0x07, 0x59, 0xf0, 0xbc, 0xff, 0xab, 0xcf, 0x4e, 0x69, 0x01);
const OWN = Uint8Array.from({ length: 32 }, (_, index) => index + 1);

Deno.test("channelKey() knows the keys that everybody has", () => {
  const simple9 = DEFAULT.with(15, 0x09);
  for (const psk of [Uint8Array.of(0), Uint8Array.of(1), Uint8Array.of(10), Uint8Array.of(255), DEFAULT, simple9, new Uint8Array(16)]) {
    assert.equal(channelKey(psk), "public", String(psk));
  }
  for (const psk of [OWN, OWN.slice(0, 16), DEFAULT.with(14, 0), Uint8Array.of(1, 2), new Uint8Array([...DEFAULT, ...DEFAULT])]) {
    assert.equal(channelKey(psk), "own", String(psk));
  }
  for (const psk of [undefined, new Uint8Array()]) assert.equal(channelKey(psk), "none");
});

Deno.test("Session tells which channels have a key of their own, and keeps no key", () => {
  const primaryOwn = shake([OWN, new Uint8Array(), Uint8Array.of(1), OWN.slice(0, 16)]);
  assert.deepEqual(primaryOwn, [
    { index: 0, name: "LongFast", primary: true, ownKey: true },
    // Without a key of its own it has the primary's.
    { index: 1, name: "c1", primary: false, ownKey: true },
    { index: 2, name: "c2", primary: false },
    { index: 3, name: "c3", primary: false, ownKey: true },
  ]);
  const primaryOpen = shake([new Uint8Array(), new Uint8Array(), OWN]);
  assert.deepEqual(primaryOpen.map(({ ownKey }) => ownKey), [undefined, undefined, true]);
  assert.deepEqual(shake([Uint8Array.of(1), undefined]).map(({ ownKey }) => ownKey), [undefined, undefined]);
});

/** The channels of a handshake; the first is the primary one. */
function shake(keys: readonly (Uint8Array | undefined)[]): readonly ChannelInfo[] {
  let nonce = 0;
  const link: SessionLink = {
    state: { kind: "configuring", sinceMs: 0, address: "10.0.0.1" },
    send({ payloadVariant }) {
      if (payloadVariant?.case === "wantConfigId") nonce = payloadVariant.value;
      return true;
    },
    identify() {},
    settled() {},
  };
  const none = () => {};
  const sink = { ready: none, lost: none, radioChanged: none, nodeInfo: none, packet: none, queueStatus: none };
  const session = new Session({ clock: createFakeClock(), sink });
  session.connected(link);
  const say = (payloadVariant: NonNullable<Init<"FromRadio">["payloadVariant"]>) => {
    session.received(make("FromRadio", { payloadVariant }), new Uint8Array());
  };
  say({ case: "myInfo", value: { myNodeNum: 1 } });
  for (const [index, psk] of keys.entries()) {
    const role = index === 0 ? ChannelRole.PRIMARY : ChannelRole.SECONDARY;
    const settings = psk === undefined ? undefined : { name: index === 0 ? "" : `c${index}`, psk };
    say({ case: "channel", value: { index, role, ...(settings === undefined ? {} : { settings }) } });
  }
  say({ case: "configCompleteId", value: nonce });
  return session.radio?.channels ?? [];
}
