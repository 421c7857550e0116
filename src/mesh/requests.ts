/** Questions to the mesh that are answered later, matched by the id of the packet that asked. */
import type { Clock } from "../clock.ts";
import { NoAnswerError, TimeLimitError } from "../errors.ts";
import { PortNum } from "../link/enums.ts";
import { encode } from "../link/codec.ts";
import type { RouteDiscovery } from "../link/messages.ts";
import { formatNodeId } from "../node_id.ts";
import type { Draft, Outcome } from "./outgoing.ts";
import { describeOutcome } from "./outgoing.ts";
import type { Ticket } from "./outbox.ts";
import type { Incoming } from "./packet.ts";

/** One stretch of a route: the node that heard it, and how well. */
export interface RouteHop {
  readonly nodeNum: number;
  /** dB; undefined when that node did not say. */
  readonly snr: number | undefined;
}

/** A traceroute's answer. */
export interface TracerouteResult {
  readonly target: number;
  /** The nodes that heard the question, in order, the target last. */
  readonly towards: readonly RouteHop[];
  /** The nodes that heard the answer, in order, our own node last; empty when the answer does not tell. */
  readonly back: readonly RouteHop[];
}

/** The narrow door for packets that ask the mesh a question. */
export interface MeshRequests {
  /**
   * Asks for the route to a node and back. Rejects with TimeLimitError when no answer came, with NoAnswerError when none
   * can come, or with the reason of the abort. The node sends one traceroute in 30 s; a question waits for its turn.
   */
  traceroute(target: number, options: { readonly signal: AbortSignal }): Promise<TracerouteResult>;
}

// The node's pause of 30 s between two traceroutes, and half a minute for the way there and back.
const TRACEROUTE_LIMIT_MS = 70_000;

// What a relay writes when it does not know its SNR (firmware, TraceRouteModule.cpp: INT8_MIN).
const SNR_UNKNOWN = -128;

interface Question {
  readonly target: number;
  readonly ticket: Ticket;
  readonly resolve: (route: RouteDiscovery) => void;
}

/** What the questions need. */
export interface RequestsOptions {
  readonly clock: Clock;
  readonly enqueue: (draft: Draft) => Ticket;
  /** A question was answered: the packet that asked is delivered. */
  readonly answered: (requestId: number) => void;
  /** Our own node's number; undefined before the first handshake. */
  readonly ownNum: () => number | undefined;
}

/** The questions that are open, and the door through which new ones come. */
export class Requests implements MeshRequests {
  readonly #options: RequestsOptions;
  readonly #open = new Set<Question>();

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  async traceroute(target: number, { signal }: { readonly signal: AbortSignal }): Promise<TracerouteResult> {
    signal.throwIfAborted();
    const { clock, enqueue } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<RouteDiscovery>();
    const ticket = enqueue({
      to: target,
      channel: 0,
      portnum: PortNum.TRACEROUTE_APP,
      payload: encode("RouteDiscovery", {}),
      priority: "reply",
      person: target,
      answerId: 0,
      wantAck: false,
      wantResponse: true,
      expiresAtMs: clock.nowMs() + TRACEROUTE_LIMIT_MS,
      label: "traceroute",
    });
    const question: Question = { target, ticket, resolve };
    this.#open.add(question);
    const timer = clock.after(TRACEROUTE_LIMIT_MS, () => {
      reject(new TimeLimitError(`${formatNodeId(target)} did not answer the traceroute within ${TRACEROUTE_LIMIT_MS / 1000} s`));
    });
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    void ticket.outcome.then((outcome) => {
      if (isRefusal(outcome)) reject(new NoAnswerError(`traceroute to ${formatNodeId(target)}: ${describeOutcome(outcome)}`));
    });
    try {
      return resultOf(target, await promise, this.#options.ownNum() ?? 0);
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", abort);
      this.#open.delete(question);
      ticket.cancel("nobody waits for the answer any more");
    }
  }

  /** Takes a packet that may be an answer; true when it was one. */
  incoming(packet: Incoming): boolean {
    if (packet.kind !== "traceroute" || packet.requestId === 0) return false;
    for (const question of this.#open) {
      if (question.ticket.id !== packet.requestId || question.target !== packet.from) continue;
      this.#options.answered(packet.requestId);
      question.resolve(packet.route);
      return true;
    }
    return false;
  }
}

function isRefusal(outcome: Outcome): boolean {
  return outcome.kind === "failed" || outcome.kind === "expired" || outcome.kind === "unknown";
}

function resultOf(target: number, route: RouteDiscovery, ownNum: number): TracerouteResult {
  const towards = hops([...route.route, target], route.snrTowards);
  // Without SNRs the answer tells nothing of its way back: an empty list is then silence, not a direct way.
  const back = route.snrBack.length === 0 && route.routeBack.length === 0 ? [] : hops([...route.routeBack, ownNum], route.snrBack);
  return { target, towards, back };
}

function hops(nodes: readonly number[], quarterDecibels: readonly number[]): RouteHop[] {
  return nodes.map((nodeNum, index) => {
    const quarters = quarterDecibels[index];
    return { nodeNum, snr: quarters === undefined || quarters === SNR_UNKNOWN ? undefined : quarters / 4 };
  });
}
