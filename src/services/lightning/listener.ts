/** Keeps one subscription at a broker alive. */
import { type Clock, delay } from "../../clock.ts";
import { describeError, isExpectedNetworkError } from "../../errors.ts";
import type { MqttSubscribe } from "../../io/mqtt.ts";
import { logger } from "../../log.ts";
import { Retry } from "./retry.ts";

/** Where to listen, and who is told what. The callbacks must not throw. */
export interface ListenerOptions {
  readonly clock: Clock;
  readonly url: URL;
  readonly subscribe: MqttSubscribe;
  readonly retry?: Retry;
  onMessage(payload: Uint8Array): void;
  onTooBig(): void;
  /** The broker has confirmed the topics: from now on nothing is missed. */
  onListening(): void;
  /** The connection is over, or an attempt at one. */
  onAway(): void;
}

/** Until the broker has confirmed the topics. */
export const SUBSCRIBE_TIMEOUT_MS = 10_000;
/** A strike takes about 200 bytes. */
export const MAX_MESSAGE_BYTES = 4096;

const log = logger("service.lightning");

/** Connects when there are topics, and again when the connection is lost. Disposing closes it. */
export class Listener implements AsyncDisposable {
  readonly #options: ListenerOptions;
  readonly #retry: Retry;
  readonly #stop = new AbortController();
  #topics: readonly string[] = [];
  /** Aborted when the topics change. */
  #current = new AbortController();
  #running: Promise<void> | undefined;
  #toldAway = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#retry = options.retry ?? new Retry();
  }

  /** Listens to these topics from now on; a connection with others is replaced at once. */
  listen(topics: readonly string[]): void {
    this.#topics = topics;
    this.#current.abort();
    this.#running ??= this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#current = new AbortController();
      // Who listens to the sum of signals is kept by each of them, until one is aborted.
      const over = new AbortController();
      const reason = await this.#connectOnce(AbortSignal.any([signal, this.#current.signal, over.signal]));
      over.abort();
      if (signal.aborted) return;
      this.#options.onAway();
      if (this.#current.signal.aborted) continue;
      this.#tellAway(reason);
      await delay(clock, this.#retry.next(), signal).catch(() => {});
    }
  }

  /** Resolves with the reason when the connection is over or did not come to be. */
  async #connectOnce(signal: AbortSignal): Promise<unknown> {
    const { clock, url, subscribe, onMessage, onTooBig } = this.#options;
    const request = { clock, url, topics: this.#topics, timeoutMs: SUBSCRIBE_TIMEOUT_MS, maxBytes: MAX_MESSAGE_BYTES, signal };
    try {
      await using subscription = await subscribe({ ...request, onMessage, onTooBig });
      const sinceMs = clock.nowMs();
      this.#tellListening();
      const reason = await Promise.race([subscription.ended, aborted(signal)]);
      this.#retry.ended(clock.nowMs() - sinceMs);
      return reason;
    } catch (error) {
      return error;
    }
  }

  #tellListening(): void {
    const count = this.#topics.length;
    log.info`listening for lightning at ${this.#options.url.host}, ${count} tiles`;
    this.#toldAway = false;
    this.#options.onListening();
  }

  /** Once for each outage: a broker may be away for days. */
  #tellAway(reason: unknown): void {
    const text = describeError(reason);
    if (!isExpectedNetworkError(reason)) log.error`lightning failed: ${reason}`;
    else if (this.#toldAway) log.debug`no lightning: ${text}`;
    else log.warn`no lightning: ${text}`;
    this.#toldAway = true;
  }
}

function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(signal.reason);
    signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  });
}
