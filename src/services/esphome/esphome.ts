/** The readings of a solar station that ESPHome runs, and their history. */
import type { Clock, Timer } from "../../clock.ts";
import type { Config } from "../../config.ts";
import type { Sensor } from "../../config/service_kinds.ts";
import { describeError, isExpectedNetworkError, ServiceError } from "../../errors.ts";
import { logger } from "../../log.ts";
import { unlessAborted } from "../../unless_aborted.ts";
import type { Service, ServiceCheck, ServiceHealth } from "../service.ts";
import { Device, type DeviceReading, type SensorAnswer } from "./device.ts";
import { createMemoryHistory, type StationHistory } from "./history.ts";
import { type StationReading, type StationReadings, stationReadings } from "./readings.ts";

/** Answers about the station. */
export interface Esphome extends Service {
  readonly name: "esphome";
  /** What the station is asked for. */
  readonly sensors: readonly Sensor[];
  /** The last reading that succeeded, of whatever age. */
  readonly last: StationReading | undefined;
  /** What was read over the last days. */
  readonly history: Pick<StationHistory, "between">;
  /**
   * What the station measures now: at most 10 s old, and one reading for all who ask meanwhile. Throws ServiceError when there is none, also
   * from memory within 10 s of a failure; the signal's reason when that is aborted.
   */
  read(signal: AbortSignal): Promise<StationReading>;
}

/** What the service needs. */
export interface EsphomeOptions {
  readonly clock: Clock;
  /** With its URL. */
  readonly config: Config["esphome"];
  /** Called about once an hour with what is worth telling other nodes, if the configuration wants that. It must not throw. */
  readonly telemetry?: (readings: StationReadings) => void;
  /** By default in memory. */
  readonly history?: StationHistory;
}

const FRESH_MS = 10_000;
const FIRST_POLL_MS = 10_000;
const POLL_MS = 5 * 60_000;
// The first telemetry comes after an hour too: a program that is restarted often must not fill the air.
const TELEMETRY_MS = 3_600_000;

const log = logger("service.esphome");

/** Starts to watch the station; throws a TypeError without a URL in the configuration. */
export function createEsphome(options: EsphomeOptions): Esphome {
  const { url } = options.config;
  if (url === undefined) throw new TypeError("Cannot watch a station without esphome.url");
  return new Station(options, new Device({ clock: options.clock, config: { ...options.config, url } }));
}

class Station implements Esphome {
  readonly name = "esphome";
  readonly history: StationHistory;
  readonly #options: EsphomeOptions;
  readonly #device: Device;
  readonly #closing = new AbortController();
  #last: StationReading | undefined;
  #failure: { readonly error: unknown; readonly atMs: number } | undefined;
  #reading: Promise<StationReading> | undefined;
  /** The device answers one at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #timer: Timer;
  #toldAtMs: number;

  constructor(options: EsphomeOptions, device: Device) {
    this.#options = options;
    this.#device = device;
    this.history = options.history ?? createMemoryHistory();
    this.#toldAtMs = options.clock.nowMs();
    this.#timer = options.clock.after(FIRST_POLL_MS, () => void this.#poll());
  }

  get sensors(): readonly Sensor[] {
    return this.#options.config.sensors;
  }

  get last(): StationReading | undefined {
    return this.#last;
  }

  get health(): ServiceHealth {
    const state = this.#failure !== undefined ? "failing" : this.#last === undefined ? "idle" : "ok";
    return { state, goodAtWallMs: this.#last?.atWallMs };
  }

  async read(signal: AbortSignal): Promise<StationReading> {
    signal.throwIfAborted();
    const nowMs = this.#options.clock.nowMs();
    if (this.#failure !== undefined && nowMs - this.#failure.atMs < FRESH_MS) throw this.#failure.error;
    if (this.#failure === undefined && this.#last !== undefined && nowMs - this.#last.atMs < FRESH_MS) return this.#last;
    if (this.#reading === undefined) {
      this.#reading = this.#inTurn(() => this.#readNow());
      const done = () => this.#reading = undefined;
      this.#reading.then(done, done);
    }
    return await unlessAborted(this.#reading, signal);
  }

  async check(signal: AbortSignal): Promise<ServiceCheck> {
    const { clock } = this.#options;
    let startMs = clock.nowMs();
    try {
      const answers = this.#inTurn(async () => {
        startMs = clock.nowMs();
        const device = await this.#readDevice({ thorough: true });
        return { device, tookMs: clock.nowMs() - startMs };
      });
      const { device, tookMs } = await unlessAborted(answers, signal);
      const wrong = device.brokenBy === undefined ? undefined : describeError(device.brokenBy);
      return { ok: wrong === undefined, tookMs, understood: describeAnswers(device.answers), wrong };
    } catch (error) {
      if (!isExpectedNetworkError(error)) throw error;
      return { ok: false, tookMs: clock.nowMs() - startMs, understood: undefined, wrong: describeError(error) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer.cancel();
    this.#closing.abort(new ServiceError("unreachable", `${this.#device.who} is not asked any more`));
    await this.#turn;
  }

  async #readNow(): Promise<StationReading> {
    await this.#readDevice({ thorough: false });
    return this.#last as StationReading;
  }

  /** Asks the device and keeps what it says; throws when nothing of use came. */
  async #readDevice(how: { readonly thorough: boolean }): Promise<DeviceReading> {
    try {
      const device = await this.#device.read(this.#closing.signal, how);
      const { answers } = device;
      if (!answers.some(({ state }) => state === "value" || state === "noData")) throw this.#nothingUnderstood(answers);
      this.#keep(answers);
      return device;
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#fail(error);
      throw error;
    }
  }

  #nothingUnderstood(answers: readonly SensorAnswer[]): ServiceError {
    const { who } = this.#device;
    if (answers.some(({ state }) => state === "unreadable")) {
      return new ServiceError("unreadable", `no answer of ${who} can be read: they are no JSON of a sensor`);
    }
    const example = this.sensors[0];
    const names = example === undefined ? "" : `, such as "${example.name}" or ${example.id}`;
    return new ServiceError("unreadable", `${who} has none of the configured sensors${names}`);
  }

  #keep(answers: readonly SensorAnswer[]): void {
    const { clock } = this.#options;
    if (this.#failure !== undefined) log.info`${this.#device.who} answers again`;
    this.#failure = undefined;
    const atWallMs = clock.wallMs();
    this.#last = { atMs: clock.nowMs(), atWallMs, values: answers.map(({ sensor, value }) => ({ sensor, value })) };
    const known = new Map<string, number>();
    for (const { sensor, value } of answers) if (value !== undefined) known.set(sensor.id, value);
    this.history.add(atWallMs, known);
  }

  #fail(error: unknown): void {
    if (this.#failure === undefined) log.warn`no readings: ${describeError(error)}`;
    this.#failure = { error, atMs: this.#options.clock.nowMs() };
  }

  async #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const mine = before.then(() => {
      this.#closing.signal.throwIfAborted();
      return ask();
    });
    this.#turn = mine.catch(() => {});
    return await mine;
  }

  async #poll(): Promise<void> {
    const { clock, config, telemetry } = this.#options;
    try {
      const reading = await this.read(this.#closing.signal);
      if (telemetry !== undefined && config.telemetry && clock.nowMs() - this.#toldAtMs >= TELEMETRY_MS) {
        this.#toldAtMs = clock.nowMs();
        telemetry(stationReadings(reading));
      }
    } catch (error) {
      if (!isExpectedNetworkError(error)) log.error`reading failed: ${error}`;
    }
    if (!this.#closing.signal.aborted) this.#timer = clock.after(POLL_MS, () => void this.#poll());
  }
}

/** `5 of 7 sensors have data; none: Yield Today; not there: Absolute Humidity`. */
function describeAnswers(answers: readonly SensorAnswer[]): string {
  const namesOf = (state: SensorAnswer["state"]) => answers.filter((answer) => answer.state === state).map(({ sensor }) => sensor.name);
  const parts = [`${namesOf("value").length} of ${answers.length} sensors have data`];
  const words = { noData: "none", absent: "not there", unreadable: "unreadable", unasked: "not asked" } as const;
  for (const state of Object.keys(words) as (keyof typeof words)[]) {
    const names = namesOf(state);
    if (names.length > 0) parts.push(`${words[state]}: ${names.join(", ")}`);
  }
  return parts.join("; ");
}
