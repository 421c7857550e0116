/** Places on the simulated map: flat enough for a town and its surroundings. */

/** Degrees. */
export interface MapPlace {
  readonly latitude: number;
  readonly longitude: number;
}

/** Where the simulated node stands. */
export const CENTRE: MapPlace = { latitude: 48.8566, longitude: 2.3522 };

const METRES_PER_DEGREE = 111_195;

/** The place so many metres north and east of another. */
export function offset(from: MapPlace, northM: number, eastM: number): MapPlace {
  return {
    latitude: from.latitude + northM / METRES_PER_DEGREE,
    longitude: from.longitude + eastM / (METRES_PER_DEGREE * Math.cos(from.latitude * Math.PI / 180)),
  };
}

/** Metres between two places. */
export function metresBetween(a: MapPlace, b: MapPlace): number {
  const northM = (b.latitude - a.latitude) * METRES_PER_DEGREE;
  const eastM = (b.longitude - a.longitude) * METRES_PER_DEGREE * Math.cos(a.latitude * Math.PI / 180);
  return Math.hypot(northM, eastM);
}

/** A coordinate as `latitude_i` or `longitude_i`, of which only the first `bits` bits are true (PositionPrecision.cpp). */
export function blurred(degrees: number, bits: number): number {
  const exact = Math.round(degrees * 1e7) | 0;
  if (bits >= 32) return exact;
  // The middle of the cell, not its corner.
  return ((exact & (-1 << (32 - bits))) + (1 << (31 - bits))) | 0;
}
