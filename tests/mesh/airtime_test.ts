import assert from "node:assert/strict";
import fc from "fast-check";
import { make } from "../../src/link/codec.ts";
import { ModemPreset, RegionCode } from "../../src/link/enums.ts";
import { createAirtimeLedger, type Modem, modemOf, onAirBytes, timeOnAirMs } from "../../src/mesh/airtime.ts";
import { createFakeClock } from "../support/fake_clock.ts";

function preset(modemPreset: number, more: { region?: number; codingRate?: number } = {}): Modem {
  return modemOf(make("LoRaConfig", { usePreset: true, modemPreset, region: RegionCode.EU_868, ...more }));
}

function custom(bandwidth: number, spreadFactor: number, codingRate: number): Modem {
  return modemOf(make("LoRaConfig", { usePreset: false, bandwidth, spreadFactor, codingRate }));
}

function numbersOf({ bandwidthKhz, spreadFactor, codingRate }: Modem): number[] {
  return [bandwidthKhz, spreadFactor, codingRate];
}

const LORA_24 = 13;

Deno.test("rule 12: timeOnAirMs() agrees with what the firmware logs", () => {
  const table: [preset: number, rows: [bytes: number, ms: number][]][] = [
    [ModemPreset.LONG_FAST, [[16, 354], [43, 559], [50, 641], [66, 723], [100, 1010], [136, 1255], [180, 1583], [216, 1870], [255, 2157]]],
    [ModemPreset.MEDIUM_FAST, [[50, 181], [216, 560], [255, 642]]],
    [ModemPreset.SHORT_FAST, [[50, 53], [216, 176], [255, 204]]],
  ];
  for (const [modemPreset, rows] of table) {
    for (const [bytes, ms] of rows) assert.equal(timeOnAirMs(bytes, preset(modemPreset)), ms, `${bytes} bytes with preset ${modemPreset}`);
  }
});

// Reckoned by hand from the data sheet: (16 + 4.25 + 8 + ceil(bits / (4 (SF − 2))) CR) symbols, where the symbol is 16 ms or longer.
Deno.test("timeOnAirMs() optimises for low data rates where a symbol takes 16 ms", () => {
  // SF11, 125 kHz: 16.384 ms; 400 bits / 36 = 12 blocks of 8: 124.25 symbols.
  assert.equal(timeOnAirMs(50, preset(ModemPreset.LONG_MODERATE)), 2036);
  // SF12, 125 kHz: 32.768 ms; 396 bits / 40 = 10 blocks of 8: 108.25 symbols.
  assert.equal(timeOnAirMs(50, preset(ModemPreset.LONG_SLOW)), 3547);
  // SF12, 250 kHz: 16.384 ms; 396 / 40 = 10 blocks of 5: 78.25 symbols.
  assert.equal(timeOnAirMs(50, custom(250, 12, 5)), 1282);
  // SF11, 500 kHz: 4.096 ms; 400 / 44 = 10 blocks of 8: 108.25 symbols.
  assert.equal(timeOnAirMs(50, preset(ModemPreset.LONG_TURBO)), 443);
});

Deno.test("timeOnAirMs() knows the shorter preamble and the own rule of 2.4 GHz, and the longer sync of SF5 and SF6", () => {
  // SF11, 812.5 kHz: 2.5206 ms; 400 / 36 = 12 blocks of 5; 12 + 4.25 + 8 + 60 = 84.25 symbols.
  assert.equal(timeOnAirMs(50, preset(ModemPreset.LONG_FAST, { region: LORA_24 })), 212);
  // SF6, 250 kHz: 0.256 ms; 412 / 24 = 18 blocks of 5; 16 + 6.25 + 8 + 90 = 120.25 symbols.
  assert.equal(timeOnAirMs(50, custom(250, 6, 5)), 31);
});

Deno.test("timeOnAirMs() grows with the bytes and never falls below the preamble", () => {
  const anyModem = fc.constantFrom(...Array.from({ length: 17 }, (_, number) => preset(number)));
  fc.assert(fc.property(anyModem, fc.integer({ min: 0, max: 254 }), (modem, bytes) => {
    assert.ok(timeOnAirMs(bytes, modem) <= timeOnAirMs(bytes + 1, modem));
    assert.ok(timeOnAirMs(bytes, modem) >= Math.floor(28.25 * 2 ** modem.spreadFactor / modem.bandwidthKhz));
  }));
});

Deno.test("rule 12: modemOf() knows every preset", () => {
  const presets: Record<number, number[]> = {
    [ModemPreset.LONG_FAST]: [250, 11, 5],
    [ModemPreset.LONG_SLOW]: [125, 12, 8],
    [ModemPreset.VERY_LONG_SLOW]: [250, 11, 5],
    [ModemPreset.MEDIUM_SLOW]: [250, 10, 5],
    [ModemPreset.MEDIUM_FAST]: [250, 9, 5],
    [ModemPreset.SHORT_SLOW]: [250, 8, 5],
    [ModemPreset.SHORT_FAST]: [250, 7, 5],
    [ModemPreset.LONG_MODERATE]: [125, 11, 8],
    [ModemPreset.SHORT_TURBO]: [500, 7, 5],
    [ModemPreset.LONG_TURBO]: [500, 11, 8],
    10: [125, 9, 5],
    11: [125, 10, 5],
    12: [62.5, 7, 6],
    13: [62.5, 8, 6],
    14: [15.6, 7, 5],
    15: [15.6, 8, 6],
    16: [500, 9, 5],
    99: [250, 11, 5],
  };
  for (const [number, expected] of Object.entries(presets)) {
    assert.deepEqual(numbersOf(preset(Number(number))), expected, `preset ${number}`);
  }
  assert.equal(preset(ModemPreset.LONG_FAST).wide, false);
});

Deno.test("modemOf() takes the wide bandwidths on 2.4 GHz", () => {
  assert.deepEqual(preset(ModemPreset.LONG_FAST, { region: LORA_24 }), {
    bandwidthKhz: 812.5,
    spreadFactor: 11,
    codingRate: 5,
    wide: true,
  });
  assert.deepEqual(numbersOf(preset(ModemPreset.LONG_SLOW, { region: LORA_24 })), [406.25, 12, 8]);
  assert.deepEqual(numbersOf(preset(ModemPreset.SHORT_TURBO, { region: LORA_24 })), [1625, 7, 5]);
});

Deno.test("modemOf() lets a custom coding rate only strengthen a preset", () => {
  assert.equal(preset(ModemPreset.LONG_FAST, { codingRate: 8 }).codingRate, 8);
  assert.equal(preset(ModemPreset.LONG_SLOW, { codingRate: 5 }).codingRate, 8);
  assert.equal(preset(ModemPreset.LONG_FAST, { codingRate: 9 }).codingRate, 5);
});

Deno.test("modemOf() reads custom values and mends absurd ones", () => {
  assert.deepEqual(numbersOf(custom(125, 10, 6)), [125, 10, 6]);
  assert.deepEqual(numbersOf(custom(31, 7, 5)), [31.25, 7, 5]);
  assert.deepEqual(numbersOf(custom(62, 7, 5)), [62.5, 7, 5]);
  assert.deepEqual(numbersOf(custom(800, 7, 5)), [812.5, 7, 5]);
  assert.deepEqual(numbersOf(custom(0, 0, 0)), [250, 11, 5]);
  assert.deepEqual(numbersOf(custom(250, 13, 200)), [250, 11, 5]);
});

Deno.test("onAirBytes() adds the header, and what PKI takes", () => {
  assert.equal(onAirBytes({ dataLengthBytes: 34, pki: false }), 50);
  assert.equal(onAirBytes({ dataLengthBytes: 34, pki: true }), 62);
});

Deno.test("AirtimeLedger counts an hour and no more than a minute longer", async () => {
  const clock = createFakeClock();
  const ledger = createAirtimeLedger({ clock });
  assert.equal(ledger.usedMsLastHour(), 0);
  ledger.add(641, "answer to /ping");
  await clock.tick(3_599_999);
  assert.equal(ledger.usedMsLastHour(), 641);
  ledger.add(100, "answer to /my");
  assert.equal(ledger.usedMsLastHour(), 741);
  await clock.tick(1);
  assert.equal(ledger.usedMsLastHour(), 100);
  await clock.tick(3_600_000);
  assert.equal(ledger.usedMsLastHour(), 0);
});

Deno.test("AirtimeLedger never forgets early, and late by less than a minute", () => {
  const anyEntries = fc.array(fc.record({ pauseMs: fc.integer({ min: 0, max: 600_000 }), ms: fc.integer({ min: 1, max: 5000 }) }), {
    maxLength: 200,
  });
  fc.assert(fc.property(anyEntries, (entries) => {
    let nowMs = 0;
    const ledger = createAirtimeLedger({ clock: { ...createFakeClock(), nowMs: () => nowMs } });
    const sent: { atMs: number; ms: number }[] = [];
    const sumSince = (sinceMs: number) => sent.reduce((sum, { atMs, ms }) => sum + (atMs > sinceMs ? ms : 0), 0);
    for (const { pauseMs, ms } of entries) {
      nowMs += pauseMs;
      ledger.add(ms, "test");
      sent.push({ atMs: nowMs, ms });
      assert.ok(ledger.usedMsLastHour() >= sumSince(nowMs - 3_600_000));
      assert.ok(ledger.usedMsLastHour() <= sumSince(nowMs - 3_660_000));
    }
  }));
});

Deno.test("AirtimeLedger counts only positive numbers", () => {
  const ledger = createAirtimeLedger({ clock: createFakeClock() });
  for (const ms of [0, -5, NaN, Infinity]) ledger.add(ms, "nothing");
  assert.equal(ledger.usedMsLastHour(), 0);
});

Deno.test("modemOf() takes the wide bandwidth of every preset on 2.4 GHz; those without one keep their own", () => {
  const wideKhz = [812.5, 406.25, 812.5, 812.5, 812.5, 812.5, 812.5, 406.25, 1625, 1625, 125, 125, 62.5, 62.5, 15.6, 15.6, 1625];
  const presets = Array.from({ length: wideKhz.length }, (_, number) => preset(number, { region: LORA_24 }));
  assert.deepEqual(presets.map(({ bandwidthKhz }) => bandwidthKhz), wideKhz);
  assert.ok(presets.every(({ wide }) => wide === true));
});

Deno.test("modemOf() reads the codes of bandwidths, and takes other numbers as they are", () => {
  const codes = { 8: 7.8, 10: 10.4, 16: 15.6, 21: 20.8, 31: 31.25, 42: 41.7, 62: 62.5, 200: 203.125, 400: 406.25, 800: 812.5, 1600: 1625 };
  for (const [code, khz] of Object.entries(codes)) assert.equal(custom(Number(code), 7, 5).bandwidthKhz, khz, code);
  for (const khz of [1, 7, 9, 11, 15, 17, 20, 22, 30, 32, 41, 43, 61, 63, 125, 199, 201, 250, 399, 401, 500, 799, 801, 1599, 1601]) {
    assert.equal(custom(khz, 7, 5).bandwidthKhz, khz);
  }
});

Deno.test("modemOf() takes spread factors 5 to 12 and coding rates 4 to 8", () => {
  assert.deepEqual([4, 5, 12, 13].map((spreadFactor) => custom(250, spreadFactor, 5).spreadFactor), [11, 5, 12, 11]);
  assert.deepEqual([3, 4, 8, 9].map((codingRate) => custom(250, 7, codingRate).codingRate), [5, 4, 8, 5]);
  assert.deepEqual([7, 8, 9].map((codingRate) => preset(ModemPreset.LONG_FAST, { codingRate }).codingRate), [7, 8, 5]);
});

Deno.test("timeOnAirMs() optimises at 16 ms a symbol exactly, and from SF11 on at 2.4 GHz", () => {
  // SF12, 256 kHz: 16 ms; 396 bits / 40 = 10 blocks of 5: 78.25 symbols. At 257 kHz without: 396 / 48 = 9 blocks.
  assert.equal(timeOnAirMs(50, custom(256, 12, 5)), 1252);
  assert.equal(timeOnAirMs(50, custom(257, 12, 5)), Math.round(73.25 * 4096 / 257));
  // SF10, 812.5 kHz: 404 bits / 40 = 11 blocks of 5: 79.25 symbols of 1.2603 ms.
  assert.equal(timeOnAirMs(50, preset(ModemPreset.MEDIUM_SLOW, { region: LORA_24 })), 100);
  // SF7 has the shorter sync and the longer header, SF5 neither: 16 + 4.25 + 8 + ceil(416 / 28) 5 = 103.25 symbols of 0.512 ms.
  assert.equal(timeOnAirMs(50, custom(250, 7, 5)), 53);
  // SF5, 250 kHz: 0.128 ms; 416 / 20 = 21 blocks of 5: 135.25 symbols.
  assert.equal(timeOnAirMs(50, custom(250, 5, 5)), 17);
});

Deno.test("timeOnAirMs() counts a byte from the one on that needs another block", () => {
  const slow: Modem = { bandwidthKhz: 1, spreadFactor: 7, codingRate: 5 };
  // A symbol of 128 ms, optimised: 8 n + 16 bits in blocks of 20.
  const symbols = [0, 1, 2, 3, 4, 5, 10].map((bytes) => timeOnAirMs(bytes, slow) / 128 - 28.25);
  assert.deepEqual(symbols, [0, 1, 2, 3, 4, 5, 10].map((bytes) => 5 * Math.ceil((8 * bytes + 16) / 20)));
  const short: Modem = { bandwidthKhz: 1, spreadFactor: 12, codingRate: 5 };
  assert.equal(timeOnAirMs(0, short), 28.25 * 4096);
});

Deno.test("AirtimeLedger counts an entry for an hour, and for a minute more at most", async () => {
  const clock = createFakeClock();
  const ledger = createAirtimeLedger({ clock });
  ledger.add(10, "first");
  await clock.tick(59_999);
  ledger.add(20, "of the same minute");
  await clock.tick(1);
  ledger.add(40, "of the next minute");
  await clock.tick(3_600_000 - 2);
  assert.equal(ledger.usedMsLastHour(), 70);
  await clock.tick(1);
  assert.equal(ledger.usedMsLastHour(), 40);
  await clock.tick(1);
  assert.equal(ledger.usedMsLastHour(), 0);
});

Deno.test("AirtimeLedger counts positive numbers alone", () => {
  const ledger = createAirtimeLedger({ clock: createFakeClock() });
  for (const ms of [0, -1, NaN, Infinity, 0.5, 1]) ledger.add(ms, "packet");
  assert.equal(ledger.usedMsLastHour(), 1.5);
});
