/** One packet in the outbox, from its queueing to its end. */
import type { Clock, Timer } from "../clock.ts";
import { draftOf, type OpenDraft } from "./outbox_journal.ts";
import type { Draft, Outcome } from "./outgoing.ts";
import type { Waiting } from "./send_queue.ts";

/** A packet that may have gone out is sent again within this time or never: later its text is no answer any more. */
export const RESEND_WITHIN_MS = 300_000;
/** The node keeps ACKs that came while we were away and delivers them first: they may spare the resend. */
export const LATE_ACK_PAUSE_MS = 3000;

/** One packet, and how far it has come. */
export interface Entry extends Waiting {
  readonly outcome: Promise<Outcome>;
  readonly resolve: (outcome: Outcome) => void;
  /** Its number in the journal; undefined for what is not kept. */
  readonly number: number | undefined;
  id: number;
  tries: number;
  notBeforeMs: number;
  firstSentAtMs: number | undefined;
  /** Sent once with an unknown end: goes out again with the same id, and only once. */
  repeated: boolean;
  keyCured: boolean;
  state: "queued" | "sent" | "accepted" | "relayed" | "ended";
  timer: Timer | undefined;
}

/** A packet that nobody has sent yet. */
export function newEntry(draft: Draft, its: Pick<Entry, "order" | "id" | "number">): Entry {
  const { promise: outcome, resolve } = Promise.withResolvers<Outcome>();
  return {
    ...its,
    draft,
    outcome,
    resolve,
    tries: 0,
    notBeforeMs: 0,
    firstSentAtMs: undefined,
    repeated: false,
    keyCured: false,
    state: "queued",
    timer: undefined,
  };
}

/**
 * What an earlier run of the program left, and its end if it is one. What may have gone out goes once more under the same id with the
 * same bytes, at most 5 minutes after its first try: every node drops the double. What is too old, or of unknown age, is ended.
 */
export function keptEntry(kept: OpenDraft, order: number, clock: Clock): { readonly entry: Entry; readonly end: Outcome | undefined } {
  const sent = kept.state !== "queued";
  const ageMs = sent ? kept.sentAgeMs : kept.ageMs;
  const leftMs = ageMs === undefined ? 0 : (sent ? RESEND_WITHIN_MS : kept.expiresInMs) - ageMs;
  const entry = newEntry(draftOf(kept, leftMs, clock), { order, id: kept.packetId, number: kept.number });
  entry.tries = kept.tries;
  if (sent) {
    const nowMs = clock.nowMs();
    entry.repeated = true;
    entry.notBeforeMs = nowMs + LATE_ACK_PAUSE_MS;
    entry.firstSentAtMs = nowMs - (ageMs ?? 0);
  }
  if (kept.state === "repeated") return { entry, end: { kind: "unknown", reason: "it was sent twice before the bot was restarted" } };
  if (leftMs > 0) return { entry, end: undefined };
  if (sent) return { entry, end: { kind: "unknown", reason: "the bot was restarted too late to send it again" } };
  return { entry, end: { kind: "expired", reason: "the bot was restarted too late to send it" } };
}
