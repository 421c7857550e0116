import assert from "node:assert/strict";
import { make } from "../../src/link/codec.ts";
import { cleanUser, differs, emptyRecord, hopsOf, isKey, metricsOf, placeAtWallMs, placeOf, statsOf } from "../../src/mesh/node_fields.ts";

const EARLIEST_MS = Date.UTC(2020, 0, 1);

Deno.test("emptyRecord() knows nothing but the number", () => {
  const told = Object.entries(emptyRecord(7)).filter(([, value]) => value !== undefined);
  assert.deepEqual(Object.fromEntries(told), {
    num: 7,
    longName: "",
    shortName: "",
    role: 0,
    hwModel: 0,
    publicKey: new Uint8Array(0),
    keyConflict: false,
    isLicensed: false,
    isUnmessagable: false,
    isFavorite: false,
    viaMqtt: false,
  });
});

Deno.test("cleanUser() takes the names as far as they go, and keeps the known ones where there are none", () => {
  const record = { ...emptyRecord(7), longName: "Known", shortName: "Kn" };
  const full = make("User", {
    longName: "x".repeat(41),
    shortName: "abcde",
    role: 2,
    hwModel: 43,
    isLicensed: true,
    isUnmessagable: true,
  });
  assert.deepEqual(cleanUser(full, record), {
    longName: "x".repeat(40),
    shortName: "abcd",
    role: 2,
    hwModel: 43,
    isLicensed: true,
    isUnmessagable: true,
  });
  assert.equal(cleanUser(make("User", { longName: "x".repeat(40), shortName: "🦊🦊🦊🦊" }), record).shortName, "🦊🦊🦊🦊");
  // Four characters, in sixteen bytes at most.
  assert.equal(cleanUser(make("User", { shortName: "é́é́é́é́x" }), record).shortName, "é́é́é́é́");
  assert.equal(cleanUser(make("User", { shortName: "🏳️🦊🦊" }), record).shortName, "🏳️🦊🦊");
  assert.equal(cleanUser(make("User", { shortName: "🏳️🏳️🦊" }), record).shortName, "🏳️🏳️");
  assert.equal(cleanUser(make("User", { shortName: "🏳️🏳️é" }), record).shortName, "🏳️🏳️é");
  assert.equal(cleanUser(make("User", { shortName: "🏳️🏳️€" }), record).shortName, "🏳️🏳️");
  assert.deepEqual(cleanUser(make("User", {}), record), {
    longName: "Known",
    shortName: "Kn",
    role: 0,
    hwModel: 0,
    isLicensed: false,
    isUnmessagable: false,
  });
});

Deno.test("isKey() takes 32 bytes; differs() goes by every byte and the length", () => {
  assert.deepEqual([31, 32, 33].map((length) => isKey(new Uint8Array(length))), [false, true, false]);
  const bytes = new Uint8Array([1, 2, 3]);
  assert.equal(differs(bytes, bytes.slice()), false);
  for (const other of [[1, 2, 4], [2, 2, 3], [1, 2], [1, 2, 3, 0], []]) assert.equal(differs(bytes, new Uint8Array(other)), true);
});

Deno.test("hopsOf() takes 0 to 7 hops", () => {
  assert.deepEqual([undefined, -1, 0, 7, 8, NaN].map((hops) => hopsOf(hops)), [undefined, undefined, 0, 7, undefined, undefined]);
});

Deno.test("placeOf() takes what lies on earth, and no place that was never set", () => {
  const at = (latitudeI?: number, longitudeI?: number) => {
    const place = placeOf(
      make("Position", { ...(latitudeI === undefined ? {} : { latitudeI }), ...(longitudeI === undefined ? {} : { longitudeI }) }),
      undefined,
    );
    return place === undefined ? undefined : [place.latitude, place.longitude];
  };
  assert.deepEqual(at(900_000_000, 1_800_000_000), [90, 180]);
  assert.deepEqual(at(-900_000_000, -1_800_000_000), [-90, -180]);
  assert.deepEqual(at(485_000_000, 92_000_000), [48.5, 9.2]);
  for (const [latitude, longitude] of [[900_000_001, 0], [-900_000_001, 0], [0, 1_800_000_001], [0, -1_800_000_001], [0, 0]] as const) {
    assert.equal(at(latitude, longitude), undefined, `${latitude} ${longitude}`);
  }
  assert.deepEqual([at(1, 0), at(0, 1)], [[1e-7, 0], [0, 1e-7]]);
  assert.deepEqual([at(5, undefined), at(undefined, 5), at()], [undefined, undefined, undefined]);
});

Deno.test("placeOf() takes a possible altitude, and the precision; that of the same place before where none is told", () => {
  const position = (
    more: { readonly altitude?: number; readonly precisionBits?: number; readonly longitudeI?: number; readonly latitudeI?: number },
  ) => make("Position", { latitudeI: 10_000_000, longitudeI: 20_000_000, ...more });
  for (const [altitude, altitudeM] of [[-500, -500], [-501, undefined], [100_000, 100_000], [100_001, undefined], [0, 0]] as const) {
    assert.equal(placeOf(position({ altitude }), undefined)?.altitudeM, altitudeM, String(altitude));
  }
  for (const [precisionBits, kept] of [[1, 1], [32, 32], [33, undefined], [0, undefined]] as const) {
    assert.equal(placeOf(position({ precisionBits }), undefined)?.precisionBits, kept, String(precisionBits));
  }
  const before = { latitude: 1, longitude: 2, precisionBits: 13 };
  assert.deepEqual(placeOf(position({}), before), before);
  assert.equal(placeOf(position({ precisionBits: 16 }), before)?.precisionBits, 16);
  assert.equal(placeOf(position({ longitudeI: 20_000_001 }), before)?.precisionBits, undefined);
  assert.equal(placeOf(position({ latitudeI: 10_000_001 }), before)?.precisionBits, undefined);
});

Deno.test("placeAtWallMs() takes the time of the measurement, never a later one than now, and none before 2020", () => {
  const nowMs = EARLIEST_MS + 1e9;
  const at = (position: { readonly timestamp?: number; readonly time?: number }) => placeAtWallMs(make("Position", position), nowMs);
  const earliestS = EARLIEST_MS / 1000;
  assert.deepEqual([at({ time: earliestS }), at({ time: earliestS - 1 }), at({})], [EARLIEST_MS, undefined, undefined]);
  assert.equal(at({ timestamp: earliestS + 5, time: earliestS + 9 }), EARLIEST_MS + 5000);
  assert.equal(at({ time: earliestS + 9 }), EARLIEST_MS + 9000);
  assert.equal(at({ time: nowMs / 1000 + 5 }), nowMs);
});

Deno.test("metricsOf() and statsOf() leave out what was not told or cannot be", () => {
  const metrics = (value: Parameters<typeof make<"DeviceMetrics">>[1]) => metricsOf(make("DeviceMetrics", value));
  assert.deepEqual(metrics({}), {});
  assert.deepEqual(metrics({ batteryLevel: 101, voltage: 1000, channelUtilization: 100, airUtilTx: 100, uptimeSeconds: 0 }), {
    batteryPercent: 101,
    voltage: 1000,
    channelUtilizationPercent: 100,
    airUtilTxPercent: 100,
    uptimeS: 0,
  });
  assert.deepEqual(metrics({ batteryLevel: 102, voltage: 0, channelUtilization: 0, airUtilTx: 0 }), {
    batteryPercent: 101,
    voltage: 0,
    channelUtilizationPercent: 0,
    airUtilTxPercent: 0,
  });
  assert.deepEqual(metrics({ voltage: 1000.5, channelUtilization: 100.5, airUtilTx: 100.5 }), {});
  assert.deepEqual(metrics({ voltage: -0.5, channelUtilization: -0.5, airUtilTx: NaN }), {});
  const stats = (value: Parameters<typeof make<"LocalStats">>[1]) => statsOf(make("LocalStats", value));
  assert.deepEqual(stats({ channelUtilization: 100, airUtilTx: 0, uptimeSeconds: 5 }), {
    channelUtilizationPercent: 100,
    airUtilTxPercent: 0,
    uptimeS: 5,
  });
  assert.deepEqual(stats({ channelUtilization: 100.5, airUtilTx: -0.5, uptimeSeconds: 5 }), { uptimeS: 5 });
  assert.deepEqual(stats({ channelUtilization: 0, airUtilTx: 100, uptimeSeconds: 5 }), {
    channelUtilizationPercent: 0,
    airUtilTxPercent: 100,
    uptimeS: 5,
  });
  assert.deepEqual(stats({ channelUtilization: -0.5, airUtilTx: 100.5, uptimeSeconds: 5 }), { uptimeS: 5 });
});
