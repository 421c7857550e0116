/** One packet on its way out: what it is, what may happen to it, and how it ended. */
import type { Init } from "../link/messages.ts";
import { PortNum, RoutingError } from "../link/enums.ts";

/**
 * Who goes first: the people at our own node (`person`), an answer before an alert before an announcement; requests (traceroute) share
 * the answers' rank.
 */
export type OutgoingPriority = "person" | "reply" | "alert" | "announcement";

/** A MeshPacket that somebody else has written: it goes out as it is, but for the id when that must be another. */
export interface ForeignPacket {
  /** The id of the first try; its writer may not use it for another packet as long as this one has no end. */
  readonly id: number;
  /** The encoded MeshPacket under an id. */
  readonly bytes: (id: number) => Uint8Array;
  /** It was given to the node under this id. */
  readonly given: (id: number) => void;
}

/** A packet to send; the outbox adds id and sender. */
export interface Draft {
  readonly to: number;
  readonly channel: number;
  readonly portnum: number;
  readonly payload: Uint8Array;
  readonly priority: OutgoingPriority;
  /** MeshPacket.priority for our node's own queue; without it the node decides. */
  readonly meshPriority?: number;
  /** For whom it is sent: people take turns. */
  readonly person: number;
  /** Parts of one answer share this; after an outage an answer is kept or dropped as a whole. */
  readonly answerId: number;
  readonly wantAck: boolean;
  readonly wantResponse?: boolean;
  /** Undefined: the node's own hop limit. */
  readonly hopLimit?: number;
  /** Id of the message that this one answers; 0 or undefined for none. */
  readonly replyId?: number;
  /** Set for an answer to a verified direct message: it must never go out under a channel key. */
  readonly publicKey?: Uint8Array;
  /** Monotonic milliseconds after which it is not sent any more. */
  readonly expiresAtMs: number;
  /** The channel that the request came on: where an answer that cannot be encrypted may still be said. */
  readonly requestChannel?: number;
  /** For the log, e.g. `answer to /ping`. */
  readonly label: string;
  /** The packet itself where it is not the outbox that writes it; the fields above then only describe it. */
  readonly foreign?: ForeignPacket;
}

/**
 * How a packet ended. `delivered`: the recipient said so. `relayed`: a neighbour was heard repeating it, the recipient
 * said nothing. `unknown`: the node took it and nothing more was heard. `expired`: too late to be sent.
 */
export type Outcome =
  | { readonly kind: "delivered" }
  | { readonly kind: "relayed" }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string }
  | { readonly kind: "expired"; readonly reason: string };

/** The outcome in words. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case "delivered":
      return "delivered";
    case "relayed":
      return "relayed, not confirmed";
    default:
      return `${outcome.kind} (${outcome.reason})`;
  }
}

/** What the node's answer to a packet means for it. */
export type Verdict =
  | { readonly kind: "end"; readonly outcome: Outcome }
  /** The node did not send it: again under a new id after a pause. */
  | { readonly kind: "again"; readonly afterMs: number; readonly reason: string }
  /** Our node has no key for the recipient: once again when that is cured. */
  | { readonly kind: "missingKey" };

const QUEUE_FULL_PAUSE_MS = 5000;
const RATE_LIMIT_PAUSE_MS = 2500;
const DUTY_CYCLE_PAUSE_MS = 60_000;

// ErrorCode values of the firmware (RadioLibInterface, MeshTypes.h) that share the field `res` with Routing.Error.
const ERRNO_OK = 0;
const ERRNO_SHOULD_RELEASE = 35;
const ERRNO_QUEUE_FULL = 32;
const ERRNO_NO_INTERFACES = 33;
const ERRNO_DISABLED = 34;

/** What a QueueStatus `res` says about the packet that it names; undefined when the node took it. */
export function judgeQueueStatus(res: number): Verdict | undefined {
  switch (res) {
    case ERRNO_OK:
    case ERRNO_SHOULD_RELEASE:
      return undefined;
    case ERRNO_QUEUE_FULL:
      return { kind: "again", afterMs: QUEUE_FULL_PAUSE_MS, reason: "the node's send queue is full" };
    case ERRNO_NO_INTERFACES:
    case ERRNO_DISABLED:
      return { kind: "end", outcome: { kind: "failed", reason: "this node cannot transmit: set its region, switch transmitting on" } };
    default:
      return judgeRoutingError(res);
  }
}

/** What a Routing error about our packet means. */
export function judgeRoutingError(error: number): Verdict {
  switch (error) {
    case RoutingError.RATE_LIMIT_EXCEEDED:
      return { kind: "again", afterMs: RATE_LIMIT_PAUSE_MS, reason: "the node limits how often we may send" };
    case RoutingError.DUTY_CYCLE_LIMIT:
      return { kind: "again", afterMs: DUTY_CYCLE_PAUSE_MS, reason: "the node has used up its legal share of air time" };
    case RoutingError.MAX_RETRANSMIT:
      return { kind: "end", outcome: { kind: "failed", reason: "no acknowledgement after the node's own three tries" } };
    case RoutingError.TOO_LARGE:
      return { kind: "end", outcome: { kind: "failed", reason: "longer than the radio can carry" } };
    case RoutingError.PKI_SEND_FAIL_PUBLIC_KEY:
      return { kind: "missingKey" };
    default: {
      const name = Object.entries(RoutingError).find(([, value]) => value === error)?.[0] ?? `error ${error}`;
      return { kind: "end", outcome: { kind: "failed", reason: name } };
    }
  }
}

/**
 * What the firmware lets one client send of a kind in a given time (PhoneAPI.cpp); milliseconds from the node's report on one to the
 * next. The node takes its own time before it reports, so no jitter of the network can bring two of ours too close together there.
 */
export function minGapMs(portnum: number): number {
  switch (portnum) {
    case PortNum.TEXT_MESSAGE_APP:
      // 2 s at the node, and a little because its clock and ours do not run alike.
      return 2010;
    case PortNum.TRACEROUTE_APP:
      return 30_500;
    case PortNum.POSITION_APP:
    case PortNum.WAYPOINT_APP:
    case PortNum.ALERT_APP:
    case PortNum.TELEMETRY_APP:
      return 10_200;
    default:
      return 0;
  }
}

/** The MeshPacket of a draft. `from` is our own number: only then are the node's refusals addressed to us. */
export function packetOf(draft: Draft, id: number, from: number, defaultHopLimit: number): Init<"MeshPacket"> {
  return {
    from,
    to: draft.to,
    channel: draft.publicKey === undefined ? draft.channel : 0,
    id,
    wantAck: draft.wantAck,
    hopLimit: draft.hopLimit ?? defaultHopLimit,
    ...(draft.meshPriority === undefined ? {} : { priority: draft.meshPriority }),
    ...(draft.publicKey === undefined ? {} : { pkiEncrypted: true, publicKey: draft.publicKey }),
    payloadVariant: {
      case: "decoded",
      value: {
        portnum: draft.portnum,
        payload: draft.payload,
        wantResponse: draft.wantResponse ?? false,
        replyId: draft.replyId ?? 0,
      },
    },
  };
}
