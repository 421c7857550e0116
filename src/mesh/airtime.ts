/** What a packet costs in time on the air, and how much of it we used. */
import type { Clock } from "../clock.ts";
import { ModemPreset } from "../link/enums.ts";
import type { LoRaConfig } from "../link/messages.ts";
import { logger } from "../log.ts";

/** The LoRa settings that decide how long a packet takes. */
export interface Modem {
  readonly bandwidthKhz: number;
  /** 5…12. */
  readonly spreadFactor: number;
  /** The denominator of the coding rate, 5…8 for 4/5…4/8. */
  readonly codingRate: number;
  /** True on 2.4 GHz, where preambles are shorter and the SX1280 optimises by spread factor. */
  readonly wide?: boolean;
}

const log = logger("mesh");

// RadioInterface.h: preambleLengthDefault, wideLoraPreambleLengthDefault.
const PREAMBLE_SYMBOLS = 16;
const WIDE_PREAMBLE_SYMBOLS = 12;

// config.proto, RegionCode: the only region on 2.4 GHz.
const REGION_LORA_24 = 13;

// MeshRadio.h, modemPresetToParams: bandwidth in kHz below 1 GHz and on 2.4 GHz, spread factor, coding rate.
const LONG_FAST = [250, 812.5, 11, 5] as const;
const PRESETS: Readonly<Record<number, readonly [khz: number, wideKhz: number, spreadFactor: number, codingRate: number]>> = {
  [ModemPreset.LONG_FAST]: LONG_FAST,
  [ModemPreset.LONG_SLOW]: [125, 406.25, 12, 8],
  [ModemPreset.MEDIUM_SLOW]: [250, 812.5, 10, 5],
  [ModemPreset.MEDIUM_FAST]: [250, 812.5, 9, 5],
  [ModemPreset.SHORT_SLOW]: [250, 812.5, 8, 5],
  [ModemPreset.SHORT_FAST]: [250, 812.5, 7, 5],
  [ModemPreset.LONG_MODERATE]: [125, 406.25, 11, 8],
  [ModemPreset.SHORT_TURBO]: [500, 1625, 7, 5],
  [ModemPreset.LONG_TURBO]: [500, 1625, 11, 8],
  // Newer than the protobuf package: LITE_FAST, LITE_SLOW, NARROW_FAST, NARROW_SLOW, TINY_FAST, TINY_SLOW, MEDIUM_TURBO.
  10: [125, 125, 9, 5],
  11: [125, 125, 10, 5],
  12: [62.5, 62.5, 7, 6],
  13: [62.5, 62.5, 8, 6],
  14: [15.6, 15.6, 7, 5],
  15: [15.6, 15.6, 8, 6],
  16: [500, 1625, 9, 5],
};

// MeshRadio.h, bwCodeToKHz: whole numbers in the configuration stand for these.
const BANDWIDTH_KHZ: Readonly<Record<number, number>> = {
  8: 7.8,
  10: 10.4,
  16: 15.6,
  21: 20.8,
  31: 31.25,
  42: 41.7,
  62: 62.5,
  200: 203.125,
  400: 406.25,
  800: 812.5,
  1600: 1625,
};

/** The modem of a node's LoRa configuration as the firmware sets it up; what it would refuse becomes LongFast's value. */
export function modemOf(lora: LoRaConfig): Modem {
  const wide = lora.region === REGION_LORA_24;
  const { bandwidth, spreadFactor, codingRate } = lora;
  if (lora.usePreset) {
    // A preset that this firmware does not have (VERY_LONG_SLOW since April 2025) runs as LongFast.
    const [khz, wideKhz, presetSpreadFactor, presetCodingRate] = PRESETS[lora.modemPreset] ?? LONG_FAST;
    // A custom coding rate counts beside a preset when it is the more robust one.
    const raised = codingRate <= 8 ? Math.max(codingRate, presetCodingRate) : presetCodingRate;
    return { bandwidthKhz: wide ? wideKhz : khz, spreadFactor: presetSpreadFactor, codingRate: raised, wide };
  }
  return {
    bandwidthKhz: bandwidth === 0 ? LONG_FAST[0] : BANDWIDTH_KHZ[bandwidth] ?? bandwidth,
    spreadFactor: spreadFactor >= 5 && spreadFactor <= 12 ? spreadFactor : LONG_FAST[2],
    codingRate: codingRate >= 4 && codingRate <= 8 ? codingRate : LONG_FAST[3],
    wide,
  };
}

/**
 * Milliseconds on the air, rounded, of a LoRa packet of `onAirBytes` (header included) with explicit header and CRC: the
 * formula of the SX1268 data sheet, 6.1.4, as RadioLib calculates it for the firmware.
 */
export function timeOnAirMs(onAirBytes: number, modem: Modem): number {
  const { bandwidthKhz, spreadFactor, codingRate, wide = false } = modem;
  const symbolMs = 2 ** spreadFactor / bandwidthKhz;
  // Low data rate optimisation: RadioLib switches it on by the symbol's length, the SX1280 by itself from SF11 on.
  const slow = wide ? spreadFactor > 10 : symbolMs >= 16;
  const short = spreadFactor < 7;
  const bits = Math.max(0, 8 * onAirBytes + 16 + 20 - 4 * spreadFactor + (short ? 0 : 8));
  const payloadSymbols = 8 + Math.ceil(bits / (4 * (slow ? spreadFactor - 2 : spreadFactor))) * codingRate;
  const preambleSymbols = (wide ? WIDE_PREAMBLE_SYMBOLS : PREAMBLE_SYMBOLS) + (short ? 6.25 : 4.25);
  return Math.round((preambleSymbols + payloadSymbols) * symbolMs);
}

/** Bytes on the air of a packet: the header of 16, the encoded Data, and 12 more when it is encrypted for one person's key. */
export function onAirBytes(packet: { readonly dataLengthBytes: number; readonly pki: boolean }): number {
  return 16 + packet.dataLengthBytes + (packet.pki ? 12 : 0);
}

/** The air time that this program caused, over a sliding hour. */
export interface AirtimeLedger {
  /** Enters `ms` milliseconds on the air; `what` names the packet in the debug log. Nothing but positive numbers counts. */
  add(ms: number, what: string): void;
  /** Milliseconds on the air within the last hour; an entry counts for an hour, at most one minute longer. */
  usedMsLastHour(): number;
}

const HOUR_MS = 3600 * 1000;
const BUCKET_MS = 60 * 1000;

/** An empty ledger; it keeps at most 61 numbers. */
export function createAirtimeLedger(options: { readonly clock: Clock }): AirtimeLedger {
  return new Ledger(options.clock);
}

class Ledger implements AirtimeLedger {
  readonly #clock: Clock;
  readonly #buckets: { readonly sinceMs: number; untilMs: number; usedMs: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(ms: number, what: string): void {
    if (!(ms > 0 && ms < Infinity)) return;
    const nowMs = this.#clock.nowMs();
    this.#forgetOld(nowMs);
    const last = this.#buckets.at(-1);
    if (last !== undefined && nowMs - last.sinceMs < BUCKET_MS) {
      last.untilMs = nowMs;
      last.usedMs += ms;
    } else this.#buckets.push({ sinceMs: nowMs, untilMs: nowMs, usedMs: ms });
    log.debug`${what}: ${ms} ms on the air`;
  }

  usedMsLastHour(): number {
    this.#forgetOld(this.#clock.nowMs());
    return this.#buckets.reduce((sum, bucket) => sum + bucket.usedMs, 0);
  }

  #forgetOld(nowMs: number): void {
    while (this.#buckets[0] !== undefined && nowMs - this.#buckets[0].untilMs >= HOUR_MS) this.#buckets.shift();
  }
}
