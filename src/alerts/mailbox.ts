/** What one destination has been told, and when it may be told something again. */
import type { Condition } from "../condition.ts";

/** A condition that the destination should hear of. */
export interface DueAlert {
  readonly condition: Condition;
  /** Monotonic milliseconds. */
  readonly sinceMs: number;
}

/** What one alert has changed, for the case that it never arrives. */
export interface SaidAlert {
  readonly key: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** One destination's memory. Times are monotonic milliseconds but for `sentAtWallMs`. */
export class Mailbox {
  /** By key what the destination takes for true; keys of which nothing holds are absent. */
  readonly said = new Map<string, readonly string[]>();
  /** Milliseconds since 1970 of the last alert. */
  sentAtWallMs: number | undefined;
  /** Before that nothing is said: one alert in so many minutes. */
  notBeforeMs = -Infinity;
  /** Before that nothing is said because the last alert did not arrive. */
  retryAtMs = -Infinity;
  /** Alerts in a row that did not arrive. */
  failures = 0;
  /** An alert is on its way. */
  sending = false;
  readonly #dueSinceMs = new Map<string, number>();
  readonly #fullSinceMs = new Map<string, number>();

  /** What it should hear of, the oldest first. A fact that is gone while others hold is forgotten without a word. */
  due(conditions: Iterable<Condition>, nowMs: number): DueAlert[] {
    const due: DueAlert[] = [];
    for (const condition of conditions) {
      const { key, facts } = condition;
      const said = this.said.get(key) ?? [];
      const ended = facts.length === 0 && said.length > 0;
      if (ended || facts.some((fact) => !said.includes(fact))) {
        const sinceMs = this.#dueSinceMs.get(key) ?? nowMs;
        this.#dueSinceMs.set(key, sinceMs);
        due.push({ condition, sinceMs });
        continue;
      }
      this.#dueSinceMs.delete(key);
      this.#fullSinceMs.delete(key);
      if (facts.length < said.length) this.said.set(key, said.filter((fact) => facts.includes(fact)));
    }
    return due.sort((a, b) => a.sinceMs - b.sinceMs);
  }

  /** How long an alert has been waiting for nothing but a freer channel; asked while it is full. */
  waitedForAirMs(key: string, nowMs: number): number {
    const sinceMs = this.#fullSinceMs.get(key) ?? nowMs;
    this.#fullSinceMs.set(key, sinceMs);
    return nowMs - sinceMs;
  }

  /** The channel is free: the next wait counts anew. */
  airIsFree(): void {
    this.#fullSinceMs.clear();
  }

  /** These conditions are told as they are now. */
  say(conditions: readonly Condition[]): SaidAlert[] {
    return conditions.map(({ key, facts }) => {
      const before = this.said.get(key) ?? [];
      this.#set(key, facts);
      this.#dueSinceMs.delete(key);
      this.#fullSinceMs.delete(key);
      return { key, before, after: facts };
    });
  }

  /** They did not arrive: the destination still takes for true what it did before, and what it was told since. */
  unsay(alerts: readonly SaidAlert[]): void {
    for (const { key, before, after } of alerts) {
      const said = this.said.get(key) ?? [];
      const known = said.filter((fact) => before.includes(fact) || !after.includes(fact));
      this.#set(key, [...known, ...before.filter((fact) => !known.includes(fact))]);
    }
  }

  #set(key: string, facts: readonly string[]): void {
    if (facts.length === 0) this.said.delete(key);
    else this.said.set(key, [...new Set(facts)]);
  }
}
