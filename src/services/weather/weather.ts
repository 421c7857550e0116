/** The weather of a place, from the sources in the order of the configuration. */
import type { Clock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import { describeError, ServiceError } from "../../errors.ts";
import { logger } from "../../log.ts";
import type { Service, ServiceCheck, ServiceHealth } from "../service.ts";
import { type WeatherPlace, wttrName } from "./place.ts";
import type { WeatherReport } from "./report.ts";
import { RestingSource } from "./resting_source.ts";
import { createSources } from "./sources.ts";

const log = logger("service.weather");

const FRESH_MS = 30 * 60_000;
const UNKNOWN_MS = 10 * 60_000;
const OLDEST_MS = 24 * 3_600_000;
const MAX_PLACES = 50;
const MAX_FLIGHTS = 6;
const BUSY_MS = 10_000;
// Three sources take 9 s at most; what is left of the command's 10 is for the answer itself.
const PATIENCE_MS = 9500;
const CHECKED_PLACE: WeatherPlace = { kind: "name", name: "Paris" };

/** What became of a question. */
export type WeatherAnswer =
  /** `stale`: no source answers now, and this is the last that one did. */
  | { readonly kind: "report"; readonly report: WeatherReport; readonly ageMs: number; readonly stale: boolean }
  /** There is no such place. */
  | { readonly kind: "unknown" }
  /** No source gave an answer of use; asking again is of no use before `retryInMs`. */
  | { readonly kind: "failed"; readonly error: ServiceError; readonly retryInMs: number };

/** Answers about the weather. */
export interface Weather extends Service {
  readonly name: "weather";
  /** The weather of the place, within 9.5 s. Throws the signal's reason when it is aborted. */
  ask(place: WeatherPlace, signal: AbortSignal): Promise<WeatherAnswer>;
}

/** What the weather needs. */
export interface WeatherOptions {
  readonly clock: Clock;
  readonly config: Config["weather"];
  /** For the names of places. */
  readonly language: Config["language"];
  /** The program curl, by name or path; `curl` by default. */
  readonly curlProgram?: string;
}

/** The weather service; it asks nobody before it is asked. */
export function createWeather(options: WeatherOptions): Weather {
  return new WeatherService(options);
}

/** What was found out about a place, and when. */
interface Known {
  readonly report: WeatherReport | "unknown";
  /** Monotonic milliseconds. */
  readonly atMs: number;
}

type Outcome = Known | ServiceError;

class WeatherService implements Weather {
  readonly name = "weather";
  readonly #clock: Clock;
  readonly #sources: readonly RestingSource[];
  /** By place; the one asked for last stands last. */
  readonly #known = new Map<string, Known>();
  readonly #flights = new Map<string, Promise<Outcome>>();
  readonly #stop = new AbortController();
  #state: ServiceHealth["state"] = "idle";
  #goodAtWallMs: number | undefined;

  constructor({ clock, config, language, curlProgram = "curl" }: WeatherOptions) {
    this.#clock = clock;
    this.#sources = createSources({ clock, config, language, curlProgram }).map((source) => new RestingSource(clock, source));
  }

  get health(): ServiceHealth {
    return { state: this.#state, goodAtWallMs: this.#goodAtWallMs };
  }

  async ask(place: WeatherPlace, signal: AbortSignal): Promise<WeatherAnswer> {
    signal.throwIfAborted();
    this.#stop.signal.throwIfAborted();
    const key = wttrName(place).toLowerCase();
    const known = this.#recall(key);
    if (known !== undefined && this.#isFresh(known)) return this.#answer(known, false);
    const outcome = await this.#wait(this.#fly(key, place), signal);
    if (!(outcome instanceof ServiceError)) return this.#answer(outcome, false);
    const last = this.#recall(key);
    if (last !== undefined && last.report !== "unknown") return this.#answer(last, true);
    return { kind: "failed", error: outcome, retryInMs: this.#retryInMs() };
  }

  async check(signal: AbortSignal): Promise<ServiceCheck> {
    const startMs = this.#clock.nowMs();
    const either = AbortSignal.any([signal, this.#stop.signal]);
    const results = await Promise.all(this.#sources.map((source) => checkSource(source, either)));
    const understood = results.flatMap(({ text, ok }) => ok ? [text] : []);
    const wrong = results.flatMap(({ text, ok }) => ok ? [] : [text]);
    const ok = understood.length > 0;
    this.#note(ok);
    return {
      ok,
      tookMs: this.#clock.nowMs() - startMs,
      understood: ok ? understood.join("; ") : undefined,
      wrong: wrong.length > 0 ? wrong.join("; ") : undefined,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException("The weather service is stopping", "AbortError"));
    await Promise.all(this.#flights.values());
  }

  #isFresh({ report, atMs }: Known): boolean {
    return this.#clock.nowMs() - atMs < (report === "unknown" ? UNKNOWN_MS : FRESH_MS);
  }

  #answer({ report, atMs }: Known, stale: boolean): WeatherAnswer {
    return report === "unknown" ? { kind: "unknown" } : { kind: "report", report, ageMs: this.#clock.nowMs() - atMs, stale };
  }

  #retryInMs(): number {
    const rests = this.#sources.map(({ restMs }) => restMs);
    return Math.max(BUSY_MS, Math.min(...rests));
  }

  /** One request in flight for a place, however many ask for it. */
  #fly(key: string, place: WeatherPlace): Promise<Outcome> {
    const running = this.#flights.get(key);
    if (running !== undefined) return running;
    if (this.#flights.size >= MAX_FLIGHTS) return Promise.resolve(new ServiceError("slow", `${MAX_FLIGHTS} places are being asked for`));
    const flight = this.#findOut(key, place).finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  async #findOut(key: string, place: WeatherPlace): Promise<Outcome> {
    let failure = new ServiceError("unreachable", "every source is left alone for a while after a failure");
    let unknown = false;
    for (const source of this.#sources) {
      if (source.restMs > 0) continue;
      try {
        const report = await source.ask(place, this.#stop.signal);
        if (typeof report !== "string") return this.#learn(key, report);
        unknown = true;
        if (report === "unknown") break;
      } catch (error) {
        if (this.#stop.signal.aborted) return new ServiceError("unreachable", "the weather service is stopping");
        if (!(error instanceof ServiceError)) log.error`${source.name}: ${error}`;
        failure = error instanceof ServiceError ? error : new ServiceError("unreadable", describeError(error), { cause: error });
      }
    }
    const last = this.#recall(key)?.report ?? "unknown";
    if (unknown && last === "unknown") return this.#learn(key, "unknown");
    this.#note(false);
    return unknown ? new ServiceError("refused", "a place that was known is not known any more") : failure;
  }

  #learn(key: string, report: WeatherReport | "unknown"): Known {
    this.#note(true);
    const known = { report, atMs: this.#clock.nowMs() };
    this.#known.delete(key);
    this.#known.set(key, known);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_PLACES) break;
      this.#known.delete(oldest);
    }
    return known;
  }

  #recall(key: string): Known | undefined {
    const known = this.#known.get(key);
    if (known === undefined) return undefined;
    this.#known.delete(key);
    if (this.#clock.nowMs() - known.atMs >= OLDEST_MS) return undefined;
    this.#known.set(key, known);
    return known;
  }

  #note(ok: boolean): void {
    this.#state = ok ? "ok" : "failing";
    if (ok) this.#goodAtWallMs = this.#clock.wallMs();
  }

  /** The flight goes on for the next one who asks, when this one cannot wait any longer. */
  #wait(flight: Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const abort = () => reject(signal.reason);
    const slow = new ServiceError("slow", `no source of weather answered within ${PATIENCE_MS / 1000} s`);
    const timer = this.#clock.after(PATIENCE_MS, () => resolve(slow));
    signal.addEventListener("abort", abort, { once: true });
    flight.then(resolve, reject);
    return promise.finally(() => {
      timer.cancel();
      signal.removeEventListener("abort", abort);
    });
  }
}

async function checkSource(source: RestingSource, signal: AbortSignal): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    const report = await source.ask(CHECKED_PLACE, signal);
    if (typeof report === "string") return { ok: false, text: `${source.name}: it does not know Paris` };
    return { ok: true, text: `${source.name}: ${report.now.celsius} °C in ${report.place ?? "Paris"}, ${report.days.length} days` };
  } catch (error) {
    return { ok: false, text: `${source.name}: ${describeError(signal.aborted ? signal.reason : error)}` };
  }
}
