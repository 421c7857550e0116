/** The way of what comes from the radio: what a packet tells of its sender, then whoever waits for it, then the commands. */
import type { OtherClient } from "../health/other_client.ts";
import type { MeshPacket } from "../link/messages.ts";
import { logger } from "../log.ts";
import type { KeyConflicts } from "../mesh/key_conflicts.ts";
import type { NodeDb } from "../mesh/node_db.ts";
import { readPacket, type TextMessage } from "../mesh/packet.ts";
import { packetLine } from "../mesh/packet_line.ts";
import type { RadioInfo, SessionSink } from "../mesh/session.ts";
import type { Sending } from "./sending.ts";

const log = logger("mesh");

/** Where what is received goes. */
export interface ReceivingOptions {
  readonly nodes: NodeDb;
  readonly keyConflicts: KeyConflicts;
  readonly otherClient: OtherClient;
  readonly sending: Pick<Sending, "outbox" | "requests" | "orders">;
  readonly radio: () => RadioInfo | undefined;
  readonly ready: SessionSink["ready"];
  readonly text: (message: TextMessage) => void;
  /** Seconds since the start of our node, from its own telemetry. */
  readonly ownUptime: (uptimeS: number) => void;
}

/** The sink of the session. */
export function createReceiving(options: ReceivingOptions): SessionSink {
  const { nodes, keyConflicts, otherClient, radio } = options;
  const { outbox, requests, orders } = options.sending;
  return {
    ready: options.ready,
    lost: () => outbox.linkLost(),
    radioChanged: () => nodes.clear(),
    nodeInfo(info) {
      const conflict = nodes.get(info.num)?.keyConflict;
      nodes.applyNodeInfo(info);
      if (conflict === true && nodes.get(info.num)?.keyConflict === false) keyConflicts.cured(info.num);
    },
    packet: receive,
    queueStatus(status) {
      otherClient.reported(status.meshPacketId);
      outbox.queueStatus(status);
    },
  };

  function receive(packet: MeshPacket): void {
    const incoming = readPacket(packet);
    log.debug((line) => line`${packetLine(incoming)}`);
    const ownNum = radio()?.nodeNum;
    otherClient.packet({ id: incoming.id, fromOwnNode: incoming.from === ownNum, wantsResponse: incoming.wantsResponse });
    nodes.applyReception(incoming);
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
      case "text":
        return options.text(incoming);
      default:
        return;
    }
  }
}
