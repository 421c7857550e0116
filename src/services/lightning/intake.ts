/** What becomes of the relay's messages: strikes of the window within the radius, or a number. */
import type { Clock } from "../../clock.ts";
import { ServiceError } from "../../errors.ts";
import { distanceM } from "../../geo.ts";
import { logger } from "../../log.ts";
import { FeedTime } from "./feed_time.ts";
import type { Spot } from "./spot.ts";
import { parseStrike, type Strike } from "./strike.ts";
import { Strikes } from "./strikes.ts";

/** What became of the messages so far. */
export interface LightningCounts {
  /** In the window when they came, and within the radius. */
  readonly strikes: number;
  /** Strikes that are farther away; the tiles are larger than the circle. */
  readonly outside: number;
  readonly malformed: number;
  readonly tooBig: number;
  /** Older than the window. */
  readonly late: number;
  /** From more than a minute ahead of now. */
  readonly future: number;
  readonly doubled: number;
}

/** What the intake needs. */
export interface IntakeOptions {
  readonly clock: Clock;
  readonly windowMs: number;
  readonly radiusM: number;
  /** The middle of the circle. */
  readonly place: () => Spot | undefined;
}

const FUTURE_MS = 60_000;

const log = logger("service.lightning");

/** Takes messages; keeps the strikes that count. */
export class Intake {
  readonly counts = { strikes: 0, outside: 0, malformed: 0, tooBig: 0, late: 0, future: 0, doubled: 0 };
  readonly strikes: Strikes;
  readonly #options: IntakeOptions;
  readonly #feedTime = new FeedTime();
  readonly #decoder = new TextDecoder();
  #lastLateMs = -Infinity;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.strikes = new Strikes({ windowMs: options.windowMs });
  }

  /** One message, whatever it is; true when it is a strike that counts. */
  take(payload: Uint8Array): boolean {
    try {
      const sort = this.#sort(parseStrike(this.#decoder.decode(payload)));
      this.counts[sort] += 1;
      return sort === "strikes";
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.counts.malformed += 1;
      log.debug`dropped a message of ${payload.length} bytes: ${error.message}`;
      return false;
    }
  }

  /** A message that was so long that nobody has read it. */
  tooBig(): void {
    this.counts.tooBig += 1;
  }

  /** By how much the relay is late when its strikes of the last window all came too late to count; else undefined. */
  latenessMs(): number | undefined {
    const { clock, windowMs } = this.#options;
    const nowMs = clock.nowMs();
    if (nowMs - this.#lastLateMs > windowMs || this.strikes.count(nowMs) > 0) return undefined;
    const latenessMs = this.#feedTime.latenessMs(clock.wallMs(), nowMs);
    return latenessMs > windowMs ? latenessMs : undefined;
  }

  #sort({ id, atWallMs, latitude, longitude }: Strike): keyof LightningCounts {
    const { clock, place, radiusM, windowMs } = this.#options;
    const nowMs = clock.nowMs();
    this.#feedTime.note(atWallMs, nowMs);
    const ageMs = this.#feedTime.wallMs(clock.wallMs(), nowMs) - atWallMs;
    if (ageMs > windowMs) {
      this.#lastLateMs = nowMs;
      return "late";
    }
    if (ageMs < -FUTURE_MS) return "future";
    const centre = place();
    if (centre === undefined || !(distanceM(centre, { latitude, longitude }) <= radiusM)) return "outside";
    return this.strikes.add({ id, latitude, longitude, atMs: nowMs - Math.max(0, ageMs) }) ? "strikes" : "doubled";
  }
}
