import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode, make } from "../../src/link/codec.ts";
import { Role } from "../../src/link/enums.ts";
import type { Init, NodeInfo, Position, Telemetry, User } from "../../src/link/messages.ts";
import { startLog, stopLog } from "../../src/log.ts";
import { createNodeDb, type NodeDb, type NodeRecord } from "../../src/mesh/node_db.ts";
import { emptyRecord } from "../../src/mesh/node_fields.ts";
import type { Reception } from "../../src/mesh/packet.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";

const OWN = 0x11111111;
const ALICE = 0xa11ce001;
const BOB = 0xb0b00002;
const KEY = new Uint8Array(32).fill(1);
const OTHER_KEY = new Uint8Array(32).fill(2);

function setUp(maxNodes?: number): { db: NodeDb; clock: FakeClock; nowS: () => number } {
  const clock = createFakeClock();
  const db = createNodeDb({ clock, ...(maxNodes === undefined ? {} : { maxNodes }) });
  db.ownNum = OWN;
  return { db, clock, nowS: () => clock.wallMs() / 1000 };
}

function info(init: Init<"NodeInfo">): NodeInfo {
  return decode("NodeInfo", encode("NodeInfo", init));
}

function user(init: Init<"User">): User {
  return make("User", init);
}

function position(init: Init<"Position">): Position {
  return decode("Position", encode("Position", init));
}

function telemetry(variant: Init<"Telemetry">["variant"]): Telemetry {
  return make("Telemetry", variant === undefined ? {} : { variant });
}

function heard(init: Partial<Reception>): Reception {
  return {
    id: 1,
    from: ALICE,
    to: BROADCAST_NUM,
    channel: 0,
    hopsUsed: 0,
    hopLimit: 3,
    hopStart: 3,
    snr: 6.25,
    rssi: -90,
    viaMqtt: false,
    relayNode: 0,
    rxTimeS: 0,
    pkiEncrypted: false,
    publicKey: new Uint8Array(0),
    wantAck: false,
    wantsResponse: false,
    ...init,
  };
}

Deno.test("applyNodeInfo() takes over what our node knows", () => {
  const { db, nowS } = setUp();
  db.applyNodeInfo(info({
    num: ALICE,
    user: {
      longName: "Alice Base",
      shortName: "ALIC",
      hwModel: 43,
      role: Role.ROUTER,
      publicKey: KEY,
      isUnmessagable: true,
      isLicensed: true,
    },
    position: { latitudeI: 488_566_000, longitudeI: 23_522_000, altitude: 35, precisionBits: 13, time: nowS() - 600 },
    deviceMetrics: { batteryLevel: 87, voltage: 4.1, channelUtilization: 12.5, airUtilTx: 1.5, uptimeSeconds: 1000 },
    lastHeard: nowS() - 60,
    snr: 7.5,
    hopsAway: 0,
  }));
  const alice = db.get(ALICE);
  assert.ok(alice);
  assert.equal(alice.longName, "Alice Base");
  assert.equal(alice.shortName, "ALIC");
  assert.equal(alice.hwModel, 43);
  assert.equal(alice.role, Role.ROUTER);
  assert.deepEqual(alice.publicKey, KEY);
  assert.equal(alice.isUnmessagable, true);
  assert.equal(alice.isLicensed, true);
  assert.deepEqual(alice.place, { latitude: 48.8566, longitude: 2.3522, altitudeM: 35, precisionBits: 13 });
  assert.equal(alice.placeAtWallMs, (nowS() - 600) * 1000);
  assert.equal(alice.batteryPercent, 87);
  assert.ok(Math.abs((alice.voltage ?? 0) - 4.1) < 1e-6);
  assert.equal(alice.channelUtilizationPercent, 12.5);
  assert.equal(alice.airUtilTxPercent, 1.5);
  assert.equal(alice.uptimeS, 1000);
  assert.equal(alice.lastHeardWallMs, (nowS() - 60) * 1000);
  assert.equal(alice.hopsAway, 0);
  assert.deepEqual(alice.direct, { snr: 7.5, rssi: undefined, atWallMs: (nowS() - 60) * 1000 });
  assert.equal(alice.metricsAtMs, undefined);
  assert.equal(db.size, 1);
});

Deno.test("applyNodeInfo() keeps a node without a user under its id", () => {
  const { db } = setUp();
  db.applyNodeInfo(info({ num: ALICE }));
  assert.equal(db.size, 1);
  assert.equal(db.nameOf(ALICE), "!a11ce001");
  assert.equal(db.shortNameOf(ALICE), "e001");
  assert.equal(db.get(ALICE)?.lastHeardWallMs, undefined);
  assert.equal(db.get(ALICE)?.hopsAway, undefined);
});

Deno.test("applyNodeInfo() and applyReception() refuse the numbers 0 and broadcast", () => {
  const { db } = setUp();
  for (const num of [0, BROADCAST_NUM]) {
    db.applyNodeInfo(info({ num, user: { longName: "nobody" } }));
    db.applyUser(num, user({ longName: "nobody" }));
    db.applyPosition(num, position({ latitudeI: 1, longitudeI: 1 }));
    db.applyTelemetry(num, telemetry({ case: "deviceMetrics", value: { batteryLevel: 1 } }));
    db.applyReception(heard({ from: num }));
    assert.equal(db.get(num), undefined);
  }
  assert.equal(db.size, 0);
});

Deno.test("applyNodeInfo() lets no time lie in the future and none go backwards", () => {
  const { db, clock, nowS } = setUp();
  db.applyNodeInfo(info({ num: ALICE, lastHeard: nowS() + 9999 }));
  assert.equal(db.get(ALICE)?.lastHeardWallMs, clock.wallMs());
  db.applyNodeInfo(info({ num: ALICE, lastHeard: nowS() - 100 }));
  assert.equal(db.get(ALICE)?.lastHeardWallMs, clock.wallMs());
  db.applyNodeInfo(info({ num: ALICE, lastHeard: 0 }));
  assert.equal(db.get(ALICE)?.lastHeardWallMs, clock.wallMs());
});

Deno.test("rule 4: applyNodeInfo() takes its SNR for a direct signal at 0 hops by radio only", () => {
  const { db, nowS } = setUp();
  const lastHeard = nowS() - 10;
  const cases: [Init<"NodeInfo">, boolean][] = [
    [{ hopsAway: 0, snr: -3.5 }, true],
    [{ hopsAway: 1, snr: -3.5 }, false],
    [{ snr: -3.5 }, false],
    [{ hopsAway: 0, viaMqtt: true, snr: -3.5 }, false],
    [{ hopsAway: 0, snr: NaN }, false],
    [{ hopsAway: 0, snr: 0 }, false],
    [{ hopsAway: 0, snr: -3.5, lastHeard: 0 }, false],
  ];
  cases.forEach(([init, isDirect], index) => {
    db.applyNodeInfo(info({ num: 100 + index, lastHeard, ...init }));
    const expected = isDirect ? { snr: -3.5, rssi: undefined, atWallMs: lastHeard * 1000 } : undefined;
    assert.deepEqual(db.get(100 + index)?.direct, expected, JSON.stringify(init));
  });
  db.applyNodeInfo(info({ num: OWN, lastHeard, hopsAway: 0, snr: 5 }));
  assert.equal(db.get(OWN)?.direct, undefined);
});

Deno.test("applyNodeInfo() does not replace a newer direct signal", () => {
  const { db, clock, nowS } = setUp();
  db.applyReception(heard({ snr: 1, rssi: -100 }));
  db.applyNodeInfo(info({ num: ALICE, lastHeard: nowS() - 5, hopsAway: 0, snr: 9 }));
  assert.deepEqual(db.get(ALICE)?.direct, { snr: 1, rssi: -100, atWallMs: clock.wallMs() });
});

Deno.test("applyNodeInfo() leaves out absurd fields", () => {
  const { db } = setUp();
  db.applyNodeInfo(info({
    num: ALICE,
    hopsAway: 8,
    deviceMetrics: { batteryLevel: 4_000_000_000, voltage: NaN, channelUtilization: 100.5, airUtilTx: -1 },
    position: { latitudeI: 910_000_000, longitudeI: 0 },
  }));
  const alice = db.get(ALICE);
  assert.equal(alice?.hopsAway, undefined);
  assert.equal(alice?.batteryPercent, 101);
  assert.equal(alice?.voltage, undefined);
  assert.equal(alice?.channelUtilizationPercent, undefined);
  assert.equal(alice?.airUtilTxPercent, undefined);
  assert.equal(alice?.uptimeS, undefined);
  assert.equal(alice?.place, undefined);
});

Deno.test("applyUser() cleans and limits names", () => {
  const { db } = setUp();
  db.applyUser(ALICE, user({ longName: " \u202eEvil\u0007\u200b  name \ud800", shortName: "\u2066🦊🦊🦊🦊🦊" }));
  assert.equal(db.get(ALICE)?.longName, "Evil name \ufffd");
  assert.equal(db.get(ALICE)?.shortName, "🦊🦊🦊🦊");
  db.applyUser(ALICE, user({ longName: "é".repeat(200), shortName: "abcdef" }));
  assert.equal(db.get(ALICE)?.longName, "é".repeat(20));
  assert.equal(db.get(ALICE)?.shortName, "abcd");
});

Deno.test("applyUser() keeps the known names when the new ones cannot be seen", () => {
  const { db } = setUp();
  db.applyUser(ALICE, user({ longName: "Alice", shortName: "AL" }));
  db.applyUser(ALICE, user({ longName: "\u200b\u200d", shortName: "" }));
  assert.equal(db.nameOf(ALICE), "Alice");
  assert.equal(db.shortNameOf(ALICE), "AL");
});

Deno.test("nameOf() and shortNameOf() fall back to what is known", () => {
  const { db } = setUp();
  assert.equal(db.nameOf(BOB), "!b0b00002");
  assert.equal(db.shortNameOf(BOB), "0002");
  db.applyUser(BOB, user({ shortName: "BOB" }));
  assert.equal(db.nameOf(BOB), "BOB");
  assert.equal(db.shortNameOf(BOB), "BOB");
});

Deno.test("rule 8: applyUser() never replaces a known key: it marks the node and warns once", () => {
  const lines: string[] = [];
  startLog({ format: "journal", debug: false, write: (line) => lines.push(line) });
  try {
    const { db } = setUp();
    db.applyUser(ALICE, user({ longName: "Alice", publicKey: KEY }));
    assert.equal(db.get(ALICE)?.keyConflict, false);
    for (let i = 0; i < 3; i += 1) db.applyUser(ALICE, user({ longName: "Mallory", publicKey: OTHER_KEY }));
    assert.deepEqual(db.get(ALICE)?.publicKey, KEY);
    assert.equal(db.get(ALICE)?.keyConflict, true);
    assert.equal(db.nameOf(ALICE), "Alice");
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /^<4>mesh: .*!a11ce001 \(Alice\).*key/);
    db.applyUser(ALICE, user({ longName: "Alice 2", publicKey: KEY }));
    assert.equal(db.nameOf(ALICE), "Alice 2");
    assert.equal(db.get(ALICE)?.keyConflict, true);
  } finally {
    stopLog();
  }
});

Deno.test("applyUser() ignores a user without the known key, and keys of a wrong length", () => {
  const { db } = setUp();
  db.applyUser(BOB, user({ longName: "Bob", publicKey: KEY.slice(1) }));
  assert.equal(db.get(BOB)?.publicKey.length, 0);
  db.applyUser(BOB, user({ longName: "Bob", publicKey: KEY }));
  db.applyUser(BOB, user({ longName: "Mallory" }));
  assert.deepEqual(db.get(BOB)?.publicKey, KEY);
  assert.equal(db.get(BOB)?.keyConflict, false);
  assert.equal(db.nameOf(BOB), "Bob");
});

Deno.test("rule 8: applyNodeInfo() always takes the key of our own node's list, and that settles a conflict", () => {
  const { db } = setUp();
  db.applyUser(ALICE, user({ publicKey: KEY }));
  db.applyUser(ALICE, user({ publicKey: OTHER_KEY }));
  db.applyNodeInfo(info({ num: ALICE, user: { longName: "Alice" } }));
  assert.deepEqual(db.get(ALICE)?.publicKey, KEY);
  assert.equal(db.get(ALICE)?.keyConflict, true);
  db.applyNodeInfo(info({ num: ALICE, user: { longName: "Alice", publicKey: OTHER_KEY } }));
  assert.deepEqual(db.get(ALICE)?.publicKey, OTHER_KEY);
  assert.equal(db.get(ALICE)?.keyConflict, false);
});

Deno.test("applyUser() keeps a copy of the key, not the frame's memory", () => {
  const { db } = setUp();
  const key = KEY.slice();
  db.applyUser(ALICE, user({ publicKey: key }));
  key.fill(9);
  assert.deepEqual(db.get(ALICE)?.publicKey, KEY);
});

Deno.test("applyPosition() takes possible places only", () => {
  const { db } = setUp();
  const refused: Init<"Position">[] = [
    {},
    { latitudeI: 488_566_000 },
    { longitudeI: 23_522_000 },
    { latitudeI: 0, longitudeI: 0 },
    { latitudeI: 900_000_001, longitudeI: 1 },
    { latitudeI: 1, longitudeI: -1_800_000_001 },
  ];
  for (const init of refused) {
    db.applyPosition(ALICE, position(init));
    assert.equal(db.get(ALICE)?.place, undefined, JSON.stringify(init));
    assert.equal(db.get(ALICE)?.placeAtWallMs, undefined);
  }
  db.applyPosition(ALICE, position({ latitudeI: 0, longitudeI: 23_522_000 }));
  assert.deepEqual(db.get(ALICE)?.place, { latitude: 0, longitude: 2.3522 });
  db.applyPosition(ALICE, position({ latitudeI: -900_000_000, longitudeI: 1_800_000_000, altitude: -500, precisionBits: 32 }));
  assert.deepEqual(db.get(ALICE)?.place, { latitude: -90, longitude: 180, altitudeM: -500, precisionBits: 32 });
  db.applyPosition(ALICE, position({}));
  assert.equal(db.get(ALICE)?.place?.latitude, -90);
});

Deno.test("applyPosition() leaves out an absurd altitude and an impossible precision", () => {
  const { db } = setUp();
  for (const altitude of [-501, 100_001, -2_147_483_648]) {
    db.applyPosition(ALICE, position({ latitudeI: 10_000_000, longitudeI: 20_000_000, altitude, precisionBits: 33 }));
    assert.deepEqual(db.get(ALICE)?.place, { latitude: 1, longitude: 2 });
  }
});

Deno.test("applyPosition() remembers the precision when the same place is told again without it", () => {
  const { db } = setUp();
  const coordinates = { latitudeI: 10_000_000, longitudeI: 20_000_000 };
  db.applyPosition(ALICE, position({ ...coordinates, precisionBits: 12 }));
  db.applyNodeInfo(info({ num: ALICE, position: coordinates }));
  assert.equal(db.get(ALICE)?.place?.precisionBits, 12);
  db.applyPosition(ALICE, position({ ...coordinates, latitudeI: 10_000_001 }));
  assert.equal(db.get(ALICE)?.place?.precisionBits, undefined);
});

Deno.test("applyPosition() dates the place, never in the future", () => {
  const { db, clock, nowS } = setUp();
  const coordinates = { latitudeI: 10_000_000, longitudeI: 20_000_000 };
  const cases: [Init<"Position">, number][] = [
    [{ time: nowS() - 50 }, clock.wallMs() - 50_000],
    [{ time: nowS() - 50, timestamp: nowS() - 70 }, clock.wallMs() - 70_000],
    [{ time: nowS() + 50 }, clock.wallMs()],
    [{}, clock.wallMs()],
    [{ time: 12 }, clock.wallMs()],
  ];
  for (const [init, expected] of cases) {
    db.applyPosition(ALICE, position({ ...coordinates, ...init }));
    assert.equal(db.get(ALICE)?.placeAtWallMs, expected, JSON.stringify(init));
  }
});

Deno.test("applyTelemetry() keeps what is possible and what was known", async () => {
  const { db, clock } = setUp();
  await clock.tick(500);
  db.applyTelemetry(
    ALICE,
    telemetry({ case: "deviceMetrics", value: { batteryLevel: 50, voltage: 3.5, channelUtilization: 10, airUtilTx: 2 } }),
  );
  assert.equal(db.get(ALICE)?.metricsAtMs, 500);
  await clock.tick(500);
  const absurd = { batteryLevel: 255, voltage: Infinity, channelUtilization: NaN, airUtilTx: 101, uptimeSeconds: 7 };
  db.applyTelemetry(ALICE, telemetry({ case: "deviceMetrics", value: absurd }));
  const alice = db.get(ALICE);
  assert.equal(alice?.batteryPercent, 101);
  assert.equal(alice?.voltage, 3.5);
  assert.equal(alice?.channelUtilizationPercent, 10);
  assert.equal(alice?.airUtilTxPercent, 2);
  assert.equal(alice?.uptimeS, 7);
  assert.equal(alice?.metricsAtMs, 1000);
});

Deno.test("applyTelemetry() takes local statistics of our own node only, and no other kinds", () => {
  const { db } = setUp();
  const stats = telemetry({ case: "localStats", value: { uptimeSeconds: 60, channelUtilization: 33, airUtilTx: 4 } });
  db.applyTelemetry(ALICE, stats);
  db.applyTelemetry(ALICE, telemetry({ case: "environmentMetrics", value: { temperature: 20 } }));
  db.applyTelemetry(ALICE, telemetry(undefined));
  assert.equal(db.get(ALICE), undefined);
  db.applyTelemetry(OWN, stats);
  assert.equal(db.get(OWN)?.channelUtilizationPercent, 33);
  assert.equal(db.get(OWN)?.airUtilTxPercent, 4);
  assert.equal(db.get(OWN)?.uptimeS, 60);
  assert.equal(db.get(OWN)?.metricsAtMs, 0);
});

Deno.test("applyReception() notes a packet heard directly", () => {
  const { db, clock } = setUp();
  db.applyReception(heard({}));
  const alice = db.get(ALICE);
  assert.equal(alice?.lastHeardWallMs, clock.wallMs());
  assert.equal(alice?.hopsAway, 0);
  assert.equal(alice?.viaMqtt, false);
  assert.deepEqual(alice?.direct, { snr: 6.25, rssi: -90, atWallMs: clock.wallMs() });
});

Deno.test("rule 4: applyReception() takes no other packet for heard directly", () => {
  const cases: Partial<Reception>[] = [
    { hopsUsed: 1 },
    { hopsUsed: undefined },
    { viaMqtt: true },
    { rssi: undefined },
    { snr: undefined },
    { snr: undefined, rssi: undefined },
    { snr: NaN },
    { from: OWN },
  ];
  for (const init of cases) {
    const { db } = setUp();
    db.applyReception(heard(init));
    assert.ok(db.get(init.from ?? ALICE));
    assert.equal(db.get(init.from ?? ALICE)?.direct, undefined, JSON.stringify(init));
  }
});

Deno.test("rule 20: applyReception() fills in replayed packets without taking them for heard now", () => {
  const { db, clock, nowS } = setUp();
  db.applyReception(heard({ rxTimeS: nowS() - 3600, snr: undefined, rssi: undefined }));
  assert.equal(db.get(ALICE)?.lastHeardWallMs, clock.wallMs() - 3_600_000);
  assert.equal(db.get(ALICE)?.hopsAway, 0);
  assert.equal(db.get(ALICE)?.direct, undefined);
  db.applyReception(heard({}));
  db.applyReception(heard({ rxTimeS: nowS() - 3600, snr: undefined, rssi: undefined }));
  assert.equal(db.get(ALICE)?.lastHeardWallMs, clock.wallMs());
  assert.equal(db.get(ALICE)?.direct?.atWallMs, clock.wallMs());
});

Deno.test("applyReception() keeps the time in bounds", () => {
  const { db, clock, nowS } = setUp();
  db.applyReception(heard({ rxTimeS: nowS() - 30 }));
  assert.equal(db.get(ALICE)?.lastHeardWallMs, clock.wallMs() - 30_000);
  db.applyReception(heard({ rxTimeS: nowS() - 60 }));
  assert.equal(db.get(ALICE)?.lastHeardWallMs, clock.wallMs() - 30_000);
  assert.equal(db.get(ALICE)?.direct?.atWallMs, clock.wallMs() - 30_000);
  db.applyReception(heard({ rxTimeS: 0xffffffff }));
  assert.equal(db.get(ALICE)?.lastHeardWallMs, clock.wallMs());
});

Deno.test("applyReception() keeps the known hops when a packet does not tell, and believes no absurd ones", () => {
  const { db } = setUp();
  db.applyReception(heard({ hopsUsed: 3 }));
  db.applyReception(heard({ hopsUsed: undefined }));
  db.applyReception(heard({ hopsUsed: 250 }));
  assert.equal(db.get(ALICE)?.hopsAway, 3);
  db.applyReception(heard({ hopsUsed: 7, viaMqtt: true }));
  assert.equal(db.get(ALICE)?.hopsAway, 7);
  assert.equal(db.get(ALICE)?.viaMqtt, true);
});

Deno.test("createNodeDb() forgets the node heard least recently", async () => {
  const { db, clock } = setUp(3);
  db.applyReception(heard({ from: 1 }));
  await clock.tick(1000);
  db.applyReception(heard({ from: 2 }));
  db.applyReception(heard({ from: 3 }));
  await clock.tick(1000);
  db.applyReception(heard({ from: 1 }));
  db.applyReception(heard({ from: 4 }));
  assert.deepEqual([...db.all()].map(({ num }) => num).sort(), [1, 3, 4]);
  db.applyReception(heard({ from: 5 }));
  assert.deepEqual([...db.all()].map(({ num }) => num).sort(), [1, 4, 5]);
});

Deno.test("createNodeDb() goes by the time of hearing, not by the order of the node's list", () => {
  const { db, nowS } = setUp(3);
  db.applyNodeInfo(info({ num: 1, lastHeard: nowS() - 10 }));
  db.applyNodeInfo(info({ num: 2, lastHeard: nowS() - 500 }));
  db.applyNodeInfo(info({ num: 3 }));
  db.applyNodeInfo(info({ num: 4, lastHeard: nowS() - 300 }));
  db.applyReception(heard({ from: 5 }));
  assert.deepEqual([...db.all()].map(({ num }) => num).sort(), [1, 4, 5]);
});

Deno.test("createNodeDb() never forgets our own node", () => {
  const { db } = setUp(2);
  db.applyNodeInfo(info({ num: OWN, user: { longName: "Bot" } }));
  for (let from = 1; from <= 100; from += 1) db.applyReception(heard({ from }));
  assert.equal(db.size, 2);
  assert.equal(db.nameOf(OWN), "Bot");
  db.ownNum = 100;
  for (let from = 201; from <= 300; from += 1) db.applyReception(heard({ from }));
  assert.equal(db.get(OWN), undefined);
  assert.ok(db.get(100));
  assert.equal(db.get(100)?.direct, undefined);
  db.ownNum = undefined;
  for (let from = 301; from <= 310; from += 1) db.applyReception(heard({ from }));
  assert.equal(db.get(100), undefined);
  assert.throws(() => createNodeDb({ clock: createFakeClock(), maxNodes: 1 }), RangeError);
});

Deno.test("createNodeDb() agrees with a plain search for the node heard least recently", () => {
  const anyStep = fc.record({
    num: fc.integer({ min: 1, max: 12 }),
    ageS: fc.integer({ min: 0, max: 50 }),
    pauseMs: fc.constantFrom(0, 0, 1000, 7000),
    own: fc.option(fc.integer({ min: 1, max: 12 }), { freq: 15 }),
  });
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 150, size: "max" }), fc.integer({ min: 2, max: 6 }), (steps, maxNodes) => {
      let wallMs = 1_800_000_000_000;
      const db = createNodeDb({ clock: { ...createFakeClock(), wallMs: () => wallMs }, maxNodes });
      const model = new Map<number, { heardMs: number; turn: number }>();
      let own = 0;
      steps.forEach(({ num, ageS, pauseMs, own: newOwn }, turn) => {
        wallMs += pauseMs;
        if (newOwn !== null) db.ownNum = own = newOwn;
        if (!model.has(num) && model.size === maxNodes) {
          const others = [...model].filter(([other]) => other !== own);
          others.sort(([, a], [, b]) => a.heardMs - b.heardMs || a.turn - b.turn);
          model.delete(others[0]?.[0] ?? 0);
        }
        const heardMs = Math.max(model.get(num)?.heardMs ?? 0, wallMs - ageS * 1000);
        model.set(num, { heardMs, turn });
        db.applyReception(heard({ from: num, rxTimeS: wallMs / 1000 - ageS }));
        assert.deepEqual(
          [...db.all()].map((record) => [record.num, record.lastHeardWallMs]),
          [...model].map(([key, value]) => [key, value.heardMs]),
        );
      });
    }),
    { numRuns: 300 },
  );
});

Deno.test("createNodeDb() survives a flood of new numbers", () => {
  const { db } = setUp();
  db.applyNodeInfo(info({ num: OWN, user: { longName: "Bot" } }));
  for (let i = 0; i < 50_000; i += 1) db.applyReception(heard({ from: 1_000_000 + i }));
  assert.equal(db.size, 10_000);
  assert.ok(db.get(OWN));
  assert.ok(db.get(1_049_999));
  assert.equal(db.get(1_000_000), undefined);
});

Deno.test("clear() forgets the nodes and keeps our own number", () => {
  const { db } = setUp(2);
  db.applyReception(heard({ from: OWN }));
  db.applyReception(heard({}));
  db.clear();
  assert.equal(db.size, 0);
  assert.deepEqual([...db.all()], []);
  assert.equal(db.ownNum, OWN);
  db.applyReception(heard({ from: OWN }));
  for (let from = 1; from <= 9; from += 1) db.applyReception(heard({ from }));
  assert.equal(db.size, 2);
  assert.ok(db.get(OWN));
});

Deno.test("find() takes the exact name or id before a part of a name", async () => {
  const { db, clock } = setUp();
  db.applyUser(1, user({ longName: "Tigro G2 MiniPV", shortName: "tigr" }));
  db.applyUser(2, user({ longName: "Tigr", shortName: "T2" }));
  db.applyUser(3, user({ longName: "Big Tigris", shortName: "BT" }));
  db.applyUser(ALICE, user({ longName: "Élodie", shortName: "🦊" }));
  const found = (query: string) => db.find(query).map(({ num }) => num);
  assert.deepEqual(found("TIGR").sort(), [1, 2]);
  assert.deepEqual(found(" tigri "), [3]);
  assert.deepEqual(found("!A11CE001"), [ALICE]);
  assert.deepEqual(found("a11ce001"), [ALICE]);
  assert.deepEqual(found("e\u0301lodie"), [ALICE]);
  assert.deepEqual(found("🦊"), [ALICE]);
  assert.deepEqual(found("zzz"), []);
  db.applyReception(heard({ from: 3 }));
  await clock.tick(1000);
  db.applyReception(heard({ from: 2 }));
  assert.deepEqual(found("ig"), [2, 3, 1]);
});

Deno.test("find() knows a node without a name by its last four digits", () => {
  const { db } = setUp();
  db.applyNodeInfo(info({ num: ALICE }));
  assert.deepEqual(db.find("E001").map(({ num }) => num), [ALICE]);
  assert.deepEqual(db.find("e00"), []);
});

Deno.test("find() answers nothing to nothing and to what is longer than any name", () => {
  const { db } = setUp();
  db.applyUser(1, user({ longName: "a".repeat(40) }));
  assert.deepEqual(db.find(""), []);
  assert.deepEqual(db.find("  \u200b "), []);
  assert.equal(db.find("a".repeat(40)).length, 1);
  assert.deepEqual(db.find("a".repeat(41)), []);
  assert.deepEqual(db.find("a".repeat(1_000_000)), []);
});

Deno.test("NodeDb survives any node information", () => {
  const { db, clock } = setUp(50);
  const anyFloat = fc.float();
  const anyInfo: fc.Arbitrary<Init<"NodeInfo">> = fc.record({
    num: fc.integer({ min: 0, max: 0xffffffff }),
    user: fc.record({
      longName: fc.string({ unit: "binary" }),
      shortName: fc.string({ unit: "binary" }),
      publicKey: fc.uint8Array({ maxLength: 40 }),
    }),
    position: fc.record({
      latitudeI: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      longitudeI: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      altitude: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      time: fc.integer({ min: 0, max: 0xffffffff }),
      precisionBits: fc.integer({ min: 0, max: 0xffffffff }),
    }, { requiredKeys: [] }),
    deviceMetrics: fc.record(
      { batteryLevel: fc.integer({ min: 0, max: 0xffffffff }), voltage: anyFloat, channelUtilization: anyFloat, airUtilTx: anyFloat },
      { requiredKeys: [] },
    ),
    snr: anyFloat,
    lastHeard: fc.integer({ min: 0, max: 0xffffffff }),
    hopsAway: fc.integer({ min: 0, max: 0xffffffff }),
    viaMqtt: fc.boolean(),
  }, { requiredKeys: [] });
  fc.assert(
    fc.property(anyInfo, (init) => {
      db.applyNodeInfo(info(init));
      assert.ok(db.size <= 50);
      const record = db.get(init.num ?? 0);
      if (record === undefined) return assert.ok([0, BROADCAST_NUM].includes(init.num ?? 0));
      assert.ok(new TextEncoder().encode(record.longName).length <= 40);
      assert.ok(new TextEncoder().encode(record.shortName).length <= 16);
      assert.ok([0, 32].includes(record.publicKey.length));
      assert.ok((record.lastHeardWallMs ?? 0) <= clock.wallMs());
      assert.ok((record.placeAtWallMs ?? 0) <= clock.wallMs());
      assert.ok((record.hopsAway ?? 0) <= 7);
      assert.ok((record.batteryPercent ?? 0) <= 101);
      for (const percent of [record.channelUtilizationPercent, record.airUtilTxPercent]) {
        assert.ok(percent === undefined || (percent >= 0 && percent <= 100));
      }
      for (const value of [record.voltage, record.direct?.snr]) assert.ok(value === undefined || Number.isFinite(value));
      const { place } = record;
      assert.ok(place === undefined || (Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180));
      assert.ok(place?.altitudeM === undefined || (place.altitudeM >= -500 && place.altitudeM <= 100_000));
      assert.ok(db.nameOf(record.num).length > 0);
    }),
    { numRuns: 500 },
  );
});

Deno.test("restore() takes up the records of an earlier run and leaves what is known already", () => {
  const before = setUp();
  before.db.applyNodeInfo(
    info({ num: ALICE, user: { longName: "Alice", shortName: "Ali", publicKey: KEY }, lastHeard: before.nowS() - 60 }),
  );
  before.db.applyNodeInfo(info({ num: BOB, user: { longName: "Bob", shortName: "Bob" }, lastHeard: before.nowS() - 30 }));
  before.db.applyTelemetry(ALICE, telemetry({ case: "deviceMetrics", value: { batteryLevel: 80 } }));
  const { db } = setUp();
  db.applyNodeInfo(info({ num: BOB, user: { longName: "Bob's new name", shortName: "Bob" } }));
  db.restore([...before.db.all()]);
  assert.equal(db.size, 2);
  assert.equal(db.nameOf(BOB), "Bob's new name");
  assert.deepEqual({ ...db.get(ALICE), metricsAtMs: undefined }, { ...before.db.get(ALICE), metricsAtMs: undefined });
  assert.equal(db.get(ALICE)?.metricsAtMs, undefined, "the earlier run's clock is another");
  assert.deepEqual(db.find("alice").map(({ num }) => num), [ALICE]);
});

Deno.test("restore() keeps those heard last when not all have room, and no impossible numbers", () => {
  const before = setUp();
  for (let num = 1; num <= 5; num++) before.db.applyNodeInfo(info({ num, lastHeard: before.nowS() - 100 + num }));
  const { db } = setUp(3);
  db.restore([{ ...before.db.get(1) as NodeRecord, num: BROADCAST_NUM }, ...before.db.all()]);
  assert.deepEqual([...db.all()].map(({ num }) => num).sort(), [3, 4, 5]);
});

Deno.test("applyNodeInfo() does not take the list's word for a signal that a packet of the same second told better", () => {
  const { db, nowS } = setUp();
  db.applyReception(heard({ from: ALICE, rxTimeS: nowS(), hopsUsed: 0, snr: 5, rssi: -80 }));
  db.applyNodeInfo(info({ num: ALICE, lastHeard: nowS(), snr: 7, hopsAway: 0 }));
  assert.deepEqual([db.get(ALICE)?.direct?.snr, db.get(ALICE)?.direct?.rssi], [5, -80]);
});

Deno.test("applyReception() knows what came by radio from what came by MQTT or out of the node's memory", () => {
  const at = (reception: Partial<Reception>) => {
    const { db } = setUp();
    db.applyReception(heard({ from: ALICE, hopsUsed: 1, snr: 5, rssi: -80, ...reception }));
    return db.get(ALICE)?.radioHeardWallMs !== undefined;
  };
  assert.deepEqual([at({}), at({ viaMqtt: true }), at({ rssi: undefined })], [true, false, false]);
});

Deno.test("restore() keeps those who were heard last when there are too many, in whatever order they come", () => {
  for (const order of [[1, 2, 3, 4], [4, 3, 2, 1], [3, 1, 4, 2], [2, 4, 1, 3]]) {
    const { db } = setUp(2);
    db.restore(order.map((num) => ({ ...emptyRecord(num), lastHeardWallMs: num * 1000 })));
    assert.deepEqual([...db.all()].map(({ num }) => num).sort(), [3, 4], String(order));
  }
});
