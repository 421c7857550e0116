import assert from "node:assert/strict";
import { alertRecipients, destinationFaults, isPublicChannel, resolveDestination } from "../../src/alerts/destinations.ts";
import type { Destination } from "../../src/config.ts";
import type { RadioInfo } from "../../src/mesh/session.ts";

const RADIO: RadioInfo = {
  nodeNum: 0x16fad3dc,
  firmwareVersion: "2.7.26",
  rebootCount: 0,
  lora: undefined,
  channels: [
    { index: 0, name: "LongFast", primary: true },
    { index: 2, name: "Club", primary: false, ownKey: true },
    { index: 3, name: "Open", primary: false },
    { index: 4, name: "Twin", primary: false, ownKey: true },
    { index: 5, name: "twin", primary: false, ownKey: true },
  ],
};
const PERSON = 0xa1b2c3d4;

function resolve(destination: Destination, allowPublic = false): unknown {
  return resolveDestination(destination, RADIO, { allowPublic });
}

Deno.test("resolveDestination() finds nodes, and channels by index or by name in any case", () => {
  assert.deepEqual(resolve({ node: PERSON }), { target: { node: PERSON } });
  assert.deepEqual(resolve({ channel: 2 }), { target: { channel: 2 } });
  assert.deepEqual(resolve({ channel: "CLUB" }), { target: { channel: 2 } });
  assert.deepEqual(resolve({ channel: 0 }, true), { target: { channel: 0 } });
  assert.deepEqual(resolve({ channel: "open" }, true), { target: { channel: 3 } });
});

Deno.test("isPublicChannel() is true for the first channel whatever its key, and for each without a key of its own", () => {
  assert.deepEqual(RADIO.channels.map(isPublicChannel), [true, false, true, false, false]);
  assert.equal(isPublicChannel({ index: 0, name: "x", primary: true, ownKey: true }), true);
  assert.equal(isPublicChannel({ index: 0, name: "x", primary: false, ownKey: true }), true);
  assert.equal(isPublicChannel({ index: 1, name: "x", primary: true, ownKey: true }), true);
});

Deno.test("destinationFaults() tells each destination that gets nothing, and why", () => {
  const alerts = {
    allow_public: false,
    to: [{ node: PERSON }, { channel: 2 }, { channel: 1 }, { channel: "Paris" }, { channel: 0 }, { channel: "Open" }, { channel: "twin" }, {
      node: RADIO.nodeNum,
    }],
  };
  const schedule = [{ to: { channel: "club" } }, { to: { channel: 7 } }];
  const known = "the node has no such channel in use; it has 0 LongFast, 2 Club, 3 Open, 4 Twin, 5 twin";
  const open = "everybody hears that channel: it has the default key or is the first one; alerts.allow_public = true allows it";
  assert.deepEqual(destinationFaults({ alerts, schedule }, RADIO), [
    `alerts.to names channel:1, which gets nothing: ${known}`,
    `alerts.to names channel:Paris, which gets nothing: ${known}`,
    `alerts.to names channel:0, which gets nothing: ${open}`,
    `alerts.to names channel:Open, which gets nothing: ${open}`,
    "alerts.to names channel:twin, which gets nothing: the node has several channels of that name: write channel:4 or channel:5",
    "alerts.to names !16fad3dc, which gets nothing: that is the bot's own node",
    `schedule, entry 2 names channel:7, which gets nothing: ${known}`,
  ]);
  assert.deepEqual(destinationFaults({ alerts: { to: [{ channel: 0 }, { channel: 3 }], allow_public: true }, schedule: [] }, RADIO), []);
  const bare = { ...RADIO, channels: [] };
  assert.match(destinationFaults({ alerts: { to: [{ channel: 0 }], allow_public: true }, schedule: [] }, bare)[0] ?? "", /it has none$/);
});

Deno.test("alertRecipients() are the good destinations and the subscribers, nobody twice, some silent", () => {
  const people = {
    subscribers: () => [PERSON, 0x11111111, 0x22222222, RADIO.nodeNum],
    isStopped: (num: number) => num === 0x11111111,
    isBanned: (num: number) => num === 0x22222222,
  };
  const alerts = { allow_public: false, to: [{ channel: "Club" }, { channel: 2 }, { channel: 0 }, { node: PERSON }] };
  assert.deepEqual(alertRecipients(alerts, RADIO, people), [
    { target: { channel: 2 }, silent: false },
    { target: { node: PERSON }, silent: false },
    { target: { node: 0x11111111 }, silent: true },
    { target: { node: 0x22222222 }, silent: true },
  ]);
});
