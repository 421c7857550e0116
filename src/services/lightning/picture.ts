/** What the strikes of a window come to. */
import { bearingDeg, type CompassPoint, compassPoint, distanceM } from "../../geo.ts";
import type { Spot } from "./spot.ts";
import type { KeptStrike } from "./strikes.ts";
import { type Trend, trendOf } from "./trend.ts";

/** The strike that was nearest. */
export interface Nearest {
  readonly distanceM: number;
  readonly direction: CompassPoint;
  readonly atMs: number;
}

/** A window at one moment. */
export interface Picture {
  readonly count: number;
  /** Undefined without strikes. */
  readonly nearest: Nearest | undefined;
  readonly trend: Trend | undefined;
}

/** What a picture is made from. */
export interface View {
  readonly strikes: readonly KeptStrike[];
  /** At least as many as there are strikes. */
  readonly count: number;
  /** Unknown: the strikes are only counted. */
  readonly from: Spot | undefined;
  readonly nowMs: number;
  readonly windowMs: number;
}

/** The strikes of a window as seen from a place. */
export function pictureOf({ strikes, count, from, nowMs, windowMs }: View): Picture {
  if (from === undefined) return { count, nearest: undefined, trend: undefined };
  const seen = strikes.map((strike) => ({ strike, ageMs: nowMs - strike.atMs, distanceM: distanceM(from, strike) }));
  const [first] = seen.toSorted((a, b) => a.distanceM - b.distanceM);
  const nearest = first && {
    distanceM: first.distanceM,
    direction: compassPoint(bearingDeg(from, first.strike)),
    atMs: first.strike.atMs,
  };
  return { count, nearest, trend: trendOf(seen, windowMs) };
}
