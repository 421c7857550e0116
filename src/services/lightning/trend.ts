/** Whether the lightning comes or goes. */

/** One strike as the trend sees it. */
export interface SeenStrike {
  readonly ageMs: number;
  readonly distanceM: number;
}

/** What the distances did. */
export type Trend = "approaching" | "leaving";

const MIN_STRIKES = 3;
const MIN_CHANGE_M = 1000;
const MIN_CHANGE_SHARE = 0.1;

interface Spread {
  readonly mean: number;
  /** Of the mean: how far chance moves it. */
  readonly errorSquared: number;
}

/**
 * Compares the mean distance in the older and in the newer half of the window. Undefined when a half has fewer than 3 strikes, or when the
 * change is less than a kilometre, a tenth, or twice what chance does: a storm is many kilometres wide.
 */
export function trendOf(strikes: readonly SeenStrike[], windowMs: number): Trend | undefined {
  const isOlder = ({ ageMs }: SeenStrike) => ageMs > windowMs / 2;
  const older = spreadOf(strikes.filter(isOlder));
  const newer = spreadOf(strikes.filter((strike) => !isOlder(strike)));
  if (older === undefined || newer === undefined) return undefined;
  const change = newer.mean - older.mean;
  const chance = 2 * Math.sqrt(older.errorSquared + newer.errorSquared);
  if (Math.abs(change) < Math.max(MIN_CHANGE_M, MIN_CHANGE_SHARE * older.mean, chance)) return undefined;
  return change < 0 ? "approaching" : "leaving";
}

function spreadOf(strikes: readonly SeenStrike[]): Spread | undefined {
  const count = strikes.length;
  if (count < MIN_STRIKES) return undefined;
  const mean = strikes.reduce((sum, { distanceM }) => sum + distanceM, 0) / count;
  const squares = strikes.reduce((sum, { distanceM }) => sum + (distanceM - mean) ** 2, 0);
  return { mean, errorSquared: squares / (count - 1) / count };
}
