/** The history's thread from outside: starting it, talking to it, and what to do when it dies. */
import type { Clock, Timer } from "../clock.ts";
import { logger } from "../log.ts";
import { HistoryError } from "./history_error.ts";
import type { FromHistory, HistoryAnswer, ToHistory } from "./protocol.ts";

const log = logger("app");

const RESTART_AFTER_MS = 1000;
const MAX_DEATHS = 3;
const CLOSE_LIMIT_MS = 1500;

/** What the thread needs. */
export interface HistoryThreadOptions {
  readonly clock: Clock;
  readonly startWorker: () => Worker;
  /** Said to each thread before anything else. */
  readonly opening: ToHistory;
  /** Told what is no answer. */
  readonly heard: (message: FromHistory) => void;
  /** A thread was started: nothing that was given to the last one will be heard of again. */
  readonly started: () => void;
}

interface Waiting {
  resolve(value: HistoryAnswer): void;
  reject(error: Error): void;
}

/** The thread of one history, over its deaths. */
export class HistoryThread implements AsyncDisposable {
  readonly #options: HistoryThreadOptions;
  readonly #asked = new Map<number, Waiting>();
  #nextId = 1;
  #worker: Worker | undefined;
  /** What is to be said when the thread listens; undefined when it does. */
  #unsaid: ToHistory[] | undefined;
  #deaths = 0;
  #restartTimer: Timer | undefined;
  #closed: (() => void) | undefined;
  #closing = false;

  constructor(options: HistoryThreadOptions) {
    this.#options = options;
    this.#start();
  }

  /** False between a death and the next start, and after the last death. */
  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  /** It has died too often, and is not started any more. */
  get isDown(): boolean {
    return this.#deaths >= MAX_DEATHS;
  }

  /** Says something, in the order of the calls; lost when no thread runs. */
  tell(message: ToHistory): void {
    if (this.#unsaid !== undefined) return void this.#unsaid.push(message);
    if (message.type !== "batch") return this.#worker?.postMessage(message);
    const { numbers, raw } = message.batch;
    this.#worker?.postMessage(message, [numbers.buffer, raw.buffer]);
  }

  /** Resolves to the answer. Rejects with HistoryError, or with the signal's reason as soon as it is aborted. */
  ask(message: (id: number) => ToHistory, signal?: AbortSignal): Promise<HistoryAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HistoryAnswer>();
    if (this.#worker === undefined) {
      reject(new HistoryError("the history cannot answer: its thread does not run"));
      return promise;
    }
    const id = this.#nextId++;
    const onAbort = () => this.#take(id)?.reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const done = () => signal?.removeEventListener("abort", onAbort);
    this.#asked.set(id, {
      resolve: (value) => (done(), resolve(value)),
      reject: (error) => (done(), reject(error)),
    });
    this.tell(message(id));
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#restartTimer?.cancel();
    if (this.#worker === undefined) return;
    const closed = Promise.withResolvers<void>();
    this.#closed = closed.resolve;
    const limit = this.#options.clock.after(CLOSE_LIMIT_MS, () => {
      log.warn`the history could not be closed in time: what came in the last minute may be missing from it`;
      closed.resolve();
    });
    this.tell({ type: "close" });
    await closed.promise;
    limit.cancel();
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#rejectAll("the bot is stopping");
  }

  #start(): void {
    this.#unsaid = [this.#options.opening];
    try {
      const worker = this.#options.startWorker();
      worker.onmessage = ({ data }: MessageEvent<FromHistory>) => this.#heard(worker, data);
      worker.onerror = (event) => {
        // Without this, the death of the thread would be that of the program.
        event.preventDefault();
        this.#died(worker, event.message);
      };
      this.#worker = worker;
    } catch (error) {
      this.#died(undefined, String(error));
    }
    this.#options.started();
  }

  #died(worker: Worker | undefined, reason: string): void {
    if (worker !== this.#worker) return;
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#unsaid = undefined;
    this.#deaths += 1;
    this.#rejectAll(`its thread has died: ${reason}`);
    this.#closed?.();
    if (this.#closing) return;
    if (this.isDown) {
      log.error`the history's thread has died ${MAX_DEATHS} times (${reason}): the bot goes on without a history until it is restarted`;
      return;
    }
    log.error`the history's thread has died (${reason}); it is started again`;
    this.#restartTimer = this.#options.clock.after(RESTART_AFTER_MS, () => this.#start());
  }

  #heard(worker: Worker, message: FromHistory): void {
    if (worker !== this.#worker) return;
    switch (message.type) {
      case "started": {
        const unsaid = this.#unsaid ?? [];
        this.#unsaid = undefined;
        for (const waiting of unsaid) this.tell(waiting);
        return;
      }
      case "answer":
        return this.#take(message.id)?.resolve(message.value);
      case "refused":
        return this.#take(message.id)?.reject(new HistoryError(`the history cannot answer: ${message.reason}`));
      case "closed":
        return this.#closed?.();
      default:
        return this.#options.heard(message);
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#asked.get(id);
    this.#asked.delete(id);
    return waiting;
  }

  #rejectAll(reason: string): void {
    for (const id of [...this.#asked.keys()]) this.#take(id)?.reject(new HistoryError(`the history cannot answer: ${reason}`));
  }
}
