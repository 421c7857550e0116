/** Knows when the bot has finished answering a message: it is dealt with, and every part of the answer has its end. */
import type { Clock, Timer } from "../clock.ts";

const NO_ANSWER_LIMIT_MS = 10_000;
const NO_CHANNEL_ANSWER_LIMIT_MS = 3000;

interface Waiting {
  readonly limitMs: number;
  handled: boolean;
  answered: boolean;
  timer: Timer | undefined;
  readonly done: () => void;
}

/** Follows the answers to messages by the messages' ids. */
export class Answers {
  readonly #clock: Clock;
  readonly #openParts: (id: number) => number;
  readonly #waiting = new Map<number, Waiting>();

  /** `openParts` tells how many parts of the answer to a message have no end yet. */
  constructor(options: { readonly clock: Clock; readonly openParts: (id: number) => number }) {
    this.#clock = options.clock;
    this.#openParts = options.openParts;
  }

  /**
   * Resolves when the answer to message `id` is complete: its last part has an end. When nothing more is heard of it,
   * after 10 s; a channel message, which is mostly for others, is given up after 3 s without an answer.
   */
  complete(id: number, options: { readonly onChannel: boolean }): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        waiting.timer?.cancel();
        this.#waiting.delete(id);
        resolve();
      };
      const limitMs = options.onChannel ? NO_CHANNEL_ANSWER_LIMIT_MS : NO_ANSWER_LIMIT_MS;
      const waiting: Waiting = { limitMs, handled: false, answered: false, timer: undefined, done };
      this.#waiting.set(id, waiting);
      this.#arm(waiting);
    });
  }

  /** The bot has dealt with message `id`: no more parts will be queued for it. */
  handled(id: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    waiting.handled = true;
    if (this.#openParts(id) > 0) waiting.answered = true;
    this.#progress(id, waiting);
  }

  /** A part of the answer to message `id` went out or has its end. */
  heard(id: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    waiting.answered = true;
    this.#progress(id, waiting);
  }

  #progress(id: number, waiting: Waiting): void {
    if (waiting.handled && waiting.answered && this.#openParts(id) === 0) return waiting.done();
    this.#arm(waiting);
  }

  #arm(waiting: Waiting): void {
    waiting.timer?.cancel();
    waiting.timer = this.#clock.after(waiting.answered ? NO_ANSWER_LIMIT_MS : waiting.limitMs, waiting.done);
  }
}
