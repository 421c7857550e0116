/** A source that is left alone for a while after a failure: longer each time, until it answers again. */
import type { Clock } from "../../clock.ts";
import { describeError, ServiceError } from "../../errors.ts";
import { CurlMissingError } from "../../io/curl.ts";
import { logger } from "../../log.ts";
import type { WeatherPlace } from "./place.ts";
import type { SourceAnswer, WeatherSource } from "./sources.ts";

const log = logger("service.weather");

const FIRST_REST_MS = 60_000;
const LONGEST_REST_MS = 30 * 60_000;
// A program that is not there comes only by its operator's hands.
const MISSING_REST_MS = 6 * 3_600_000;

/** A source and how it fared. */
export class RestingSource {
  readonly #clock: Clock;
  readonly #source: WeatherSource;
  #failures = 0;
  #restUntilMs = -Infinity;

  constructor(clock: Clock, source: WeatherSource) {
    this.#clock = clock;
    this.#source = source;
  }

  get name(): string {
    return this.#source.name;
  }

  /** How long it is still left alone; 0 when it may be asked. */
  get restMs(): number {
    return Math.max(0, this.#restUntilMs - this.#clock.nowMs());
  }

  /** Asks whether it rests or not. Throws ServiceError when there is no answer of use, the signal's reason when it is aborted. */
  async ask(place: WeatherPlace, signal: AbortSignal): Promise<SourceAnswer> {
    const startMs = this.#clock.nowMs();
    try {
      const answer = await this.#source.ask(place, signal);
      if (this.#failures > 0) log.info`${this.name} answers again`;
      this.#failures = 0;
      this.#restUntilMs = -Infinity;
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ServiceError)) throw error;
      this.#failed(error, startMs);
      throw error;
    }
  }

  #failed(error: ServiceError, startMs: number): void {
    // Those who asked at the same time found the same: that is one failure.
    if (startMs < this.#restUntilMs) return;
    const growing = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** this.#failures);
    this.#restUntilMs = this.#clock.nowMs() + (error instanceof CurlMissingError ? MISSING_REST_MS : growing);
    // Once: what is missing or broken stays so until it answers again.
    if (this.#failures === 0) log.warn`${this.name}: ${describeError(error)}`;
    else log.debug`${this.name}: ${describeError(error)}`;
    this.#failures += 1;
  }
}
