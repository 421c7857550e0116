/** Mistakes that change nothing that anybody can see: no test can find them, so another one is drawn in their place. */

/** One of them, and why nobody can tell it from the original. */
export interface Equivalent {
  readonly file: string;
  /** The line as it stands, and as the mistake makes it; without the white space around them. */
  readonly line: string;
  readonly becomes: string;
  readonly reason: string;
}

/** All that are known. */
export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: "src/link/frame.ts",
    line: "for (let inner = data.indexOf(START1, at + 2); inner >= 0 && inner < end; inner = data.indexOf(START1, inner + 1)) {",
    becomes: "for (let inner = data.indexOf(START1, at + 2); inner >= 1 && inner < end; inner = data.indexOf(START1, inner + 1)) {",
    reason: "the search begins at 2: what it finds is never at 0",
  },
];
