/** What a part of the program watches and may raise an alert about. Types only. */

/**
 * How something stands now. Whoever watches reports the same thing as often as it likes; what has been said already is not said again.
 */
export interface Condition {
  /** What it is about, for good, e.g. `vigilance` or `remote tigrog2 reach`. */
  readonly key: string;
  /**
   * What holds now, e.g. `["orange", "wind"]`; empty when nothing does. A fact that was not said before is an alert; one that is gone
   * while others hold is not; none at all after some were said is the end.
   */
  readonly facts: readonly string[];
  /** What the mesh reads: of what holds or, without facts, of its end. At most 200 bytes. */
  readonly text: string;
  /** It passes the quiet hours. */
  readonly urgent?: boolean;
}

/** Takes a condition; returns at once and never throws. */
export type Report = (condition: Condition) => void;
