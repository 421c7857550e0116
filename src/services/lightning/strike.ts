/** A strike of lightning as the relay tells it. */
import { ServiceError } from "../../errors.ts";
import type { Spot } from "./spot.ts";

/** One strike. */
export interface Strike extends Spot {
  /** The same for the same strike: its exact time and place. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly atWallMs: number;
}

// Nanoseconds since 1970 take 19 digits until the year 2286.
const NANOSECONDS = /^\d{7,25}$/;
const MILLISECOND_DIGITS = 6;

/** Reads one message. Throws ServiceError when it is not a strike, with what was missing. */
export function parseStrike(text: string): Strike {
  const { time, lat, lon } = readObject(text);
  if (typeof time !== "string" || !NANOSECONDS.test(time)) throw unreadable("no time in nanoseconds");
  if (!isDegrees(lat, 90)) throw unreadable("no latitude");
  if (!isDegrees(lon, 180)) throw unreadable("no longitude");
  // A number of 19 digits has lost its last ones: the digits themselves are cut instead.
  return { id: `${time},${lat},${lon}`, atWallMs: Number(time.slice(0, -MILLISECOND_DIGITS)), latitude: lat, longitude: lon };
}

interface Fields {
  readonly time?: unknown;
  readonly lat?: unknown;
  readonly lon?: unknown;
}

function readObject(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text, keepDigits);
  } catch (error) {
    throw new ServiceError("unreadable", "the strike cannot be read: no JSON", { cause: error });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable("no object");
  return value;
}

/** A time stays as it was written. */
function keepDigits(this: unknown, key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return key === "time" && typeof value === "number" ? context?.source : value;
}

function isDegrees(value: unknown, most: number): value is number {
  return typeof value === "number" && Math.abs(value) <= most;
}

function unreadable(missing: string): ServiceError {
  return new ServiceError("unreadable", `the strike cannot be read: ${missing}`);
}
