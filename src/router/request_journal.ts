/** Where requests are noted before anything else is done with them, so that each is answered exactly once, over crashes too. */

/** A message that is a command, as it came. */
export interface NotedRequest {
  readonly from: number;
  readonly id: number;
  readonly to: number;
  readonly channel: number;
  /** The node's own time of reception, seconds since 1970; 0 when its clock was never set. */
  readonly rxTimeS: number;
  /** The encoded MeshPacket, to run the command again from. */
  readonly raw: Uint8Array;
}

/** How a request ended without an answer: nothing was to be said, the asker was refused, it was too old, or it could not be served. */
export type RequestEnd = "ignored" | "refused" | "late" | "failed";

/** Notes requests; each call is on file when it returns. That a request is answered is noted with the answer, in the outbox. */
export interface RequestJournal {
  /** `known`: the same one came within the last 24 hours, over restarts too. */
  received(request: NotedRequest): "new" | "known";
  ended(request: { readonly from: number; readonly id: number }, how: RequestEnd): void;
}
