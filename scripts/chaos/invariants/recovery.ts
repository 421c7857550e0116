/** How long the bot takes to be back after each fault, and the bounds that it must keep. */
import type { FaultKind } from "../schedule.ts";
import type { Standing } from "./invariant.ts";

/** How a fault must be recovered from, in milliseconds. */
export interface Bound {
  readonly medianMs?: number;
  readonly maxMs: number;
}

/** The figures of one kind of fault. */
export interface RecoveryRow {
  readonly kind: FaultKind;
  readonly count: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly bound: Bound;
}

const ORDERLY_MEDIAN_MS = 300;
const SILENCE_SPARE_MS = 2000;
// Whatever happens, a bot that is not back by then is lost.
const LOST_MS = 30_000;

/** Keeps the times. */
export class Recovery {
  readonly #silentTimeoutMs: number;
  readonly #tookMs = new Map<FaultKind, number[]>();
  readonly #never: string[] = [];

  constructor(options: { readonly silentTimeoutMs: number }) {
    this.#silentTimeoutMs = options.silentTimeoutMs;
  }

  took(kind: FaultKind, ms: number): void {
    this.#tookMs.set(kind, [...this.#tookMs.get(kind) ?? [], ms]);
  }

  /** It did not come back within `afterMs`. */
  never(kind: FaultKind, afterMs: number): void {
    this.#never.push(`${kind}: not back within ${afterMs / 1000} s`);
  }

  rows(): RecoveryRow[] {
    return [...this.#tookMs].map(([kind, tookMs]) => {
      const sorted = tookMs.toSorted((a, b) => a - b);
      return {
        kind,
        count: sorted.length,
        medianMs: quantile(sorted, 0.5),
        p99Ms: quantile(sorted, 0.99),
        maxMs: sorted.at(-1) as number,
        bound: this.#boundOf(kind),
      };
    });
  }

  standing(): Standing {
    const rows = this.rows();
    const broken = rows.flatMap(({ kind, medianMs, maxMs, bound }) => [
      ...(bound.medianMs !== undefined && medianMs > bound.medianMs
        ? [`${kind}: median ${seconds(medianMs)}, at most ${seconds(bound.medianMs)}`]
        : []),
      ...(maxMs > bound.maxMs ? [`${kind}: longest ${seconds(maxMs)}, at most ${seconds(bound.maxMs)}`] : []),
    ]);
    return {
      name: "recovery in time",
      seen: `${rows.reduce((sum, { count }) => sum + count, 0)} faults that cost the link`,
      broken: [...this.#never, ...broken],
    };
  }

  #boundOf(kind: FaultKind): Bound {
    if (kind === "fin" || kind === "rst") return { medianMs: ORDERLY_MEDIAN_MS, maxMs: LOST_MS };
    if (kind === "silence") return { maxMs: this.#silentTimeoutMs + SILENCE_SPARE_MS };
    return { maxMs: LOST_MS };
  }
}

/** The value below which the share `q` of the sorted values lies; between two of them the nearer one's. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? NaN;
}

/** Seconds for people. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
