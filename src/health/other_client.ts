/**
 * Notices another client of our node. Its web page, USB and Bluetooth all read from the same queue as we do (firmware,
 * MeshService.cpp), so packets vanish without any disconnect; what gives it away are QueueStatus reports on packets
 * that we never sent and that the node's own doings do not explain.
 */
import type { Clock } from "../clock.ts";
import { logger } from "../log.ts";

const log = logger("health");

const WINDOW_MS = 600_000;
// A NodeInfo of the node itself is reported too, and nothing tells that apart; more than these are not its own.
const UNEXPLAINED_ALLOWED = 2;
// The node answers a request (position, telemetry) within this.
const OWN_REPLY_MS = 10_000;
const MAX_IDS = 512;

/** Who else reads from our node, as far as it can be told. */
export interface OtherClient {
  /** We gave the node a packet. */
  sent(id: number): void;
  /** A packet came: one of the node's own explains a report, one that wants a response will cause one. */
  packet(packet: { readonly id: number; readonly fromOwnNode: boolean; readonly wantsResponse: boolean }): void;
  /** The node reported on a packet. */
  reported(id: number): void;
  /** True while another client is suspected. */
  readonly suspected: boolean;
}

/** Starts with no suspicion. */
export function createOtherClient({ clock }: { readonly clock: Clock }): OtherClient {
  const known = new Set<number>();
  let unexplained: { readonly id: number; readonly atMs: number }[] = [];
  let ownReplyUntilMs = -Infinity;
  let said = false;

  function remember(id: number): void {
    known.delete(id);
    known.add(id);
    if (known.size > MAX_IDS) known.delete(known.values().next().value as number);
  }

  function recent(): typeof unexplained {
    const sinceMs = clock.nowMs() - WINDOW_MS;
    unexplained = unexplained.filter(({ id, atMs }) => atMs > sinceMs && !known.has(id));
    return unexplained;
  }

  function judge(): boolean {
    const suspected = recent().length > UNEXPLAINED_ALLOWED;
    if (suspected && !said) {
      log
        .warn`another client uses our node over its web page, USB or Bluetooth and takes packets out of the same queue: commands get lost without a trace. Close the app's or browser's connection to this node`;
    }
    said = suspected;
    return suspected;
  }

  return {
    sent: remember,
    packet({ id, fromOwnNode, wantsResponse }) {
      if (fromOwnNode) remember(id);
      else if (wantsResponse) ownReplyUntilMs = clock.nowMs() + OWN_REPLY_MS;
    },
    reported(id) {
      if (id === 0 || known.has(id) || clock.nowMs() < ownReplyUntilMs) return;
      unexplained.push({ id, atMs: clock.nowMs() });
      judge();
    },
    get suspected() {
      return judge();
    },
  };
}
