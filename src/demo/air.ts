/** What goes over the demo's air, as events that a report can show and a script can wait for. */

/** A text that was put on the air. */
export interface AirText {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  readonly channel: number;
  readonly text: string;
  /** UTF-8 bytes of the text. */
  readonly bytes: number;
  readonly id: number;
  /** The message that it answers; 0 for none. */
  readonly replyId: number;
}

/** How a text that somebody followed has ended. */
export interface AirDelivery {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  readonly id: number;
  /** `delivered`, `relayed`, `failed`, `unknown` or `expired`. */
  readonly delivery: string;
  /** Why, when it did not arrive. */
  readonly reason?: string;
}
