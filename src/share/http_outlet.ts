/** The way to an HTTP client: it cannot be told anything before it asks. */
import type { Outlet } from "./client.ts";
import type { Payload } from "./payload.ts";
import { join } from "./wire.ts";

const MAX_ANSWER_BYTES = 65_536;

/** What waits for an HTTP client until it asks. */
export class HttpOutlet implements Outlet {
  readonly #onText: (textNumber: number) => void;
  #waiting: Payload[] = [];
  #unreadBytes = 0;

  constructor(onText: (textNumber: number) => void) {
    this.#onText = onText;
  }

  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  push(payload: Payload): void {
    this.#waiting.push(payload);
    this.#unreadBytes += payload.bytes.length;
  }

  /** The next message, or as many as fit in one answer; nothing when nothing waits. */
  take(all: boolean): Uint8Array {
    let count = 0;
    for (let bytes = 0; count < this.#waiting.length && (all ? bytes < MAX_ANSWER_BYTES : count === 0); count += 1) {
      bytes += (this.#waiting[count] as Payload).bytes.length;
    }
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    for (const { bytes, textNumber } of taken) {
      this.#unreadBytes -= bytes.length;
      if (textNumber !== undefined) this.#onText(textNumber);
    }
    return join(taken.map(({ bytes }) => bytes));
  }

  close(): void {
    this.#waiting = [];
    this.#unreadBytes = 0;
  }
}
