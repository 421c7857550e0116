/** The device: asks its web server for each sensor, one short connection at a time. */
import { type Clock, delay } from "../../clock.ts";
import type { Config } from "../../config.ts";
import type { Sensor } from "../../config/service_kinds.ts";
import { describeError, ServiceError } from "../../errors.ts";
import { httpGet, type HttpRequest } from "../../io/http.ts";
import { sseEvents } from "../../io/sse.ts";
import { logger } from "../../log.ts";
import { addressesOf, type SensorAddress } from "./addresses.ts";
import { parseSensor, type SensorState } from "./parse_sensor.ts";
import { valueOf } from "./readings.ts";

/** What the device said of a sensor. `absent`: it does not know it. `unasked`: the reading ended before. */
export interface SensorAnswer {
  readonly sensor: Sensor;
  readonly state: "value" | "noData" | "absent" | "unreadable" | "unasked";
  readonly value?: number;
}

/** One walk through the sensors. */
export interface DeviceReading {
  /** In the order of the configuration. */
  readonly answers: readonly SensorAnswer[];
  /** What ended it before all were asked. */
  readonly brokenBy: unknown;
}

/** What the device needs to be asked. */
export interface DeviceOptions {
  readonly clock: Clock;
  readonly config: Config["esphome"] & { readonly url: string };
}

const READING_TIMEOUT_MS = 3000;
const EVENTS_TIMEOUT_MS = 1500;
// A device needs a moment to see that a stream was left, before it takes the next connection.
const AFTER_EVENTS_MS = 250;
const SENSOR_MAX_BYTES = 4096;
const EVENTS_MAX_BYTES = 65_536;
// What the device lacks is asked for again now and then: it may have been given another program.
const FORGET_AFTER_MS = 3_600_000;

const BETTER_FIRST: readonly SensorAnswer["state"][] = ["value", "noData", "unreadable", "absent"];

const log = logger("service.esphome");

/** Asks the device, and remembers where it keeps what. Callers take turns: the device serves few clients at once. */
export class Device {
  readonly who: string;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #clock: Clock;
  readonly #sensors: readonly Sensor[];
  readonly #known = new Map<Sensor, SensorAddress>();
  readonly #absentUntilMs = new Map<Sensor, number>();
  #form: SensorAddress["form"] = "name";
  #noEventsUntilMs = -Infinity;

  constructor({ clock, config }: DeviceOptions) {
    const { url, username, password, sensors } = config;
    this.who = `ESPHome at ${new URL(url).host}`;
    this.#base = url;
    this.#clock = clock;
    this.#sensors = sensors;
    this.#headers = {
      // A connection left open would keep one of the device's few places.
      connection: "close",
      ...(username === undefined ? {} : { authorization: `Basic ${base64(`${username}:${password ?? ""}`)}` }),
    };
  }

  /**
   * All sensors within 3 s. `thorough` asks each by REST, also those that were not there the last time. Throws what ended the reading when
   * no sensor had answered by then.
   */
  async read(signal: AbortSignal, { thorough = false } = {}): Promise<DeviceReading> {
    signal.throwIfAborted();
    const limit = new AbortController();
    const slow = new ServiceError("slow", `${this.who} did not answer within ${READING_TIMEOUT_MS / 1000} s`);
    const timer = this.#clock.after(READING_TIMEOUT_MS, () => limit.abort(slow));
    const abort = () => limit.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      if (thorough) this.#absentUntilMs.clear();
      const answers = new Map<Sensor, SensorAnswer>();
      const brokenBy = await this.#readAll(answers, limit.signal, thorough);
      signal.throwIfAborted();
      if (brokenBy !== undefined && ![...answers.values()].some(({ state }) => state === "value" || state === "noData")) throw brokenBy;
      return { answers: this.#sensors.map((sensor) => answers.get(sensor) ?? { sensor, state: "unasked" }), brokenBy };
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", abort);
    }
  }

  /** Gives back what ended it early. */
  async #readAll(answers: Map<Sensor, SensorAnswer>, signal: AbortSignal, thorough: boolean): Promise<unknown> {
    try {
      // Without knowing what the device has, nobody could tell when all of it was said.
      const streamed = !thorough && this.#known.size > 0 && this.#clock.nowMs() >= this.#noEventsUntilMs;
      const leftStream = streamed && await this.#readEvents(answers, signal);
      for (const sensor of this.#sensors) {
        if (!answers.has(sensor) && this.#clock.nowMs() < (this.#absentUntilMs.get(sensor) ?? -Infinity)) {
          answers.set(sensor, { sensor, state: "absent" });
        }
      }
      const left = this.#sensors.filter((sensor) => !answers.has(sensor));
      if (leftStream && left.length > 0) await delay(this.#clock, AFTER_EVENTS_MS, signal);
      for (const sensor of left) answers.set(sensor, await this.#readSensor(sensor, signal));
      return undefined;
    } catch (error) {
      // A device that is away, refuses us or is too slow is left alone until the next reading.
      return error;
    }
  }

  async #readSensor(sensor: Sensor, signal: AbortSignal): Promise<SensorAnswer> {
    let answer: SensorAnswer = { sensor, state: "absent" };
    let answered: SensorAddress | undefined;
    for (const address of this.#inOrder(sensor)) {
      if (address.entity === answered?.entity) continue;
      const found = await this.#ask(sensor, address, signal);
      if (found === undefined) continue;
      if (found.state !== "unreadable") answered = address;
      if (BETTER_FIRST.indexOf(found.state) >= BETTER_FIRST.indexOf(answer.state)) continue;
      answer = found;
      if (found.state === "value") break;
    }
    this.#remember(sensor, answer, answered);
    return answer;
  }

  #remember(sensor: Sensor, { state }: SensorAnswer, address: SensorAddress | undefined): void {
    if (address === undefined) this.#known.delete(sensor);
    else {
      this.#known.set(sensor, address);
      this.#form = address.form;
    }
    if (state === "absent") this.#absentUntilMs.set(sensor, this.#clock.nowMs() + FORGET_AFTER_MS);
  }

  /** What answered the last time, then the form that this device likes. */
  #inOrder(sensor: Sensor): SensorAddress[] {
    const known = this.#known.get(sensor);
    const rank = (address: SensorAddress) => address.path === known?.path ? -1 : 2 * address.entity + (address.form === this.#form ? 0 : 1);
    return addressesOf(sensor).toSorted((a, b) => rank(a) - rank(b));
  }

  /** Undefined when the device has nothing under this address. */
  async #ask(sensor: Sensor, { path }: SensorAddress, signal: AbortSignal): Promise<SensorAnswer | undefined> {
    try {
      const { text } = await httpGet(this.#request(path, SENSOR_MAX_BYTES, READING_TIMEOUT_MS, signal));
      return answerOf(sensor, parseSensor(text, this.who));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      if (!(error instanceof ServiceError) || (error.fault !== "unreadable" && error.fault !== "tooBig")) throw error;
      log.debug`${sensor.name}: ${describeError(error)}`;
      return { sensor, state: "unreadable" };
    }
  }

  /**
   * Adds what the device tells by itself on its event stream: as much as comes, for an hour no more when that is not all it has. Gives back whether
   * the device may still see us there.
   */
  async #readEvents(answers: Map<Sensor, SensorAnswer>, signal: AbortSignal): Promise<boolean> {
    try {
      for await (const { name, data } of sseEvents(this.#request("/events", EVENTS_MAX_BYTES, EVENTS_TIMEOUT_MS, signal))) {
        // `state_detail_all` at the start of the stream and `state` afterwards; older devices have `state` alone.
        const state = name.startsWith("state") ? tryParse(data, this.who) : undefined;
        if (state !== undefined) { for (const sensor of this.#sensorsOf(state)) answers.set(sensor, answerOf(sensor, state)); }
        if ([...this.#known.keys()].every((known) => answers.has(known))) return true;
      }
      throw new ServiceError("unreadable", `the event stream of ${this.who} lacks sensors that it has`);
    } catch (error) {
      log.debug`no more events for an hour: ${describeError(error)}`;
      this.#noEventsUntilMs = this.#clock.nowMs() + FORGET_AFTER_MS;
      return !(error instanceof ServiceError && (error.fault === "refused" || error.fault === "unreachable"));
    }
  }

  #sensorsOf({ ids }: SensorState): Sensor[] {
    const known = [...this.#known].filter(([sensor, { entity }]) =>
      addressesOf(sensor).some((address) => address.entity === entity && ids.includes(address.jsonId))
    );
    return known.map(([sensor]) => sensor);
  }

  #request(path: string, maxBytes: number, timeoutMs: number, signal: AbortSignal): HttpRequest {
    const url = new URL(this.#base + path);
    return { url, who: this.who, signal, timeoutMs, maxBytes, headers: this.#headers, clock: this.#clock };
  }
}

function answerOf(sensor: Sensor, state: SensorState): SensorAnswer {
  const value = valueOf(sensor, state.value);
  return value === undefined ? { sensor, state: "noData" } : { sensor, state: "value", value };
}

function tryParse(data: string, who: string): SensorState | undefined {
  try {
    return parseSensor(data, who);
  } catch {
    // Other entities, such as lights, tell their state in other words.
    return undefined;
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof ServiceError && error.fault === "refused" && /HTTP status 404$/.test(error.message);
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
