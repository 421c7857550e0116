/** Packets by the hour as the columns of a curve. */
import type { HourSum, Span } from "../../store/questions.ts";

const HOUR_MS = 3_600_000;
// A column with less of its time behind it says nothing, and joins its neighbour.
const LEAST_SHARE = 0.25;

interface Column {
  packets: number;
  coveredMs: number;
}

/**
 * Packets per hour, at most `columns` values, oldest first. The first and the last hour are counted for as long as they belong to the
 * span, so that neither looks quiet for being short.
 */
export function hourColumns(hours: readonly HourSum[], { fromMs, toMs }: Span, columns: number): number[] {
  const hoursEach = Math.max(1, Math.ceil((toMs - fromMs) / HOUR_MS / columns));
  const built: Column[] = [];
  // From the end, so that all but the oldest have the same number of hours.
  for (let end = hours.length; end > 0; end -= hoursEach) {
    const column = { packets: 0, coveredMs: 0 };
    for (const { startMs, packets } of hours.slice(Math.max(0, end - hoursEach), end)) {
      column.packets += packets;
      column.coveredMs += Math.max(0, Math.min(startMs + HOUR_MS, toMs) - Math.max(startMs, fromMs));
    }
    built.unshift(column);
  }
  joinShort(built, LEAST_SHARE * hoursEach * HOUR_MS);
  while (built.length > columns) join(built, 0, 1);
  return built.map(({ packets, coveredMs }) => coveredMs === 0 ? 0 : packets * HOUR_MS / coveredMs);
}

function joinShort(columns: Column[], leastMs: number): void {
  if (columns.length > 1 && (columns[0]?.coveredMs ?? 0) < leastMs) join(columns, 0, 1);
  if (columns.length > 1 && (columns.at(-1)?.coveredMs ?? 0) < leastMs) join(columns, columns.length - 2, columns.length - 1);
}

function join(columns: Column[], first: number, second: number): void {
  const [a, b] = [columns[first], columns[second]];
  if (a === undefined || b === undefined) return;
  columns.splice(first, 2, { packets: a.packets + b.packets, coveredMs: a.coveredMs + b.coveredMs });
}

/** `↗` when the later half is busier than the earlier one by a tenth at least, `↘` when it is less busy by as much, else `→`. */
export function trendOf(columns: readonly number[]): "↗" | "↘" | "→" {
  const half = Math.floor(columns.length / 2);
  const [early, late] = [mean(columns.slice(0, half)), mean(columns.slice(columns.length - half))];
  if (late > early * 1.1) return "↗";
  return late < early * 0.9 ? "↘" : "→";
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
