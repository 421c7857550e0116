/**
 * Orders to nodes, as admin messages: to our own node plainly, to another one encrypted and with the session passkey that it must
 * first be asked for. The other node obeys only if our node's key is among its admin keys.
 */
import type { Clock } from "../clock.ts";
import { encode } from "../link/codec.ts";
import { PortNum } from "../link/enums.ts";
import type { Init } from "../link/messages.ts";
import type { Ticket } from "./outbox.ts";
import { describeOutcome, type Draft, type Outcome } from "./outgoing.ts";
import type { Incoming } from "./packet.ts";

/** What became of an order. */
export type OrderResult =
  /** The node said that it obeys. */
  | { readonly kind: "confirmed" }
  /** The order went out; the node said nothing. */
  | { readonly kind: "unconfirmed" }
  /** We do not know the node's key, so nothing was sent. */
  | { readonly kind: "no-key" }
  /** The node did not answer when it was asked for a session. */
  | { readonly kind: "no-answer" }
  /** The node does not take ours for an admin. */
  | { readonly kind: "not-admin" }
  | { readonly kind: "failed"; readonly reason: string };

/** The narrow door for orders to nodes. */
export interface RemoteAdmin {
  /** Restarts a node after so many seconds; takes up to two minutes. Rejects only with the reason of the abort. */
  reboot(nodeNum: number, seconds: number, options: { readonly signal: AbortSignal }): Promise<OrderResult>;
}

/** What orders need. */
export interface RemoteAdminOptions {
  readonly clock: Clock;
  readonly enqueue: (draft: Draft) => Ticket;
  /** The node answered: the packet that asked is delivered. */
  readonly answered: (requestId: number) => void;
  /** Our own node's number; undefined before the first handshake. */
  readonly ownNum: () => number | undefined;
  /** A node's key of 32 bytes; empty or undefined when we do not know it. */
  readonly publicKeyOf: (nodeNum: number) => Uint8Array | undefined;
}

// ConfigType SESSIONKEY_CONFIG (admin.proto): its answer holds nothing but the passkey, which every answer holds.
const SESSIONKEY_CONFIG = 8;
// Our node sends a packet up to three times, and so does the other one its answer. A passkey is good for 300 s (AdminModule.cpp).
const STEP_LIMIT_MS = 60_000;
const MAX_SECONDS = 86_400;

// How AdminModule.cpp says that our key is not among its admin keys.
const NOT_ADMIN = new Set(["NOT_AUTHORIZED", "ADMIN_PUBLIC_KEY_UNAUTHORIZED"]);

type AdminMessage = Init<"AdminMessage">;

/** Somebody waits for a passkey. */
interface SessionRequest {
  readonly nodeNum: number;
  readonly publicKey: Uint8Array;
  readonly ticket: Ticket;
  readonly resolve: (passkey: Uint8Array) => void;
}

/** The orders that are under way. */
export class AdminOrders implements RemoteAdmin {
  readonly #options: RemoteAdminOptions;
  readonly #sessions = new Set<SessionRequest>();

  constructor(options: RemoteAdminOptions) {
    this.#options = options;
  }

  async reboot(nodeNum: number, seconds: number, { signal }: { readonly signal: AbortSignal }): Promise<OrderResult> {
    signal.throwIfAborted();
    const rebootSeconds = Math.min(Math.max(1, Math.round(seconds)), MAX_SECONDS);
    const payloadVariant = { case: "rebootSeconds", value: rebootSeconds } as const;
    const label = `order to restart in ${rebootSeconds} s`;
    // Our own node asks for no passkey of whoever is connected to it; when it is managed it drops the order without a word.
    if (nodeNum === this.#options.ownNum()) return await this.#order(nodeNum, undefined, { payloadVariant }, label, signal);
    const publicKey = this.#options.publicKeyOf(nodeNum);
    if (publicKey === undefined || publicKey.length === 0) return { kind: "no-key" };
    const session = await this.#openSession(nodeNum, publicKey, signal);
    if (!(session instanceof Uint8Array)) return session;
    return await this.#order(nodeNum, publicKey, { sessionPasskey: session, payloadVariant }, label, signal);
  }

  /** Takes a packet that may be the answer to a question for a session; true when it was one. */
  incoming(packet: Incoming): boolean {
    if (packet.kind !== "admin" || packet.requestId === 0) return false;
    for (const session of this.#sessions) {
      if (session.ticket.id !== packet.requestId || session.nodeNum !== packet.from) continue;
      // Anybody can put a number on a packet; only the node itself can encrypt with its key.
      if (!packet.pkiEncrypted || !sameBytes(packet.publicKey, session.publicKey)) continue;
      if (packet.admin.sessionPasskey.length === 0) continue;
      this.#options.answered(packet.requestId);
      session.resolve(packet.admin.sessionPasskey);
      return true;
    }
    return false;
  }

  async #openSession(nodeNum: number, publicKey: Uint8Array, signal: AbortSignal): Promise<Uint8Array | OrderResult> {
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    const question: AdminMessage = { payloadVariant: { case: "getConfigRequest", value: SESSIONKEY_CONFIG } };
    const ticket = this.#options.enqueue(this.#draft(nodeNum, publicKey, question, "question for an admin session"));
    const session: SessionRequest = { nodeNum, publicKey, ticket, resolve };
    this.#sessions.add(session);
    // A refusal comes as the end of the packet; delivered or relayed alone is no answer yet.
    const refusal = new Promise<OrderResult>((settle) => {
      void ticket.outcome.then((outcome) => {
        const result = resultOf(outcome);
        if (result.kind === "failed" || result.kind === "not-admin") settle(result);
      });
    });
    try {
      return await this.#within(Promise.race([promise, refusal]), signal) ?? { kind: "no-answer" };
    } finally {
      this.#sessions.delete(session);
      ticket.cancel("nobody waits for the answer any more");
    }
  }

  async #order(
    nodeNum: number,
    publicKey: Uint8Array | undefined,
    message: AdminMessage,
    label: string,
    signal: AbortSignal,
  ): Promise<OrderResult> {
    const ticket = this.#options.enqueue(this.#draft(nodeNum, publicKey, message, label));
    try {
      const outcome = await this.#within(ticket.outcome, signal);
      return outcome === undefined ? { kind: "unconfirmed" } : resultOf(outcome);
    } finally {
      ticket.cancel("nobody waits for the answer any more");
    }
  }

  #draft(nodeNum: number, publicKey: Uint8Array | undefined, message: AdminMessage, label: string): Draft {
    return {
      to: nodeNum,
      channel: 0,
      portnum: PortNum.ADMIN_APP,
      payload: encode("AdminMessage", message),
      priority: "reply",
      person: nodeNum,
      answerId: 0,
      // Only what wants an ACK is sent again by our node when it gets lost; our own node has nothing to repeat.
      wantAck: publicKey !== undefined,
      wantResponse: true,
      ...(publicKey === undefined ? {} : { publicKey }),
      expiresAtMs: this.#options.clock.nowMs() + STEP_LIMIT_MS,
      label,
    };
  }

  /** Undefined when the time of a step is over. */
  async #within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    const { promise: ended, resolve, reject } = Promise.withResolvers<undefined>();
    const timer = this.#options.clock.after(STEP_LIMIT_MS, () => resolve(undefined));
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    try {
      return await Promise.race([promise, ended]);
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", abort);
    }
  }
}

function resultOf(outcome: Outcome): OrderResult {
  switch (outcome.kind) {
    case "delivered":
      return { kind: "confirmed" };
    case "relayed":
    case "unknown":
      return { kind: "unconfirmed" };
    case "failed":
      return NOT_ADMIN.has(outcome.reason) ? { kind: "not-admin" } : { kind: "failed", reason: outcome.reason };
    case "expired":
      return { kind: "failed", reason: describeOutcome(outcome) };
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
