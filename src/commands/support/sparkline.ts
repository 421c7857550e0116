/** A curve in one line of text, over a true time axis. */

/** A value at its time, in milliseconds of any one clock. */
export interface TimedValue {
  readonly atMs: number;
  readonly value: number;
}

/** A span cut into `columns` of equal length. */
export interface TimeAxis {
  readonly fromMs: number;
  readonly toMs: number;
  readonly columns: number;
}

// 3 bytes each in UTF-8.
const BLOCKS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;
const MIDDLE: string = BLOCKS[4];
// Seen, other than a space, and 2 bytes.
const GAP = "·";

/** The mean of each column; undefined where nothing was measured. What lies outside the span or is not finite does not count. */
export function bucketMeans(points: Iterable<TimedValue>, { fromMs, toMs, columns }: TimeAxis): (number | undefined)[] {
  const sums = new Float64Array(columns);
  const counts = new Uint32Array(columns);
  for (const { atMs, value } of points) {
    if (!(atMs >= fromMs && atMs <= toMs) || !Number.isFinite(value)) continue;
    // The end of the span belongs to its last column.
    const column = Math.min(columns - 1, Math.floor((atMs - fromMs) / (toMs - fromMs) * columns) || 0);
    sums[column] = (sums[column] ?? 0) + value;
    counts[column] = (counts[column] ?? 0) + 1;
  }
  return Array.from(sums, (sum, column) => counts[column] ? sum / (counts[column] as number) : undefined);
}

/** One sign for each value, `▁` for the lowest to `█` for the highest, all `▅` when they are equal; `·` where there is none. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  const low = Math.min(...known);
  const range = Math.max(...known) - low;
  return values.map((value) => {
    if (value === undefined || !Number.isFinite(value)) return GAP;
    if (range === 0) return MIDDLE;
    return BLOCKS[Math.round((value - low) / range * (BLOCKS.length - 1))] ?? MIDDLE;
  }).join("");
}
