/** What a benchmark gives: figures beside their targets and their rivals. */

/** One measured figure. */
export interface Measurement {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  /** The bound that the figure must keep. */
  readonly target: { readonly atMost: number } | { readonly atLeast: number };
  /** Who did the same work in the same run. */
  readonly rival?: Rival | undefined;
  /** What the figure is made from, for people. */
  readonly detail: string;
}

/** Another program, or the least that the machine lets any program take. */
export interface Rival {
  readonly name: string;
  /** In the unit of the figure. */
  readonly measured: number;
  /** True where chance decides so much of it that two runs differ by more than any change of the program would make. */
  readonly unsteady?: boolean;
}

/** How much is measured. */
export interface MeasureOptions {
  /** How often the bot is killed. */
  readonly kills: number;
  /** How long clients come and go at the shared radio; without it as long as a run of all figures has time for. */
  readonly minutes?: number | undefined;
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

/** How many times better than its rival it is, below 1 when it is worse; undefined without a rival, and where one of both is 0. */
export function ratioOf({ measured, target, rival }: Measurement): number | undefined {
  if (rival === undefined || !(measured > 0) || !(rival.measured > 0)) return undefined;
  return "atMost" in target ? rival.measured / measured : measured / rival.measured;
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
