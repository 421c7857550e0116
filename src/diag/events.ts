/** What happens on the link that is looked at: the tally counts these, and each is one line for whoever watches. */
import type { EndCause } from "../link/connection.ts";
import { describeCause } from "../link/connection.ts";
import { formatNodeId } from "../node_id.ts";
import type { DialOutcome } from "./path.ts";
import { portName } from "./port_names.ts";
import { formatMs, oneLine } from "./words.ts";

/** What a question to the node was. Firmware before 2.7.4 answers no heartbeat, and every firmware answers `config`. */
export type ProbeKind = "heartbeat" | "config";

/** One thing that happened; durations in milliseconds. */
export type DiagEvent =
  | { readonly type: "connected"; readonly address: string; readonly tookMs: number }
  | { readonly type: "dialFailed"; readonly address: string; readonly outcome: DialOutcome; readonly error: string }
  | { readonly type: "ready"; readonly node: NodeIdentity; readonly messages: number; readonly tookMs: number; readonly restarted: boolean }
  | { readonly type: "lost"; readonly cause: EndCause; readonly readyForMs: number | undefined }
  | { readonly type: "waiting"; readonly ms: number; readonly reason: string }
  | {
    readonly type: "packet";
    readonly number: number;
    /** Undefined when the node could not decrypt it. */
    readonly portnum: number | undefined;
    readonly from: number;
    readonly lengthBytes: number;
  }
  | { readonly type: "asked"; readonly kind: ProbeKind }
  | { readonly type: "answered"; readonly kind: ProbeKind; readonly tookMs: number }
  | { readonly type: "unanswered"; readonly kind: ProbeKind; readonly afterMs: number }
  | { readonly type: "otherReader" }
  | { readonly type: "note"; readonly text: string };

/** Who the node is, as its handshake told. */
export interface NodeIdentity {
  readonly nodeNum: number;
  readonly firmwareVersion: string | undefined;
}

/** The event in one line. */
export function eventText(event: DiagEvent): string {
  switch (event.type) {
    case "connected":
      return `TCP connected to ${event.address} in ${formatMs(event.tookMs)}`;
    case "dialFailed":
      return `no TCP connection to ${event.address}: ${event.outcome === "failed" ? "" : `${event.outcome}; `}${oneLine(event.error)}`;
    case "ready":
      return `ready: ${nodeText(event.node)}; handshake of ${event.messages} messages in ${formatMs(event.tookMs)}${
        event.restarted ? "; the node has restarted meanwhile" : ""
      }`;
    case "lost":
      return `connection lost ${event.readyForMs === undefined ? "before it was ready" : `after ${formatMs(event.readyForMs)}`}: ${
        oneLine(describeCause(event.cause))
      }`;
    case "waiting":
      return `waiting ${formatMs(event.ms)} before the next try: ${oneLine(event.reason)}`;
    case "packet":
      return `packet ${event.number}: ${portName(event.portnum)} from ${formatNodeId(event.from)}, ${event.lengthBytes} bytes`;
    case "asked":
      return event.kind === "heartbeat" ? "heartbeat sent" : "asked for the configuration, which every firmware answers";
    case "answered":
      return `${event.kind === "heartbeat" ? "heartbeat" : "question"} answered in ${formatMs(event.tookMs)}`;
    case "unanswered":
      return `no answer to the ${event.kind === "heartbeat" ? "heartbeat" : "question"} within ${formatMs(event.afterMs)}`;
    case "otherReader":
      return "another program reads from the same node over its web page, USB or Bluetooth, and takes packets out of the same queue";
    case "note":
      return oneLine(event.text);
  }
}

/** `!a1b2c3d4, firmware 2.7.26`. */
export function nodeText({ nodeNum, firmwareVersion }: NodeIdentity): string {
  return `${formatNodeId(nodeNum)}, firmware ${oneLine(firmwareVersion ?? "unknown").slice(0, 40)}`;
}
