/** The one door to MQTT: a connection that listens to some topics and says nothing. */
import type { Duplex } from "node:stream";
import type { IClientOptions, MqttClient, Store } from "mqtt";
import { type Clock, systemClock, type Timer } from "../clock.ts";
import { describeError, ServiceError } from "../errors.ts";
import { checkedStream } from "./mqtt_stream.ts";

/** Where to listen, to what, and how long a broker may take to agree. */
export interface MqttRequest {
  /** `mqtt:` or `mqtts:`. */
  readonly url: URL;
  /** None: the connection is made, and nothing is heard. */
  readonly topics: readonly string[];
  /** Until the broker has confirmed the topics. */
  readonly timeoutMs: number;
  /** Of one frame; a longer message is left out. */
  readonly maxBytes: number;
  /** Until the topics are confirmed; aborted: its reason is thrown. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Called for each message; it must not throw. */
  onMessage(payload: Uint8Array): void;
  /** Called for each message that was left out; it must not throw. */
  onTooBig?(): void;
}

/** A broker that has confirmed the topics. Disposing says goodbye and closes. */
export interface MqttSubscription extends AsyncDisposable {
  /** Resolves with the reason when the connection is over, also after disposing; it never rejects. */
  readonly ended: Promise<ServiceError>;
}

/** Connects and subscribes. */
export type MqttSubscribe = (request: MqttRequest) => Promise<MqttSubscription>;

const KEEPALIVE_S = 60;
// Ours comes first, by our own clock.
const NO_LIMIT_MS = 2 ** 31 - 1;

/**
 * Listens with MQTT 3.1.1, QoS 0, a clean session and a random client id; it does not connect again by itself. Throws ServiceError when
 * the broker cannot be reached, refuses, is too slow, or speaks something else.
 */
export async function mqttSubscribe(request: MqttRequest): Promise<MqttSubscription> {
  const { clock = systemClock, signal, timeoutMs, topics, url } = request;
  signal.throwIfAborted();
  // Loaded when it is needed: a bot without lightning does without its memory.
  const { connect, Store } = await import("mqtt");
  signal.throwIfAborted();
  const client = connect({ ...addressOf(url), ...clientOptions(clock), outgoingStore: untimed(new Store()) });
  const connection = new Connection(client, request);
  const timer = clock.after(timeoutMs, () => {
    connection.fail(new ServiceError("slow", `${url.host} did not answer within ${timeoutMs / 1000} s`));
  });
  const abort = () => connection.fail(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await connection.open(topics);
    return connection;
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", abort);
  }
}

function addressOf(url: URL): IClientOptions {
  const { hostname, port, protocol } = url;
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return { protocol: protocol === "mqtts:" ? "mqtts" : "mqtt", host, ...(port === "" ? {} : { port: Number(port) }) };
}

function clientOptions(clock: Clock): IClientOptions {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, "0"));
  return {
    clientId: `meshbot${id.join("")}`,
    clean: true,
    keepalive: KEEPALIVE_S,
    reconnectPeriod: 0,
    connectTimeout: NO_LIMIT_MS,
    timerVariant: intervalsOf(clock),
    manualConnect: true,
  };
}

/** The library's store for what it sends. Its streams close by a timer, which can outlive the connection; nobody waits for that close. */
function untimed(store: Store): Store {
  const createStream = store.createStream.bind(store);
  store.createStream = () => {
    const stream = createStream();
    stream.destroy = () => stream;
    return stream;
  };
  return store;
}

/** One client of the library from its first byte to its close. */
class Connection implements MqttSubscription {
  readonly #client: MqttClient;
  readonly #host: string;
  readonly #failed = Promise.withResolvers<never>();
  readonly #ended = Promise.withResolvers<ServiceError>();
  #reason: unknown;

  constructor(client: MqttClient, { maxBytes, onMessage, onTooBig, url }: MqttRequest) {
    this.#client = client;
    this.#host = url.host;
    // Whoever waits for the opening hears of it; afterwards `ended` tells.
    this.#failed.promise.catch(() => {});
    const build = client["streamBuilder"] as (client: MqttClient) => Duplex;
    client["streamBuilder"] = (made: MqttClient) =>
      checkedStream(build(made), {
        maxBytes,
        onTooBig: () => onTooBig?.(),
        onWrong: (what) => this.fail(new ServiceError("unreadable", `${this.#host} speaks no MQTT: it sent ${what}`)),
      });
    client.on("message", (_topic, payload) => onMessage(payload));
    client.on("error", (error) => this.fail(this.#explain(error)));
    client.on("close", () => {
      this.fail(new ServiceError("unreachable", `${this.#host} closed the connection`));
      this.#ended.resolve(this.#explain(this.#reason));
    });
  }

  get ended(): Promise<ServiceError> {
    return this.#ended.promise;
  }

  /** Resolves when the broker has confirmed all topics. */
  async open(topics: readonly string[]): Promise<void> {
    const client = this.#client;
    const connected = new Promise<void>((resolve) => client.once("connect", () => resolve()));
    client.connect();
    await Promise.race([connected, this.#failed.promise]);
    if (topics.length === 0) return;
    // When the connection fails first, that is the reason to tell, and this one comes to nothing.
    const subscribed = client.subscribeAsync([...topics], { qos: 0 }).catch((error: unknown) => {
      this.fail(new ServiceError("refused", `${this.#host} refused the topics: ${describeError(error)}`));
    });
    await Promise.race([subscribed, this.#failed.promise]);
    if (this.#reason !== undefined) throw this.#reason;
  }

  /** Ends the connection at once; the first reason counts. */
  fail(reason: unknown): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#failed.reject(reason);
    this.#client.end(true);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#reason === undefined) {
      this.#reason = new ServiceError("unreachable", `the connection to ${this.#host} was closed here`);
      // With a DISCONNECT: a broker otherwise takes it for a loss.
      this.#client.end(false);
    }
    await this.ended;
  }

  #explain(error: unknown): ServiceError {
    if (error instanceof ServiceError) return error;
    const text = describeError(error);
    const [, refusal] = /^Connection refused: (.*)$/.exec(text) ?? [];
    if (refusal !== undefined) return new ServiceError("refused", `${this.#host} refused: ${refusal}`, { cause: error });
    return new ServiceError("unreachable", `${this.#host} cannot be reached: ${text}`, { cause: error });
  }
}

/** The library's repeating timer on our clock. */
function intervalsOf(clock: Clock): NonNullable<Exclude<IClientOptions["timerVariant"], string>> {
  const timers = new Map<number, Timer>();
  let lastId = 0;
  function schedule(id: number, callback: () => void, everyMs: number): void {
    timers.set(
      id,
      clock.after(everyMs, () => {
        schedule(id, callback, everyMs);
        callback();
      }),
    );
  }
  return {
    set(callback, everyMs) {
      lastId += 1;
      schedule(lastId, () => callback(), everyMs ?? 0);
      return lastId;
    },
    clear(id) {
      timers.get(id)?.cancel();
      timers.delete(id);
    },
  };
}
