/** The way of what comes from the radio: what a packet tells of its sender, then whoever waits for it, then the commands. */
import type { Clock } from "../clock.ts";
import type { OtherClient } from "../health/other_client.ts";
import type { MeshPacket } from "../link/messages.ts";
import { packetBytes } from "../link/packet_bytes.ts";
import { logger } from "../log.ts";
import type { KeyConflicts } from "../mesh/key_conflicts.ts";
import type { NodeDb } from "../mesh/node_db.ts";
import { type Incoming, readPacket, type TextMessage } from "../mesh/packet.ts";
import { packetLine } from "../mesh/packet_line.ts";
import type { RadioInfo, SessionSink } from "../mesh/session.ts";
import type { History } from "../store/store.ts";
import type { Sending } from "./sending.ts";

const log = logger("mesh");

/** What no later packet may tell again. */
const TELLING: ReadonlySet<Incoming["kind"]> = new Set(["nodeInfo", "position"]);

// A Pi without a clock chip that has lost its power believes in the time of its last hours.
const CLOCK_BEHIND_MS = 600_000;

/** Where what is received goes. */
export interface ReceivingOptions {
  readonly clock: Pick<Clock, "wallMs">;
  readonly nodes: NodeDb;
  readonly keyConflicts: KeyConflicts;
  readonly otherClient: OtherClient;
  readonly sending: Pick<Sending, "outbox" | "requests" | "orders">;
  readonly radio: () => RadioInfo | undefined;
  readonly ready: SessionSink["ready"];
  /** A text and the MeshPacket that it came in. */
  readonly text: (message: TextMessage, raw: Uint8Array) => void;
  readonly history: Pick<History, "packet" | "nodeChanged" | "forgetNodes">;
  /** Seconds since the start of our node, from its own telemetry. */
  readonly ownUptime: (uptimeS: number) => void;
}

/** The sink of the session, and the time that our node tells. */
export interface Receiving extends SessionSink {
  /**
   * The time on the mesh in seconds since 1970, as the last packet bears it; before the first one, when a node was heard at a time that
   * lies far ahead of our own clock. 0 while nothing is known.
   */
  meshTimeS(): number;
}

/** Takes what the session gives. */
export function createReceiving(options: ReceivingOptions): Receiving {
  const { nodes, keyConflicts, otherClient, radio, history } = options;
  const { outbox, requests, orders } = options.sending;
  let packetTimeS = 0;
  let lastHeardS = 0;
  return {
    meshTimeS() {
      if (packetTimeS > 0) return packetTimeS;
      // Somebody was heard then, so it is later now; how much later nobody knows.
      return lastHeardS * 1000 > options.clock.wallMs() + CLOCK_BEHIND_MS ? lastHeardS : 0;
    },
    ready: options.ready,
    lost: () => outbox.linkLost(),
    radioChanged() {
      nodes.clear();
      history.forgetNodes();
    },
    nodeInfo(info) {
      lastHeardS = Math.max(lastHeardS, info.lastHeard);
      const conflict = nodes.get(info.num)?.keyConflict;
      nodes.applyNodeInfo(info);
      history.nodeChanged(info.num);
      if (conflict === true && nodes.get(info.num)?.keyConflict === false) keyConflicts.cured(info.num);
    },
    packet: receive,
    queueStatus(status) {
      otherClient.reported(status.meshPacketId);
      outbox.queueStatus(status);
    },
  };

  function receive(packet: MeshPacket, frame: Uint8Array): void {
    const incoming = readPacket(packet);
    const raw = packetBytes(frame) ?? frame;
    take(incoming, packet, raw);
    if (incoming.kind === "text") options.text(incoming, raw);
    else dispatch(incoming);
  }

  /** What every packet tells, whatever it carries. */
  function take(incoming: Incoming, packet: MeshPacket, raw: Uint8Array): void {
    log.debug((line) => line`${packetLine(incoming)}`);
    const fromOwnNode = incoming.from === radio()?.nodeNum;
    otherClient.packet({ id: incoming.id, fromOwnNode, wantsResponse: incoming.wantsResponse });
    nodes.applyReception(incoming);
    if (incoming.rxTimeS > 0) packetTimeS = incoming.rxTimeS;
    history.packet(packet, incoming, raw);
    history.nodeChanged(incoming.from, TELLING.has(incoming.kind) ? "soon" : undefined);
  }

  function dispatch(incoming: Incoming): void {
    const ownNum = radio()?.nodeNum;
    switch (incoming.kind) {
      case "nodeInfo":
        nodes.applyUser(incoming.from, incoming.user);
        if (nodes.get(incoming.from)?.keyConflict === true) keyConflicts.seen(incoming.from, nodes.nameOf(incoming.from));
        else keyConflicts.cured(incoming.from);
        return;
      case "position":
        return nodes.applyPosition(incoming.from, incoming.position);
      case "telemetry":
        nodes.applyTelemetry(incoming.from, incoming.telemetry);
        if (incoming.from === ownNum) options.ownUptime(nodes.get(ownNum)?.uptimeS ?? 0);
        return;
      case "routing":
        return outbox.routing(incoming);
      case "traceroute":
        return void requests.incoming(incoming);
      case "admin":
        return void orders.incoming(incoming);
      default:
        return;
    }
  }
}
