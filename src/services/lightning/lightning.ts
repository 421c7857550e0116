/** Lightning around a centre, from the Blitzortung network's MQTT relay. */
import type { Clock, Timer } from "../../clock.ts";
import type { Report } from "../../condition.ts";
import type { Config } from "../../config.ts";
import { distanceM } from "../../geo.ts";
import type { Sentences } from "../../i18n/mod.ts";
import { type MqttSubscribe, mqttSubscribe } from "../../io/mqtt.ts";
import type { Service, ServiceCheck, ServiceHealth } from "../service.ts";
import { Alarm } from "./alarm.ts";
import { answerText, endText, type Standing, type Wording } from "./answer.ts";
import { checkBroker } from "./check.ts";
import { Intake, type LightningCounts } from "./intake.ts";
import { Listener } from "./listener.ts";
import { type Picture, pictureOf } from "./picture.ts";
import { Retry } from "./retry.ts";
import type { Spot } from "./spot.ts";
import { tilesAround, tileTopic } from "./tiles.ts";

/** Answers about lightning, and listens meanwhile. */
export interface Lightning extends Service {
  readonly name: "lightning";
  readonly counts: LightningCounts;
  /** How many strikes, the nearest, whether they come closer, or why that cannot be said; at most 200 bytes. */
  answer(say: Sentences): string;
}

/** What lightning needs. */
export interface LightningOptions {
  readonly clock: Clock;
  readonly config: Config["lightning"];
  /** Where our node is, asked again and again; the configured centre wins. */
  readonly centre: () => Spot | undefined;
  /** For the alerts. */
  readonly say: Sentences;
  readonly report: Report;
  readonly subscribe?: MqttSubscribe;
  /** At least 0 and less than 1: the jitter of the waits between connections. */
  readonly random?: () => number;
}

const MINUTE_MS = 60_000;
const TICK_MS = 30_000;
// The node tells its place a few seconds after the start.
const NO_PLACE_TICK_MS = 5000;
// Coverage does not begin again after so short a gap: else a broker that restarts now and then would keep an alert for ever.
const SHORT_GAP_MS = 30_000;
// The tiles cover this much more than the radius, so that a place that wanders a little needs no others.
const WANDER_SHARE = 0.05;

/** Starts listening as soon as the centre is known; disposing ends it. */
export function createLightning(options: LightningOptions): Lightning {
  return new LightningWatch(options);
}

class LightningWatch implements Lightning {
  readonly name = "lightning";
  readonly #options: LightningOptions;
  readonly #url: URL;
  readonly #subscribe: MqttSubscribe;
  readonly #windowMs: number;
  readonly #radiusM: number;
  readonly #intake: Intake;
  readonly #alarm: Alarm;
  readonly #listener: Listener;
  #timer: Timer;
  /** What the tiles are around. */
  #centre: Spot | undefined;
  /** Since when nothing was missed, but for short gaps. */
  #coveredSinceMs: number | undefined;
  #connected = false;
  #lost: { readonly atMs: number; readonly atWallMs: number; readonly before: Picture } | undefined;
  #attempted = false;

  constructor(options: LightningOptions) {
    const { clock, config, random, report, subscribe = mqttSubscribe } = options;
    this.#options = options;
    this.#url = new URL(config.broker_url);
    this.#subscribe = subscribe;
    this.#windowMs = config.window_min * MINUTE_MS;
    this.#radiusM = config.radius_km * 1000;
    this.#intake = new Intake({ clock, windowMs: this.#windowMs, radiusM: this.#radiusM, place: () => this.#place() });
    this.#alarm = new Alarm(config.alert_strikes, report);
    this.#listener = new Listener({
      clock,
      url: this.#url,
      subscribe,
      retry: new Retry(random),
      onMessage: (payload) => this.#take(payload),
      onTooBig: () => this.#intake.tooBig(),
      onListening: () => this.#onListening(),
      onAway: () => this.#onAway(),
    });
    // Not at once: the centre may come from what is built after this.
    this.#timer = clock.after(0, () => this.#tick());
  }

  get counts(): LightningCounts {
    return this.#intake.counts;
  }

  get health(): ServiceHealth {
    if (this.#connected) return { state: "ok", goodAtWallMs: this.#options.clock.wallMs() };
    return { state: this.#attempted ? "failing" : "idle", goodAtWallMs: this.#lost?.atWallMs };
  }

  answer(say: Sentences): string {
    return answerText(this.#standing(), this.#wording(say));
  }

  check(signal: AbortSignal): Promise<ServiceCheck> {
    const centre = this.#place();
    const tiles = centre === undefined ? undefined : this.#tiles(centre);
    return checkBroker({ clock: this.#options.clock, url: this.#url, tiles, signal, subscribe: this.#subscribe });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer.cancel();
    await this.#listener[Symbol.asyncDispose]();
  }

  #tick(): void {
    this.#settle();
    this.#judge();
    this.#timer = this.#options.clock.after(this.#centre === undefined ? NO_PLACE_TICK_MS : TICK_MS, () => this.#tick());
  }

  /** Listens around the place of now when what is listened to does not cover it. */
  #settle(): void {
    const place = this.#place();
    if (place === undefined) return;
    if (this.#centre !== undefined && distanceM(this.#centre, place) <= WANDER_SHARE * this.#radiusM) return;
    this.#centre = place;
    this.#coveredSinceMs = undefined;
    this.#listener.listen(this.#tiles(place).map(tileTopic));
  }

  #tiles(centre: Spot): string[] {
    return tilesAround(centre, (1 + WANDER_SHARE) * this.#radiusM);
  }

  #place(): Spot | undefined {
    const { latitude, longitude } = this.#options.config;
    if (latitude !== undefined && longitude !== undefined) return { latitude, longitude };
    const told = this.#options.centre();
    const usable = told !== undefined && Math.abs(told.latitude) <= 90 && Math.abs(told.longitude) <= 180;
    return usable ? told : this.#centre;
  }

  #onListening(): void {
    const nowMs = this.#options.clock.nowMs();
    const shortGap = this.#lost !== undefined && nowMs - this.#lost.atMs <= SHORT_GAP_MS;
    if (!shortGap || this.#coveredSinceMs === undefined) this.#coveredSinceMs = nowMs;
    this.#connected = true;
  }

  #onAway(): void {
    this.#attempted = true;
    if (!this.#connected) return;
    const { clock } = this.#options;
    this.#connected = false;
    this.#lost = { atMs: clock.nowMs(), atWallMs: clock.wallMs(), before: this.#picture() };
  }

  #take(payload: Uint8Array): void {
    if (this.#intake.take(payload) && !this.#alarm.on) this.#judge();
  }

  /** Says nothing while the broker is away: no alert ends then. */
  #judge(): void {
    if (!this.#connected) return;
    const { clock, config, say } = this.#options;
    this.#alarm.judge({
      count: this.#intake.strikes.count(clock.nowMs()),
      complete: this.#listenedMs() === undefined && this.#intake.latenessMs() === undefined,
      text: () => this.answer(say),
      endText: () => endText(config.radius_km, this.#wording(say)),
    });
  }

  #standing(): Standing {
    if (!this.#connected) {
      if (this.#lost !== undefined) return { kind: "away", sinceMs: this.#lost.atMs, before: this.#lost.before };
      return { kind: this.#place() === undefined ? "noPlace" : "notConnected" };
    }
    const latenessMs = this.#intake.latenessMs();
    if (latenessMs !== undefined) return { kind: "late", latenessMs };
    return { kind: "listening", picture: this.#picture(), listenedMs: this.#listenedMs() };
  }

  /** For how long nothing was missed; undefined when that is the whole window. */
  #listenedMs(): number | undefined {
    const nowMs = this.#options.clock.nowMs();
    const listenedMs = nowMs - (this.#coveredSinceMs ?? nowMs);
    return listenedMs < this.#windowMs ? listenedMs : undefined;
  }

  #picture(): Picture {
    const nowMs = this.#options.clock.nowMs();
    const { strikes } = this.#intake;
    return pictureOf({ strikes: strikes.list(nowMs), count: strikes.count(nowMs), from: this.#place(), nowMs, windowMs: this.#windowMs });
  }

  #wording(say: Sentences): Wording {
    return { say, nowMs: this.#options.clock.nowMs(), windowMin: this.#options.config.window_min };
  }
}
