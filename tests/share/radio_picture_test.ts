import assert from "node:assert/strict";
import { decode, encode } from "../../src/link/codec.ts";
import type { FromRadio, Init } from "../../src/link/messages.ts";
import { emptyRecord } from "../../src/mesh/node_fields.ts";
import type { NodeRecord } from "../../src/mesh/node_db.ts";
import { type Completed, RadioPicture } from "../../src/share/radio_picture.ts";
import { bytesField, join, varintField } from "../../src/share/wire.ts";
import { textPacket } from "../support/sim.ts";
import { fromRadio } from "./support.ts";

const OWN = 99;
const ALICE = 0x1000;
const BOB = 0x2000;
const SETTINGS = 69420;
const NODES = 69421;
const ALL = 5;

type Variant = NonNullable<Init<"FromRadio">["payloadVariant"]>;

/** What a handshake with the radio may differ in. */
interface Told {
  readonly own?: number;
  readonly name?: string;
  readonly reboots?: number;
  readonly channel?: string;
  readonly hopLimit?: number;
}

/** The settings as a radio tells them, one by one. */
function settings({ own = OWN, name = "Own", reboots = 1, channel = "x", hopLimit = 3 }: Told = {}): Variant[] {
  return [
    { case: "myInfo", value: { myNodeNum: own, rebootCount: reboots } },
    { case: "nodeInfo", value: { num: own, user: { longName: name, shortName: "O" }, lastHeard: 1 } },
    { case: "metadata", value: { firmwareVersion: "2.7.26" } },
    { case: "channel", value: { index: 0, settings: { name: channel } } },
    { case: "config", value: { payloadVariant: { case: "lora", value: { hopLimit } } } },
  ];
}

function nodeInfo(num: number, longName: string): Variant {
  return { case: "nodeInfo", value: { num, user: { longName, shortName: "N" } } };
}

function tell(picture: RadioPicture, ...variants: Variant[]): Completed | undefined {
  let completed: Completed | undefined;
  for (const variant of variants) completed = picture.take(...fromRadio(variant));
  return completed;
}

function complete(nonce: number): Variant {
  return { case: "configCompleteId", value: nonce };
}

function hear(picture: RadioPicture, from: number): void {
  tell(picture, { case: "packet", value: textPacket("x", { from, id: 1, rxTime: 77 }) });
}

function shown(picture: RadioPicture, nonce = ALL, guests: readonly Uint8Array[] = []): FromRadio["payloadVariant"][] {
  return picture.handshake(nonce, guests).map((bytes) => decode("FromRadio", bytes).payloadVariant);
}

/** The nodes of the picture in their order, our own first. */
function nums(picture: RadioPicture): number[] {
  return shown(picture).flatMap((variant) => variant.case === "nodeInfo" ? [variant.value.num] : []);
}

function record(num: number, lastHeardWallMs: number | undefined, longName = `node ${num}`): NodeRecord {
  return { ...emptyRecord(num), longName, shortName: "R", lastHeardWallMs };
}

/** A file of the radio's, as the last part of a handshake. */
const FILE = bytesField(15, bytesField(1, new TextEncoder().encode("/prefs")));
/** A variant that this program does not know. */
const UNKNOWN = bytesField(18, new Uint8Array([8, 1]));

function takeRaw(picture: RadioPicture, bytes: Uint8Array): void {
  picture.take(decode("FromRadio", bytes), bytes);
}

Deno.test("RadioPicture.handshake() shows nothing before the radio has told its settings whole", () => {
  const picture = new RadioPicture();
  assert.deepEqual([picture.handshake(ALL), picture.ownNum, picture.ownUser, picture.hasList], [[], undefined, undefined, false]);
  tell(picture, ...settings());
  assert.deepEqual([picture.handshake(ALL), picture.ownNum], [[], undefined]);
  assert.deepEqual(tell(picture, complete(SETTINGS)), { nonce: SETTINGS, changed: false });
  assert.deepEqual(shown(picture).map((variant) => variant.case), [
    "myInfo",
    "nodeInfo",
    "metadata",
    "channel",
    "config",
    "configCompleteId",
  ]);
  assert.deepEqual([picture.ownNum, decode("User", picture.ownUser ?? new Uint8Array()).longName, picture.hasList], [OWN, "Own", false]);
  const headless = new RadioPicture();
  tell(headless, settings()[0] as Variant, ...settings().slice(2), complete(SETTINGS));
  assert.deepEqual(headless.handshake(ALL), []);
});

Deno.test("RadioPicture.handshake() keeps what stands before our own node, between it and the list, and behind the list", () => {
  const picture = new RadioPicture();
  const [my, own, ...tail] = settings() as [Variant, Variant, ...Variant[]];
  tell(picture, my);
  takeRaw(picture, UNKNOWN);
  tell(picture, own, ...tail);
  takeRaw(picture, UNKNOWN);
  tell(picture, nodeInfo(ALICE, "Alice"));
  takeRaw(picture, UNKNOWN);
  tell(picture, complete(ALL));
  const kinds = shown(picture).map((variant) => variant.case ?? "unknown");
  assert.deepEqual(kinds, [
    "myInfo",
    "unknown",
    "nodeInfo",
    "metadata",
    "channel",
    "config",
    "unknown",
    "nodeInfo",
    "unknown",
    "configCompleteId",
  ]);
  assert.deepEqual(shown(picture, SETTINGS).map((variant) => variant.case ?? "unknown"), kinds.filter((_, index) => index !== 7));
  assert.deepEqual(shown(picture, NODES).map((variant) => variant.case), ["nodeInfo", "nodeInfo", "configCompleteId"]);
});

Deno.test("RadioPicture puts the files behind the nodes, and what comes behind a file too", () => {
  const picture = new RadioPicture();
  tell(picture, ...settings());
  takeRaw(picture, FILE);
  takeRaw(picture, UNKNOWN);
  tell(picture, complete(SETTINGS));
  tell(picture, ...settings().slice(1, 2), nodeInfo(ALICE, "Alice"), complete(NODES));
  const bytes = picture.handshake(ALL);
  assert.deepEqual(bytes.slice(-3, -1), [FILE, UNKNOWN]);
  assert.deepEqual(nums(picture), [OWN, ALICE]);
});

Deno.test("RadioPicture keeps what happens while the radio tells its settings out of them", () => {
  const picture = new RadioPicture();
  const [first, ...rest] = settings() as [Variant, ...Variant[]];
  const live: Variant[] = [
    { case: "queueStatus", value: { free: 1, maxlen: 16 } },
    { case: "rebooted", value: true },
    { case: "logRecord", value: { message: "x" } },
    { case: "clientNotification", value: { message: "x" } },
    { case: "packet", value: textPacket("x", { from: ALICE, id: 1 }) },
  ];
  tell(picture, first, ...live, ...rest, ...live);
  for (const number of [12, 14]) takeRaw(picture, bytesField(number, new Uint8Array(0)));
  // The number of a message may stand before or behind what it says.
  const status = bytesField(11, new Uint8Array([32, 7]));
  takeRaw(picture, join([varintField(1, 5), status]));
  takeRaw(picture, join([status, varintField(1, 5)]));
  tell(picture, complete(SETTINGS));
  assert.deepEqual(shown(picture, SETTINGS).map((variant) => variant.case), [
    "myInfo",
    "nodeInfo",
    "metadata",
    "channel",
    "config",
    "configCompleteId",
  ]);
});

Deno.test("RadioPicture changes nothing when a handshake is broken off", () => {
  const picture = new RadioPicture();
  tell(picture, ...settings(), nodeInfo(ALICE, "Alice"), complete(ALL));
  const before = picture.handshake(ALL);
  tell(picture, ...settings({ name: "Other" }), nodeInfo(BOB, "Bob"));
  picture.lost();
  assert.deepEqual(picture.handshake(ALL), before);
  assert.deepEqual(tell(picture, complete(SETTINGS)), { nonce: SETTINGS, changed: false });
  assert.deepEqual(picture.handshake(ALL), before);
});

Deno.test("RadioPicture.take() tells whether the settings are others, or the radio restarted", () => {
  const differences: [string, Told, boolean][] = [
    ["the same", {}, false],
    ["a restart", { reboots: 2 }, true],
    ["a name", { reboots: 2, name: "Other" }, true],
    ["a channel", { reboots: 2, name: "Other", channel: "y" }, true],
    ["a setting", { reboots: 2, name: "Other", channel: "y", hopLimit: 5 }, true],
    ["another node", { reboots: 2, name: "Other", channel: "y", hopLimit: 5, own: 98 }, true],
  ];
  const picture = new RadioPicture();
  tell(picture, ...settings(), complete(SETTINGS));
  for (const [name, told, changed] of differences) {
    assert.deepEqual(tell(picture, ...settings(told), complete(SETTINGS)), { nonce: SETTINGS, changed }, name);
    assert.deepEqual(tell(picture, ...settings(told), complete(ALL)), { nonce: ALL, changed: false }, name);
  }
  const last = settings(differences.at(-1)?.[1]);
  assert.equal(tell(picture, ...last.slice(0, -1), complete(SETTINGS))?.changed, true);
  assert.equal(tell(picture, ...last, complete(SETTINGS))?.changed, true);
});

Deno.test("RadioPicture.take() finds another value of a setting that is as long as before", () => {
  const picture = new RadioPicture();
  tell(picture, ...settings({ channel: "abc" }), complete(SETTINGS));
  assert.equal(tell(picture, ...settings({ channel: "abd" }), complete(SETTINGS))?.changed, true);
  assert.equal(tell(picture, ...settings({ channel: "abd", name: "Owm" }), complete(SETTINGS))?.changed, true);
});

Deno.test("RadioPicture.take() does not mind that times and measurements of our own node are others", () => {
  const picture = new RadioPicture();
  tell(picture, ...settings(), complete(SETTINGS));
  const later = settings();
  later[0] = { case: "myInfo", value: { myNodeNum: OWN, rebootCount: 1, minAppVersion: 30_200 } };
  later[1] = { case: "nodeInfo", value: { num: OWN, user: { longName: "Own", shortName: "O" }, lastHeard: 9999, snr: 3 } };
  assert.equal(tell(picture, ...later, complete(SETTINGS))?.changed, false);
  const [my, ...rest] = settings() as [Variant, ...Variant[]];
  const newer = new RadioPicture();
  tell(newer, my, ...rest, complete(SETTINGS));
  tell(newer, my);
  takeRaw(newer, UNKNOWN);
  assert.equal(tell(newer, ...rest, complete(SETTINGS))?.changed, true);
});

Deno.test("RadioPicture takes the list of nodes in place of the one before, and keeps who was heard meanwhile", () => {
  const picture = new RadioPicture();
  tell(picture, ...settings(), nodeInfo(ALICE, "Alice"), nodeInfo(BOB, "Bob"), complete(ALL));
  assert.deepEqual([nums(picture), picture.hasList, picture.has(ALICE), picture.has(OWN), picture.has(5)], [
    [OWN, ALICE, BOB],
    true,
    true,
    true,
    false,
  ]);
  hear(picture, 0x3000);
  tell(picture, ...settings().slice(1, 2), nodeInfo(BOB, "Bobby"));
  hear(picture, 0x4000);
  hear(picture, BOB);
  assert.deepEqual(nums(picture), [OWN, ALICE, 0x3000, 0x4000, BOB]);
  tell(picture, complete(NODES));
  assert.deepEqual(nums(picture), [OWN, BOB, 0x4000]);
  const bob = shown(picture).find((variant) => variant.case === "nodeInfo" && variant.value.num === BOB);
  assert.ok(bob?.case === "nodeInfo");
  assert.deepEqual([bob.value.user?.longName, bob.value.lastHeard], ["Bobby", 77]);
  // Who was heard before that list began is not in the next one.
  tell(picture, ...settings().slice(1, 2), complete(NODES));
  assert.deepEqual(nums(picture), [OWN]);
});

Deno.test("RadioPicture leaves the list alone when the settings alone are told, and our own node up to date", () => {
  const picture = new RadioPicture();
  tell(picture, ...settings(), nodeInfo(ALICE, "Alice"), complete(ALL));
  tell(picture, ...settings(), complete(SETTINGS));
  assert.deepEqual(nums(picture), [OWN, ALICE]);
  tell(picture, { case: "nodeInfo", value: { num: OWN, user: { longName: "Renamed" } } }, complete(NODES));
  assert.equal(decode("User", picture.ownUser ?? new Uint8Array()).longName, "Renamed");
  hear(picture, OWN);
  const own = shown(picture)[1];
  assert.equal(own?.case === "nodeInfo" && own.value.lastHeard, 77);
  assert.deepEqual(nums(picture), [OWN]);
});

Deno.test("RadioPicture.handshake() shows guests before the nodes, and not with the settings alone", () => {
  const picture = new RadioPicture();
  tell(picture, ...settings(), nodeInfo(ALICE, "Alice"), complete(ALL));
  const guest = encode("NodeInfo", { num: 5 });
  const list = (nonce: number) =>
    shown(picture, nonce, [guest]).flatMap((variant) => variant.case === "nodeInfo" ? [variant.value.num] : []);
  assert.deepEqual([list(ALL), list(NODES), list(SETTINGS)], [[OWN, 5, ALICE], [OWN, 5, ALICE], [OWN]]);
});

Deno.test("RadioPicture shows remembered nodes until the radio has told its list, the last heard first, our own once", () => {
  const known = [record(1, 1000), record(2, 3000), record(OWN, 9000), record(3, undefined), record(4, 2000)];
  const picture = new RadioPicture({ rememberedNodes: () => known });
  tell(picture, ...settings(), complete(SETTINGS));
  assert.deepEqual(nums(picture), [OWN, 2, 4, 1, 3]);
  tell(picture, ...settings(), complete(SETTINGS));
  assert.deepEqual(nums(picture), [OWN, 2, 4, 1, 3]);
  tell(picture, ...settings().slice(1, 2), nodeInfo(ALICE, "Alice"), complete(NODES));
  assert.deepEqual(nums(picture), [OWN, ALICE]);
});

Deno.test("RadioPicture remembers no node that the radio has told of or that was heard, and 500 at most", () => {
  const known = Array.from({ length: 600 }, (_, index) => record(1000 + index, index));
  const picture = new RadioPicture({ rememberedNodes: () => known });
  hear(picture, 1599);
  tell(picture, ...settings(), complete(SETTINGS));
  const list = nums(picture);
  assert.equal(list.length, 501);
  assert.deepEqual(list.slice(0, 3), [OWN, 1599, 1598]);
  assert.equal(list.at(-1), 1100);
  const heard = shown(picture).find((variant) => variant.case === "nodeInfo" && variant.value.num === 1599);
  assert.equal(heard?.case === "nodeInfo" && heard.value.lastHeard, 77);
  const whole = new RadioPicture({ rememberedNodes: () => known });
  tell(whole, ...settings(), nodeInfo(ALICE, "Alice"), complete(ALL));
  assert.deepEqual(nums(whole), [OWN, ALICE]);
});

Deno.test("RadioPicture forgets the node that was heard of longest ago when there are more than 500", () => {
  const picture = new RadioPicture();
  tell(picture, ...settings(), complete(ALL));
  for (let num = 1000; num < 1500; num += 1) hear(picture, num);
  hear(picture, 1000);
  assert.equal(nums(picture).length, 501);
  hear(picture, 1500);
  assert.equal(nums(picture).length, 501);
  assert.deepEqual([picture.has(1000), picture.has(1001), picture.has(1002), picture.has(1500)], [true, false, true, true]);
  hear(picture, 0);
  assert.deepEqual([nums(picture).length, picture.has(0)], [501, false]);
});

Deno.test("RadioPicture of another radio has none of its nodes; clear() leaves nothing", () => {
  const picture = new RadioPicture();
  tell(picture, ...settings(), nodeInfo(ALICE, "Alice"), complete(ALL));
  tell(picture, ...settings({ own: 98 }), complete(SETTINGS));
  assert.deepEqual(nums(picture), [98]);
  tell(picture, { case: "nodeInfo", value: { num: 98 } }, nodeInfo(BOB, "Bob"), complete(NODES));
  picture.clear();
  assert.deepEqual([picture.handshake(ALL), picture.ownNum, picture.hasList, picture.has(BOB)], [[], undefined, false, false]);
});

Deno.test("RadioPicture.keyOf() gives the key of a node, our own too, and none of a stranger", () => {
  const key = new Uint8Array(32).fill(3);
  const picture = new RadioPicture();
  const told = settings();
  told[1] = { case: "nodeInfo", value: { num: OWN, user: { publicKey: key } } };
  tell(
    picture,
    ...told,
    { case: "nodeInfo", value: { num: ALICE, user: { publicKey: key.map(() => 4) } } },
    nodeInfo(BOB, "Bob"),
    complete(ALL),
  );
  assert.deepEqual([picture.keyOf(OWN), picture.keyOf(ALICE)], [key, key.map(() => 4)]);
  assert.deepEqual([picture.keyOf(BOB).length, picture.keyOf(5).length], [0, 0]);
});

Deno.test("RadioPicture begins anew when the radio begins anew, whatever it had told before", () => {
  const picture = new RadioPicture();
  tell(picture, ...settings({ name: "First" }), nodeInfo(ALICE, "Alice"));
  hear(picture, 0x3000);
  tell(picture, ...settings(), nodeInfo(BOB, "Bob"), complete(ALL));
  assert.deepEqual(nums(picture), [OWN, BOB]);
  assert.equal(decode("User", picture.ownUser ?? new Uint8Array()).longName, "Own");
});

Deno.test("RadioPicture takes nothing of a list that was broken off into one that ends without having begun", () => {
  const befores: [string, (picture: RadioPicture) => void][] = [
    ["nodes of a list that was broken off", (picture) => {
      tell(picture, ...settings(), nodeInfo(ALICE, "Alice"));
      hear(picture, ALICE);
      picture.lost();
    }],
    ["a node that was heard before any list", (picture) => hear(picture, ALICE)],
    ["a node that was heard when a list was broken off", (picture) => {
      tell(picture, ...settings());
      picture.lost();
      hear(picture, ALICE);
    }],
    ["a node that was heard behind a list", (picture) => {
      tell(picture, ...settings(), complete(ALL));
      hear(picture, ALICE);
    }],
  ];
  for (const [name, before] of befores) {
    const picture = new RadioPicture();
    before(picture);
    tell(picture, complete(NODES));
    assert.equal(picture.has(ALICE), false, name);
  }
  const cleared = new RadioPicture();
  tell(cleared, ...settings());
  cleared.clear();
  tell(cleared, complete(SETTINGS));
  assert.deepEqual(cleared.handshake(ALL), []);
});

Deno.test("RadioPicture asks once for the nodes that are remembered", () => {
  let asked = 0;
  const picture = new RadioPicture({ rememberedNodes: () => [record(asked += 1, 1000)] });
  tell(picture, ...settings(), complete(SETTINGS));
  tell(picture, ...settings(), complete(SETTINGS));
  assert.deepEqual([nums(picture), asked], [[OWN, 1], 1]);
});

Deno.test("RadioPicture.take() finds a message more or less before our own node", () => {
  const [my, ...rest] = settings() as [Variant, ...Variant[]];
  const picture = new RadioPicture();
  const told = (unknown: boolean) => {
    tell(picture, my);
    if (unknown) takeRaw(picture, UNKNOWN);
    return tell(picture, ...rest, complete(SETTINGS))?.changed;
  };
  assert.deepEqual([told(false), told(true), told(true), told(false), told(false)], [false, true, false, true, false]);
});
