/** Questions to the node and how long its answers take. */
import type { Clock, Timer } from "../clock.ts";
import type { DiagEvent, ProbeKind } from "./events.ts";

/** What round trips need. */
export interface RoundTripsOptions {
  readonly clock: Clock;
  readonly emit: (event: DiagEvent) => void;
  /** No answer within this is none. */
  readonly limitMs: number;
  /** Told after the event, so that it can ask in another way. */
  readonly onUnanswered?: (kind: ProbeKind) => void;
}

/** At most one open question of each kind. */
export class RoundTrips {
  readonly #options: RoundTripsOptions;
  readonly #open = new Map<ProbeKind, { readonly atMs: number; readonly limit: Timer }>();
  readonly #waiting = new Set<() => void>();

  constructor(options: RoundTripsOptions) {
    this.#options = options;
  }

  /** A question went out; one of the same kind that is still open is measured on. */
  asked(kind: ProbeKind): void {
    const { clock, emit, limitMs } = this.#options;
    emit({ type: "asked", kind });
    if (this.#open.has(kind)) return;
    const limit = clock.after(limitMs, () => {
      this.#open.delete(kind);
      emit({ type: "unanswered", kind, afterMs: limitMs });
      this.#options.onUnanswered?.(kind);
      this.#wake();
    });
    this.#open.set(kind, { atMs: clock.nowMs(), limit });
  }

  /** What can only be an answer came; nothing happens when no such question is open. */
  answered(kind: ProbeKind): void {
    const question = this.#open.get(kind);
    if (question === undefined) return;
    question.limit.cancel();
    this.#open.delete(kind);
    this.#options.emit({ type: "answered", kind, tookMs: this.#options.clock.nowMs() - question.atMs });
    this.#wake();
  }

  /** The connection is over: what is open will have no answer, and the loss is told already. */
  forget(): void {
    for (const { limit } of this.#open.values()) limit.cancel();
    this.#open.clear();
    this.#wake();
  }

  /** Resolves when no question is open, within the limit of the last one. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
