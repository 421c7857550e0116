/** What must hold all the time. */

/** One invariant and how it stands. */
export interface Standing {
  readonly name: string;
  /** What it was judged from, for people. */
  readonly seen: string;
  /** One story for each time that it broke. */
  readonly broken: readonly string[];
}
