import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode, make } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { MeshPacket } from "../../src/link/messages.ts";
import { emptyRecord } from "../../src/mesh/node_fields.ts";
import { heard, keyOf, remembered, userOf } from "../../src/share/node_picture.ts";
import { bytesField } from "../../src/share/wire.ts";

const KEY = new Uint8Array(32).fill(4);

function packet(portnum: number, payload: Uint8Array, more: Partial<MeshPacket> = {}): MeshPacket {
  return make("MeshPacket", { from: 0x1000, ...more, payloadVariant: { case: "decoded", value: { portnum: portnum as never, payload } } });
}

Deno.test("heard() takes up what a packet tells of its node, and keeps what it does not", () => {
  const before = encode("NodeInfo", { num: 0x1000, user: { longName: "Old", publicKey: KEY }, isFavorite: true, viaMqtt: true });
  let info = heard(
    packet(PortNum.NODEINFO_APP, encode("User", { id: "forged", longName: "New", publicKey: KEY }), {
      hopStart: 3,
      hopLimit: 3,
      rxTime: 77,
    }),
    before,
  );
  info = heard(packet(PortNum.POSITION_APP, encode("Position", { latitudeI: 1, longitudeI: 2 })), info);
  info = heard(
    packet(PortNum.TELEMETRY_APP, encode("Telemetry", { variant: { case: "deviceMetrics", value: { batteryLevel: 50 } } })),
    info,
  );
  const { user, position, deviceMetrics, isFavorite, viaMqtt, hopsAway, lastHeard } = decode("NodeInfo", info);
  assert.deepEqual([user?.id, user?.longName, position?.longitudeI, deviceMetrics?.batteryLevel], ["!00001000", "New", 2, 50]);
  assert.deepEqual([isFavorite, viaMqtt, hopsAway, lastHeard], [true, false, 0, 77]);
});

Deno.test("heard() believes no other key, no text that is none, and nothing that would fit in no frame", () => {
  const before = encode("NodeInfo", { num: 0x1000, user: { longName: "Old", publicKey: KEY } });
  const claims = [
    encode("User", { longName: "Other", publicKey: new Uint8Array(32).fill(5) }),
    encode("User", { longName: "No key" }),
    encode("User", { longName: "x".repeat(40), publicKey: KEY }),
    new Uint8Array([...encode("User", { publicKey: KEY }), ...bytesField(2, new Uint8Array([0xff, 0xfe]))]),
  ];
  for (const claim of claims) assert.equal(decode("NodeInfo", heard(packet(PortNum.NODEINFO_APP, claim), before)).user?.longName, "Old");
  const filled = (payload: Uint8Array) => new Uint8Array([...payload, ...bytesField(500, new Uint8Array(180))]);
  let info = heard(packet(PortNum.NODEINFO_APP, filled(encode("User", { longName: "Big", publicKey: KEY }))), before);
  info = heard(packet(PortNum.POSITION_APP, filled(encode("Position", { latitudeI: 1, longitudeI: 2 }))), info);
  info = heard(packet(PortNum.TELEMETRY_APP, filled(encode("Telemetry", { variant: { case: "deviceMetrics", value: {} } }))), info);
  assert.ok(info.length <= 490);
});

Deno.test("heard() gives a NodeInfo of the node, whatever it is sent", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(3, 4, 67, 1),
      fc.uint8Array({ maxLength: 233 }),
      fc.integer({ min: 0, max: 7 }),
      (portnum, payload, hopLimit) => {
        const info = heard(packet(portnum, payload, { hopLimit, hopStart: 3 }), undefined);
        assert.equal(decode("NodeInfo", info).num, 0x1000);
      },
    ),
  );
});

Deno.test("remembered() is a NodeInfo of what the program knows", () => {
  const node = {
    num: 0x1000,
    longName: "Alice",
    shortName: "Ali",
    role: 2,
    hwModel: 43,
    publicKey: KEY,
    keyConflict: false,
    isLicensed: false,
    isUnmessagable: true,
    isFavorite: true,
    place: { latitude: 48.5, longitude: -1.25, altitudeM: 30 },
    placeAtWallMs: undefined,
    batteryPercent: undefined,
    voltage: undefined,
    channelUtilizationPercent: undefined,
    airUtilTxPercent: undefined,
    uptimeS: undefined,
    lastHeardWallMs: 5_000_000,
    hopsAway: 2,
    viaMqtt: false,
    radioHeardWallMs: undefined,
    direct: undefined,
    metricsAtMs: undefined,
  };
  const { user, position, lastHeard, hopsAway, isFavorite } = decode("NodeInfo", remembered(node));
  assert.deepEqual([user?.id, user?.longName, user?.publicKey, user?.role, user?.isUnmessagable], ["!00001000", "Alice", KEY, 2, true]);
  assert.deepEqual([position?.latitudeI, position?.longitudeI, position?.altitude, lastHeard, hopsAway, isFavorite], [
    485_000_000,
    -12_500_000,
    30,
    5000,
    2,
    true,
  ]);
  assert.equal(decode("NodeInfo", remembered({ ...node, longName: "", shortName: "", publicKey: new Uint8Array() })).user, undefined);
});

Deno.test("heard() takes up the signal, the hops, the channel and how the packet came, where they were told", () => {
  const before = encode("NodeInfo", {
    num: 0x1000,
    snr: 1,
    hopsAway: 5,
    viaMqtt: true,
    channel: 4,
    lastHeard: 9,
    user: { longName: "Old" },
  });
  const info = (portnum: number, payload: Uint8Array, more: Partial<MeshPacket>) => {
    const { snr, hopsAway, viaMqtt, channel, lastHeard } = decode("NodeInfo", heard(packet(portnum, payload, more), before));
    return { snr, hopsAway, viaMqtt, channel, lastHeard };
  };
  const old = { snr: 1, hopsAway: 5, viaMqtt: true, channel: 4, lastHeard: 9 };
  const text = new Uint8Array([104]);
  assert.deepEqual(info(1, text, {}), old);
  assert.deepEqual(info(1, text, { rxSnr: -7.25, rxTime: 77 }), { ...old, snr: -7.25, lastHeard: 77 });
  assert.deepEqual(info(1, text, { rxTime: 1 }), { ...old, lastHeard: 1 });
  assert.deepEqual(info(1, text, { hopStart: 3, hopLimit: 1 }), { ...old, hopsAway: 2, viaMqtt: false });
  assert.deepEqual(info(1, text, { hopStart: 3, hopLimit: 3, viaMqtt: true }), { ...old, hopsAway: 0 });
  assert.deepEqual(info(1, text, { hopStart: 1, hopLimit: 0 }), { ...old, hopsAway: 1, viaMqtt: false });
  assert.deepEqual(info(1, text, { hopStart: 0, hopLimit: 0 }), old);
  assert.deepEqual(info(1, text, { hopStart: 3, hopLimit: 4 }), old);
  const user = encode("User", { longName: "New" });
  assert.deepEqual(info(PortNum.NODEINFO_APP, user, { channel: 2 }), { ...old, channel: 2 });
  assert.deepEqual(info(PortNum.NODEINFO_APP, user, { channel: 0 }), { ...old, channel: 0 });
  assert.deepEqual(info(1, text, { channel: 2 }), old);
});

Deno.test("heard() believes names of 39 and 4 bytes, and none longer", () => {
  const name = (longName: string, shortName: string) => {
    const { user } = decode("NodeInfo", heard(packet(PortNum.NODEINFO_APP, encode("User", { longName, shortName })), undefined));
    return user === undefined ? undefined : [user.longName, user.shortName];
  };
  assert.deepEqual(name("x".repeat(39), "abcd"), ["x".repeat(39), "abcd"]);
  assert.equal(name("x".repeat(40), "abcd"), undefined);
  assert.equal(name("x", "abcde"), undefined);
  assert.deepEqual(name("é".repeat(19), "🦊"), ["é".repeat(19), "🦊"]);
});

Deno.test("heard() believes no name that is no UTF-8, which some decoders of clients refuse with the whole list", () => {
  const named = (bytes: readonly number[]) => {
    // User.long_name
    const user = new Uint8Array([2 << 3 | 2, bytes.length, ...bytes]);
    return decode("NodeInfo", heard(packet(PortNum.NODEINFO_APP, user), undefined)).user?.longName;
  };
  assert.deepEqual(named([0x41, 0xc3, 0xa9]), "Aé");
  assert.deepEqual([[0x41, 0xff], [0xc3], [0xed, 0xa0, 0x80]].map(named), [undefined, undefined, undefined]);
});

Deno.test("heard() believes a key of 32 bytes or none, and a first key", () => {
  const key = (publicKey: Uint8Array, before?: Uint8Array) =>
    decode("NodeInfo", heard(packet(PortNum.NODEINFO_APP, encode("User", { longName: "New", publicKey })), before)).user;
  assert.deepEqual(key(KEY)?.publicKey, KEY);
  assert.equal(key(new Uint8Array(0))?.longName, "New");
  for (const length of [1, 31, 33]) assert.equal(key(new Uint8Array(length)), undefined);
  const keyless = encode("NodeInfo", { num: 0x1000, user: { longName: "Old" } });
  assert.deepEqual(key(KEY, keyless)?.publicKey, KEY);
  const nearly = KEY.slice();
  nearly[31] = 5;
  assert.equal(key(nearly, encode("NodeInfo", { num: 0x1000, user: { longName: "Old", publicKey: KEY } }))?.longName, "Old");
});

Deno.test("heard() takes up a place with both coordinates, and measurements of the device alone", () => {
  const place = (position: Parameters<typeof encode<"Position">>[1]) =>
    decode("NodeInfo", heard(packet(PortNum.POSITION_APP, encode("Position", position)), undefined)).position;
  assert.equal(place({ latitudeI: 1, longitudeI: 0 })?.latitudeI, 1);
  assert.equal(place({ latitudeI: 1 }), undefined);
  assert.equal(place({ longitudeI: 1 }), undefined);
  const environment = encode("Telemetry", { variant: { case: "environmentMetrics", value: { temperature: 5 } } });
  assert.equal(decode("NodeInfo", heard(packet(PortNum.TELEMETRY_APP, environment), undefined)).deviceMetrics, undefined);
});

Deno.test("heard() makes a NodeInfo of 490 bytes at most", () => {
  const withBytes = (count: number) =>
    heard(
      packet(
        PortNum.POSITION_APP,
        new Uint8Array([...encode("Position", { latitudeI: 1, longitudeI: 2 }), ...bytesField(500, new Uint8Array(count))]),
      ),
      undefined,
    );
  const least = withBytes(130).length - 130;
  assert.deepEqual([withBytes(490 - least).length, withBytes(491 - least).length < 100], [490, true]);
});

Deno.test("keyOf() and userOf() read an encoded NodeInfo", () => {
  const info = encode("NodeInfo", { num: 1, user: { longName: "x", publicKey: KEY } });
  assert.deepEqual(keyOf(info), KEY);
  assert.equal(decode("User", userOf(info) ?? new Uint8Array()).longName, "x");
  assert.deepEqual([keyOf(encode("NodeInfo", { num: 1 })).length, userOf(encode("NodeInfo", { num: 1 }))], [0, undefined]);
  assert.equal(keyOf(encode("NodeInfo", { num: 1, user: { longName: "x" } })).length, 0);
});

Deno.test("remembered() tells all that the program knows of a node, in the radio's own units", () => {
  const record = {
    ...emptyRecord(0x1000),
    longName: "Alice",
    shortName: "Ali",
    role: 2,
    hwModel: 43,
    publicKey: KEY,
    isLicensed: true,
    isUnmessagable: true,
    isFavorite: true,
    viaMqtt: true,
    lastHeardWallMs: 1_999,
    hopsAway: 2,
    direct: { snr: 4.5, rssi: undefined, atWallMs: 0 },
    place: { latitude: 48.5, longitude: -9.25, altitudeM: 100.4, precisionBits: 13 },
  };
  const info = decode("NodeInfo", remembered(record));
  const { user, position } = info;
  assert.deepEqual([
    user?.id,
    user?.longName,
    user?.shortName,
    user?.role,
    user?.hwModel,
    user?.publicKey,
    user?.isLicensed,
    user?.isUnmessagable,
  ], [
    "!00001000",
    "Alice",
    "Ali",
    2,
    43,
    KEY,
    true,
    true,
  ]);
  assert.deepEqual([info.num, info.viaMqtt, info.isFavorite, info.lastHeard, info.hopsAway, info.snr], [0x1000, true, true, 1, 2, 4.5]);
  assert.deepEqual([position?.latitudeI, position?.longitudeI, position?.altitude, position?.precisionBits], [
    485_000_000,
    -92_500_000,
    100,
    13,
  ]);
  const little = decode("NodeInfo", remembered(emptyRecord(5)));
  assert.deepEqual([little.num, little.user, little.position, little.lastHeard, little.hopsAway, little.snr], [
    5,
    undefined,
    undefined,
    0,
    undefined,
    0,
  ]);
  const exact = decode("NodeInfo", remembered({ ...emptyRecord(5), place: { latitude: 1, longitude: 2 } }));
  assert.deepEqual([exact.position?.precisionBits, exact.position?.altitude], [32, undefined]);
  for (const told of [{ longName: "x" }, { shortName: "x" }, { publicKey: KEY }]) {
    assert.notEqual(decode("NodeInfo", remembered({ ...emptyRecord(5), ...told })).user, undefined);
  }
});
