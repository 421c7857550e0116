/** What the station measured over the last days. */

/** One value at its time, milliseconds since 1970. */
export interface HistoryPoint {
  readonly atWallMs: number;
  readonly value: number;
}

/** Where the readings are kept; neither of the two throws. */
export interface StationHistory {
  /** Keeps the values of one reading, by the sensor's object id. */
  add(atWallMs: number, values: ReadonlyMap<string, number>): void;
  /** What is kept of a sensor from `fromWallMs` to `toWallMs`, both included, oldest first. */
  between(sensorId: string, fromWallMs: number, toWallMs: number): readonly HistoryPoint[];
}

const KEPT_MS = 48 * 3_600_000;
const BUCKET_MS = 5 * 60_000;

/** A history in memory: 48 hours, and of every 5 minutes the last value. */
export function createMemoryHistory(): StationHistory {
  const points = new Map<string, HistoryPoint[]>();
  return {
    add(atWallMs, values) {
      for (const [sensorId, value] of values) {
        const kept = points.get(sensorId) ?? [];
        points.set(sensorId, kept);
        append(kept, { atWallMs, value });
      }
    },
    between(sensorId, fromWallMs, toWallMs) {
      return (points.get(sensorId) ?? []).filter(({ atWallMs }) => atWallMs >= fromWallMs && atWallMs <= toWallMs);
    },
  };
}

function append(kept: HistoryPoint[], point: HistoryPoint): void {
  // Later points mean that the clock has been set back: their times are still to come, and would push out what is true.
  for (let last = kept.at(-1); last !== undefined && last.atWallMs > point.atWallMs; last = kept.at(-1)) kept.pop();
  const last = kept.at(-1);
  if (last !== undefined && bucketOf(last) === bucketOf(point)) kept.pop();
  kept.push(point);
  const oldestMs = point.atWallMs - KEPT_MS;
  const firstKept = kept.findIndex(({ atWallMs }) => atWallMs >= oldestMs);
  if (firstKept > 0) kept.splice(0, firstKept);
}

function bucketOf({ atWallMs }: HistoryPoint): number {
  return Math.floor(atWallMs / BUCKET_MS);
}
