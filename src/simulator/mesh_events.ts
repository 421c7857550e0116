/** What can be observed of the simulated mesh. */

/** A text in the air, whoever sent it; each message once, however often it is sent. */
export interface AirText {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly from: number;
  /** 0xFFFFFFFF for a channel. */
  readonly to: number;
  readonly channel: number;
  readonly text: string;
  readonly bytes: number;
  readonly id: number;
  /** 0 when it answers no message. */
  readonly replyId: number;
}

/** What became of a text: once for each that asked for an acknowledgement. */
export interface AirDelivery {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly id: number;
  readonly from: number;
  readonly to: number;
  /** `delivered`: the recipient has it; `relayed`: a neighbour repeated it, more is not known; `failed`: neither. */
  readonly delivery: "delivered" | "relayed" | "failed";
  /** The name of the `Routing.Error` of a failed one. */
  readonly reason?: string;
}

/** The events of a mesh. */
export interface MeshEvents {
  readonly text: AirText;
  readonly delivery: AirDelivery;
}
