/** An answer on its way out: addressed from the message that it answers, cut into parts, queued. */
import type { Clock } from "../clock.ts";
import { PortNum } from "../link/enums.ts";
import { BROADCAST_NUM } from "../node_id.ts";
import { replyHopLimit } from "./hop_limit.ts";
import type { OutgoingPriority } from "./outgoing.ts";
import type { Outbox, Ticket } from "./outbox.ts";
import type { TextMessage } from "./packet.ts";
import type { Parked } from "./parked.ts";
import { bodyOf, splitText, textLimitBytes } from "./text.ts";

const REPLY_EXPIRES_MS = 600_000;

/** What is to be said, and to whom. */
export interface Answer {
  readonly request: TextMessage;
  readonly text: string;
  /** `asker`: a direct message. Otherwise the index of the channel to say it on. */
  readonly to: "asker" | number;
  /** For the log, e.g. `answer to /ping`. */
  readonly label: string;
}

/** What answering needs. */
export interface AnswerOptions {
  readonly clock: Clock;
  readonly outbox: Outbox;
  /** The longest part in bytes that the configuration allows; the radio's own limits hold besides. */
  readonly messageBytes: number;
  /** Our node's own hop limit. */
  readonly hopLimit: () => number;
  /** How many parts may go out now; the rest waits for /more. */
  readonly maxParts: () => number;
  readonly parked: Parked;
}

const encoder = new TextEncoder();
const REPLY: OutgoingPriority = "reply";

/**
 * Queues an answer; returns the ticket of each part. An answer to a verified direct message carries the asker's key, so
 * that it can never go out under a channel key.
 */
export function queueAnswer(answer: Answer, options: AnswerOptions): Ticket[] {
  const { request } = answer;
  const direct = answer.to === "asker";
  // The node encrypts a direct message for the recipient's key whenever it knows one, so its limit is the lower one.
  const limitBytes = Math.min(
    options.messageBytes,
    textLimitBytes({ direct, pki: direct, reply: direct || request.channel === answer.to }),
  );
  const hopLimit = direct ? replyHopLimit(request, options.hopLimit()) : options.hopLimit();
  const sameChannel = !direct && request.to === BROADCAST_NUM && request.channel === answer.to;
  const parts = splitText(answer.text, { maxBytes: limitBytes });
  const sendable = parts.slice(0, options.maxParts());
  if (sendable.length < parts.length) options.parked.keep(request.from, restOf(answer.text, parts, sendable.length));
  const drafts = sendable.map((part) => ({
    to: direct ? request.from : BROADCAST_NUM,
    channel: direct ? request.channel : answer.to as number,
    portnum: PortNum.TEXT_MESSAGE_APP,
    payload: encoder.encode(part),
    priority: REPLY,
    person: request.from,
    answerId: request.id,
    // The firmware puts its own default in the place of hop limit 0 when an ACK is wanted.
    wantAck: hopLimit > 0,
    hopLimit,
    replyId: direct || sameChannel ? request.id : 0,
    ...(direct && request.pkiEncrypted && request.publicKey.length > 0 ? { publicKey: request.publicKey } : {}),
    expiresAtMs: options.clock.nowMs() + REPLY_EXPIRES_MS,
    ...(direct && request.to === BROADCAST_NUM ? { requestChannel: request.channel } : {}),
    label: answer.label,
  }));
  return options.outbox.enqueueAll(drafts, request);
}

/** The text behind the first `count` parts. */
function restOf(text: string, parts: readonly string[], count: number): string {
  const said = parts.slice(0, count).reduce((length, _part, index) => length + bodyOf(parts, index).length, 0);
  return text.toWellFormed().slice(said).trimStart();
}
