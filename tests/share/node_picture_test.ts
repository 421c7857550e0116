import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode, make } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { MeshPacket } from "../../src/link/messages.ts";
import { heard, remembered } from "../../src/share/node_picture.ts";
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
