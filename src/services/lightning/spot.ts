/** A point on the ground. */

/** Degrees north and east. */
export interface Spot {
  readonly latitude: number;
  readonly longitude: number;
}
