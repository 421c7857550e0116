/** Tells a fight for the node's only slot from ordinary losses, so that two clients do not throw each other out for ever. */

const CLOSES_TO_CALL_IT_A_FIGHT = 5;
const SHORT_MS = 5000;
const PEACE_MS = 60_000;
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 300_000;

/** How a connection ended: `readyForMs` is undefined when its handshake was never complete. */
export interface ConnectionEnd {
  readonly cause: "fin" | "readFailed" | "writeFailed" | "dropped" | "left";
  readonly readyForMs: number | undefined;
}

/**
 * Five orderly closes in a row, each within 5 s of ready, are a fight: the node closes a client in order when another
 * one connects. Then the wait is 15 s, doubling to 5 min, until one connection lasts 60 s.
 */
export class FightDetector {
  #shortCloses = 0;
  #waitMs = 0;
  #due = false;

  /** The fight in words, while there is one. */
  get reason(): string | undefined {
    if (this.#waitMs === 0) return undefined;
    return "another client keeps taking the node's only connection: close the phone app's network connection to this node, or the other program; where the bot shares its radio, choose the one with the star";
  }

  /** A connection is over. */
  ended(end: ConnectionEnd): void {
    if (end.readyForMs !== undefined && end.readyForMs >= PEACE_MS) this.#waitMs = 0;
    const short = end.cause === "fin" && end.readyForMs !== undefined && end.readyForMs <= SHORT_MS;
    this.#shortCloses = short ? this.#shortCloses + 1 : 0;
    if (this.#shortCloses >= CLOSES_TO_CALL_IT_A_FIGHT || (short && this.#waitMs > 0)) {
      this.#waitMs = this.#waitMs === 0 ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
      this.#due = true;
    }
  }

  /** The wait that the fight asks for before the next dial, once for each close; undefined when there is none. */
  takeWaitMs(): number | undefined {
    if (!this.#due) return undefined;
    this.#due = false;
    return this.#waitMs;
  }
}
