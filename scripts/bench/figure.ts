/** What a benchmark gives: figures beside their targets. */

/** One measured figure. */
export interface Measurement {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  /** The bound that the figure must keep. */
  readonly target: { readonly atMost: number } | { readonly atLeast: number };
  /** What the figure is made from, for people. */
  readonly detail: string;
}

/** How much is measured. */
export interface MeasureOptions {
  /** How often the bot is killed. */
  readonly kills: number;
}

/** One group of figures, which are measured together. */
export interface Figure {
  readonly letter: string;
  readonly title: string;
  /** True when it mostly waits: such figures may be measured side by side. */
  readonly waits: boolean;
  measure(options: MeasureOptions): Promise<Measurement[]>;
}

/** Whether the figure keeps its bound. */
export function isReached({ measured, target }: Measurement): boolean {
  return "atMost" in target ? measured <= target.atMost : measured >= target.atLeast;
}

/** The middle value, of an even number of values the mean of both. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] as number : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** `0.12` for people: three digits that count. */
export function short(value: number): string {
  return value === 0 ? "0" : Number(value.toPrecision(3)).toString();
}
