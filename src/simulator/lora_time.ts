/** How long a packet occupies the air with LongFast, and how busy that keeps the channel. */
import type { Clock } from "../clock.ts";

const SYMBOL_MS = 2 ** 11 / 250;
const PREAMBLE_SYMBOLS = 16 + 4.25;
const HEADER_BYTES = 16;
// Spread factor 11, coding rate 4/5, explicit header, CRC, no low-data-rate optimisation at 250 kHz.
const BITS_PER_BLOCK = 4 * 11;
const SYMBOLS_PER_BLOCK = 5;

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Milliseconds that a packet with `dataBytes` of encrypted Data takes in the air. */
export function loraMs(dataBytes: number): number {
  const bits = 8 * (dataBytes + HEADER_BYTES) - 4 * 11 + 28 + 16;
  const symbols = PREAMBLE_SYMBOLS + 8 + Math.max(0, Math.ceil(bits / BITS_PER_BLOCK)) * SYMBOLS_PER_BLOCK;
  return symbols * SYMBOL_MS;
}

/** What was in the air of late, ours and everybody's. */
export class ChannelUse {
  readonly #clock: Clock;
  readonly #sent: { readonly atMs: number; readonly airMs: number }[] = [];
  readonly #all: { readonly atMs: number; readonly airMs: number }[] = [];
  #sentCount = 0;
  #heardCount = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Packets of ours since the start. */
  get sentCount(): number {
    return this.#sentCount;
  }

  /** Packets of others since the start. */
  get heardCount(): number {
    return this.#heardCount;
  }

  /** A packet of ours went out. */
  sent(airMs: number): void {
    this.#sentCount += 1;
    this.#sent.push({ atMs: this.#clock.nowMs(), airMs });
    this.#add(airMs);
  }

  /** A packet of somebody else was in the air. */
  heard(airMs: number): void {
    this.#heardCount += 1;
    this.#add(airMs);
  }

  /** `channel_utilization`: per cent of the last minute. */
  get channelPercent(): number {
    return percent(this.#all, this.#clock.nowMs(), MINUTE_MS);
  }

  /** `air_util_tx`: our own per cent of the last hour. */
  get txPercent(): number {
    return percent(this.#sent, this.#clock.nowMs(), HOUR_MS);
  }

  /** Whole minutes until our own share of the hour is back at `percentLimit`. */
  silentMinutes(percentLimit: number): number {
    const nowMs = this.#clock.nowMs();
    let overMs = (this.txPercent - percentLimit) * HOUR_MS / 100;
    let waitMs = 0;
    for (const { atMs, airMs } of this.#sent) {
      if (overMs <= 0) break;
      overMs -= airMs;
      waitMs = atMs + HOUR_MS - nowMs;
    }
    return Math.ceil(waitMs / MINUTE_MS);
  }

  /** Forgets everything, as a restart does. */
  clear(): void {
    this.#sent.length = this.#all.length = 0;
    this.#sentCount = this.#heardCount = 0;
  }

  #add(airMs: number): void {
    this.#all.push({ atMs: this.#clock.nowMs(), airMs });
    forget(this.#all, this.#clock.nowMs() - MINUTE_MS);
  }
}

function percent(entries: { readonly atMs: number; readonly airMs: number }[], nowMs: number, spanMs: number): number {
  forget(entries, nowMs - spanMs);
  return Math.min(100, entries.reduce((sum, { airMs }) => sum + airMs, 0) * 100 / spanMs);
}

function forget(entries: { readonly atMs: number }[], beforeMs: number): void {
  const firstKept = entries.findIndex(({ atMs }) => atMs >= beforeMs);
  entries.splice(0, firstKept < 0 ? entries.length : firstKept);
}
