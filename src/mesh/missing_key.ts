/**
 * What to do when our node cannot encrypt for a recipient because it has lost the key (its database is small): teach it
 * the key that we hold, or ask the recipient for it.
 */
import type { Clock } from "../clock.ts";
import { encode } from "../link/codec.ts";
import { PortNum } from "../link/enums.ts";
import type { Init } from "../link/messages.ts";
import { logger } from "../log.ts";
import { formatNodeId } from "../node_id.ts";
import type { NodeRecord } from "./node_db.ts";
import type { Draft } from "./outgoing.ts";
import { adminPacket } from "./own_node.ts";

const log = logger("mesh");

const KEY_BYTES = 32;
// The admin message and its undoing pass through the node's own queue first.
const TAUGHT_PAUSE_MS = 2500;
const ASKED_PAUSE_MS = 30_000;

/** What the cure needs. */
export interface MissingKeyOptions {
  readonly clock: Clock;
  readonly node: (nodeNum: number) => NodeRecord | undefined;
  readonly ownNum: () => number | undefined;
  /** Gives an admin message to our own node; it never goes on the air. */
  readonly sendToOwnNode: (packet: Init<"MeshPacket">) => boolean;
  /** Queues a packet for the mesh. */
  readonly enqueue: (draft: Draft) => void;
}

/** Starts the cure for one recipient; returns after how many milliseconds the message may be tried once more. */
export function cureMissingKey(to: number, options: MissingKeyOptions): number {
  const ownNum = options.ownNum() ?? 0;
  const node = options.node(to);
  if (node !== undefined && node.publicKey.length === KEY_BYTES) {
    log.info`our node has lost the key of ${formatNodeId(to)}: teaching it the one that this node announced`;
    teach(node, ownNum, options);
    return TAUGHT_PAUSE_MS;
  }
  log.info`nobody here knows the key of ${formatNodeId(to)}: asking for it`;
  options.enqueue(askForNodeInfo(to, ownNum, options));
  return ASKED_PAUSE_MS;
}

/** add_contact makes the node a favourite (firmware, AdminModule.cpp); that is undone unless the owner wanted it. */
function teach(node: NodeRecord, ownNum: number, { sendToOwnNode }: MissingKeyOptions): void {
  const user = {
    id: formatNodeId(node.num),
    longName: node.longName,
    shortName: node.shortName,
    role: node.role,
    hwModel: node.hwModel,
    isLicensed: node.isLicensed,
    publicKey: node.publicKey,
  };
  sendToOwnNode(adminPacket(ownNum, { payloadVariant: { case: "addContact", value: { nodeNum: node.num, user } } }));
  if (!node.isFavorite) sendToOwnNode(adminPacket(ownNum, { payloadVariant: { case: "removeFavoriteNode", value: node.num } }));
}

function askForNodeInfo(to: number, ownNum: number, { clock, node }: MissingKeyOptions): Draft {
  const own = node(ownNum);
  const user = {
    id: formatNodeId(ownNum),
    longName: own?.longName ?? "",
    shortName: own?.shortName ?? "",
    hwModel: own?.hwModel ?? 0,
    role: own?.role ?? 0,
    isLicensed: own?.isLicensed ?? false,
    publicKey: own?.publicKey ?? new Uint8Array(),
  };
  return {
    to,
    channel: 0,
    portnum: PortNum.NODEINFO_APP,
    payload: encode("User", user),
    priority: "reply",
    person: to,
    answerId: 0,
    wantAck: false,
    wantResponse: true,
    expiresAtMs: clock.nowMs() + ASKED_PAUSE_MS,
    label: "request for a key",
  };
}
