/** Who may trace what, and when: a trace costs air on every hop, there and back. */
import type { TracerouteResult } from "../../mesh/requests.ts";

const PERSON_PAUSE_MS = 5 * 60_000;
const TARGET_PAUSE_MS = 10 * 60_000;

/** What the limits say to a wish. */
export type TraceDecision =
  | { readonly kind: "go" }
  | { readonly kind: "cached"; readonly result: TracerouteResult; readonly ageMs: number }
  | { readonly kind: "running" }
  | { readonly kind: "wait"; readonly waitMs: number };

interface Traced {
  readonly result: TracerouteResult;
  readonly atMs: number;
}

/** One trace for a person in 5 minutes and for a target in 10. Times are monotonic milliseconds. */
export class TraceLimits {
  readonly #byTarget = new Map<number, Traced>();
  readonly #byPerson = new Map<number, number>();
  readonly #running = new Set<number>();

  /** `go` counts as the person's trace, whatever becomes of it; `finished` must follow. */
  ask(person: number, target: number, nowMs: number): TraceDecision {
    this.#forget(nowMs);
    const traced = this.#byTarget.get(target);
    if (traced !== undefined) return { kind: "cached", result: traced.result, ageMs: nowMs - traced.atMs };
    if (this.#running.has(target)) return { kind: "running" };
    const last = this.#byPerson.get(person);
    if (last !== undefined) return { kind: "wait", waitMs: last + PERSON_PAUSE_MS - nowMs };
    this.#byPerson.set(person, nowMs);
    this.#running.add(target);
    return { kind: "go" };
  }

  /** A trace is over; without a result the target may be traced again. */
  finished(target: number, result: TracerouteResult | undefined, nowMs: number): void {
    this.#running.delete(target);
    if (result !== undefined) this.#byTarget.set(target, { result, atMs: nowMs });
  }

  #forget(nowMs: number): void {
    for (const [target, { atMs }] of this.#byTarget) if (nowMs - atMs >= TARGET_PAUSE_MS) this.#byTarget.delete(target);
    for (const [person, atMs] of this.#byPerson) if (nowMs - atMs >= PERSON_PAUSE_MS) this.#byPerson.delete(person);
  }
}
