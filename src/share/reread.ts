/** The radio's settings read again after a client wrote some: once, when it has had time to take them up. */
import type { Clock, Timer } from "../clock.ts";

const PAUSE_MS = 10_000;

/** What reading again needs; both ask the radio, and are false when it is away. */
export interface RereadOptions {
  readonly clock: Clock;
  readonly askConfig: () => boolean;
  readonly askNodes: () => boolean;
}

/** The plan of what to read. */
export class Reread {
  readonly #options: RereadOptions;
  #settings = false;
  #nodes = false;
  #timer: Timer | undefined;

  constructor(options: RereadOptions) {
    this.#options = options;
  }

  /** Something was changed: it is read 10 s after the last change. */
  after(changes: "settings" | "nodes" | "nothing"): void {
    if (changes === "nothing") return;
    if (changes === "settings") this.#settings = true;
    else this.#nodes = true;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(PAUSE_MS, () => this.#read());
  }

  /** The radio has ended what it was asked; one thing is asked after the other. */
  completed(): void {
    if (this.#timer === undefined) this.#read();
  }

  /** The radio is away, and says its settings by itself when it comes back. */
  lost(): void {
    this.#settings = false;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#settings = this.#nodes = false;
  }

  #read(): void {
    this.#timer = undefined;
    if (this.#settings) {
      this.#settings = false;
      if (this.#options.askConfig()) return;
    }
    if (this.#nodes && this.#options.askNodes()) this.#nodes = false;
  }
}
