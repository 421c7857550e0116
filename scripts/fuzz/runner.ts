/** Gives inputs to a door and finds what goes wrong: at once, or when the turn of the event loop is over. */
import type { OpenTarget } from "./target.ts";

const SLOW_MS = 2000;
// A turn of the event loop takes longer than most inputs do.
const INPUTS_A_TURN = 100;

/** What went wrong, and with which input. */
export interface Failed {
  readonly input: Uint8Array;
  readonly failure: unknown;
}

/** Runs inputs one after the other. */
export class Runner {
  readonly #open: OpenTarget;
  readonly #loose: unknown[];
  #sinceTurn: Uint8Array[] = [];

  /** `loose`: where rejections that nobody handles, and what timers throw, are put. */
  constructor(open: OpenTarget, loose: unknown[]) {
    this.#open = open;
    this.#loose = loose;
  }

  /** The next of many. What went wrong, and with which input: this one, or one of those since the last turn. */
  async next(input: Uint8Array): Promise<Failed | undefined> {
    this.#sinceTurn.push(input);
    const failure = await this.#failureOf(input, false);
    if (failure !== undefined) return { input, failure };
    return this.#sinceTurn.length < INPUTS_A_TURN ? undefined : await this.late();
  }

  /** What has come loose since the last turn: to be asked once more when there are no more inputs. */
  async late(): Promise<Failed | undefined> {
    const inputs = this.#sinceTurn;
    const input = inputs.at(-1);
    this.#sinceTurn = [];
    await turn();
    if (this.#loose.length === 0 || input === undefined) return undefined;
    const [late] = this.#loose.splice(0);
    for (const one of inputs) {
      const again = await this.whole(one);
      if (again !== undefined) return { input: one, failure: again };
    }
    return { input, failure: late };
  }

  /** One input with the turn of the event loop behind it; undefined when nothing went wrong. */
  whole(input: Uint8Array): Promise<unknown> {
    return this.#failureOf(input, true);
  }

  async #failureOf(input: Uint8Array, takesTurn: boolean): Promise<unknown> {
    const startMs = performance.now();
    try {
      const running = this.#open.run(input.slice());
      await running;
      // A rejection that nobody handles is told when the turn is over.
      if (running !== undefined || takesTurn) await turn();
    } catch (error) {
      return error ?? new Error("something was thrown that is nothing");
    }
    if (this.#loose.length > 0) return this.#loose.splice(0)[0];
    if (performance.now() - startMs < SLOW_MS) return undefined;
    // Another program may have held the machine up: once more.
    const againMs = performance.now();
    await this.#open.run(input.slice());
    const tookMs = performance.now() - againMs;
    return tookMs < SLOW_MS ? undefined : new Error(`slow: ${Math.round(tookMs)} ms`);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 0));
}
