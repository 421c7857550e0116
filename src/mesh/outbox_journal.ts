/** What the outbox writes down so that no answer is lost or doubled when the program dies. Types, and how a draft is kept. */
import type { Clock } from "../clock.ts";
import type { Draft, Outcome } from "./outgoing.ts";

/** Who sent a message, and its id: what makes it the same one. */
export interface RequestKey {
  readonly from: number;
  readonly id: number;
}

/** One packet to send, as it is kept. */
export interface KeptDraft {
  /** The packet's id at its first try. */
  readonly packetId: number;
  readonly to: number;
  readonly channel: number;
  readonly portnum: number;
  readonly payload: Uint8Array;
  readonly priority: Draft["priority"];
  readonly person: number;
  readonly answerId: number;
  readonly wantAck: boolean;
  readonly wantResponse: boolean;
  readonly hopLimit: number | undefined;
  readonly replyId: number;
  readonly publicKey: Uint8Array | undefined;
  readonly requestChannel: number | undefined;
  /** Milliseconds that it may wait before its first try, counted from when it was kept. */
  readonly expiresInMs: number;
  readonly label: string;
}

/** A packet without an end, from before the program's start. */
export interface OpenDraft extends KeptDraft {
  readonly number: number;
  /** `queued`: never given to the node under this id. `sent`: given once, end unknown. `repeated`: given twice under this id. */
  readonly state: "queued" | "sent" | "repeated";
  readonly tries: number;
  /** Milliseconds since it was kept; undefined when no clock can tell. */
  readonly ageMs: number | undefined;
  /** Milliseconds since it was first given to the node; undefined when it was not, or when no clock can tell. */
  readonly sentAgeMs: number | undefined;
}

/** Where the outbox writes it down: each call is on file when it returns. */
export interface OutboxJournal {
  /** Keeps the parts of an answer and, in the same step, that the request is answered. Gives a number for each, in order. */
  queued(drafts: readonly KeptDraft[], request: RequestKey | undefined): readonly number[];
  /** It goes to the node now, for the first time under its id. */
  sending(number: number): void;
  /** The node did not send it; it will be tried under this id. */
  renewed(number: number, packetId: number): void;
  /** Nobody knows whether it went out; it goes to the node now once more under the same id. */
  repeating(number: number): void;
  outcome(number: number, outcome: Outcome["kind"]): void;
}

/** A draft as it is kept. */
export function keptDraft(draft: Draft, packetId: number, clock: Clock): KeptDraft {
  return {
    packetId,
    to: draft.to,
    channel: draft.channel,
    portnum: draft.portnum,
    payload: draft.payload,
    priority: draft.priority,
    person: draft.person,
    answerId: draft.answerId,
    wantAck: draft.wantAck,
    wantResponse: draft.wantResponse ?? false,
    hopLimit: draft.hopLimit,
    replyId: draft.replyId ?? 0,
    publicKey: draft.publicKey,
    requestChannel: draft.requestChannel,
    expiresInMs: Math.max(0, Math.round(draft.expiresAtMs - clock.nowMs())),
    label: draft.label,
  };
}

/** The draft that was kept; it may be sent for `leftMs` more milliseconds. */
export function draftOf(kept: KeptDraft, leftMs: number, clock: Clock): Draft {
  const { hopLimit, publicKey, requestChannel } = kept;
  return {
    to: kept.to,
    channel: kept.channel,
    portnum: kept.portnum,
    payload: kept.payload,
    priority: kept.priority,
    person: kept.person,
    answerId: kept.answerId,
    wantAck: kept.wantAck,
    wantResponse: kept.wantResponse,
    replyId: kept.replyId,
    expiresAtMs: clock.nowMs() + leftMs,
    label: kept.label,
    ...(hopLimit === undefined ? {} : { hopLimit }),
    ...(publicKey === undefined ? {} : { publicKey }),
    ...(requestChannel === undefined ? {} : { requestChannel }),
  };
}
