/** Distance, bearing and the text form of places. */
import type { Place } from "./mesh/node_db.ts";

/** One of eight directions; English letters, translated by the sentences. */
export type CompassPoint = "N" | "NE" | "E" | "SE" | "S" | "SW" | "W" | "NW";

const POINTS: readonly CompassPoint[] = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];
const EARTH_RADIUS_M = 6_371_000;

// Below this many kept bits a coordinate is off by more than 300 m: it must not look exact.
const EXACT_BITS = 16;

/** Great-circle distance in metres (haversine). */
export function distanceM(from: Place, to: Place): number {
  const latitudes = Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude));
  const halfNorth = Math.sin(radians(to.latitude - from.latitude) / 2);
  const halfEast = Math.sin(radians(to.longitude - from.longitude) / 2);
  const chord = halfNorth * halfNorth + latitudes * halfEast * halfEast;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** The direction in which to leave `from` for `to`, in degrees clockwise from north, 0 ≤ bearing < 360. */
export function bearingDeg(from: Place, to: Place): number {
  const east = radians(to.longitude - from.longitude);
  const y = Math.sin(east) * Math.cos(radians(to.latitude));
  const x = Math.cos(radians(from.latitude)) * Math.sin(radians(to.latitude)) -
    Math.sin(radians(from.latitude)) * Math.cos(radians(to.latitude)) * Math.cos(east);
  return (Math.atan2(y, x) * 180 / Math.PI + 360) % 360;
}

/** The nearest of the eight directions. */
export function compassPoint(degrees: number): CompassPoint {
  const index = ((Math.round(degrees / 45) % POINTS.length) + POINTS.length) % POINTS.length;
  return POINTS[index] as CompassPoint;
}

/** True when the sender has blurred the coordinates. */
export function isApproximate(place: Place): boolean {
  return place.precisionBits !== undefined && place.precisionBits < EXACT_BITS;
}

/** `48.83,2.36`: never finer than 0.01°, about a kilometre; `~` in front when the sender has blurred it further. */
export function formatPlace(place: Place): string {
  return `${isApproximate(place) ? "~" : ""}${hundredths(place.latitude)},${hundredths(place.longitude)}`;
}

function hundredths(degrees: number): string {
  // Adding zero turns the -0 of a place just south or west of a zero line into 0.
  return (Math.round(degrees * 100) / 100 + 0).toFixed(2);
}

function radians(degrees: number): number {
  return degrees * Math.PI / 180;
}
