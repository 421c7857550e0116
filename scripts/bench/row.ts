/** A measurement with the letter of its figure, and its place in the baseline. */
import type { Measurement } from "./figure.ts";

/** One row of the bench. */
export interface Row extends Measurement {
  readonly letter: string;
}

/** The name of the row in the baseline: another rival makes it another ratio. */
export function ratioKey({ letter, what, rival }: Row): string {
  return `${letter} ${what} / ${rival?.name ?? "nobody"}`;
}
