/** The radio's side of the shared node: what it says on each connection, and all that happens to its line. */
import { delay, systemClock } from "../../src/clock.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { MeshPacket } from "../../src/link/messages.ts";
import type { SimulatedNode } from "../../src/simulator/node.ts";
import type { Random } from "../../src/simulator/random.ts";
import { readPayload } from "./share_client.ts";
import type { Said } from "./share_ledger.ts";

const FAULT_EVERY_MS = 1500;
const SPLIT_BYTES = 7;
const GARBAGE_BYTES = 100;
const FAULTS = ["FIN", "RST", "garbage", "split writes"] as const;

/** What was seen of it. */
export interface Line {
  /** Packets of the mesh that are for all clients, in order. */
  readonly said: readonly Said[];
  /** Packets that the node could not give to anybody. */
  readonly lostInNode: number;
  /** Most connections that were open at the same moment, and those that another one pushed out. */
  readonly mostOpen: number;
  /** Whether a connection was ended by the radio. */
  isCut(connection: number): boolean;
}

/** Watches a node that has one connection already. */
export function watchLine(node: SimulatedNode): Line {
  const said: Said[] = [];
  const cut = new Set<number>();
  let lostInNode = 0;
  let open = 1;
  let mostOpen = open;
  const isForAll = ({ from, payloadVariant }: MeshPacket) => {
    if (from === node.nodeNum) return false;
    if (payloadVariant.case !== "decoded") return true;
    const { portnum, requestId } = payloadVariant.value;
    return portnum !== PortNum.ROUTING_APP && portnum !== PortNum.ADMIN_APP && requestId === 0;
  };
  node.on("dial", () => void (mostOpen = Math.max(mostOpen, open += 1)));
  node.on("closed", ({ connection, cause }) => {
    open -= 1;
    if (cause === "hungUp" || cause === "reset" || cause === "writeFailed" || cause === "socketError") cut.add(connection);
  });
  node.on("fromRadio", ({ connection, payload }) => {
    const message = readPayload(payload);
    if (message.case === "packet" && isForAll(message.value)) said.push({ id: message.value.id, connection, certain: true });
  });
  node.on("lost", ({ packet }) => {
    lostInNode += 1;
    // Its bytes may have left before the line was cut.
    if (isForAll(packet)) said.push({ id: packet.id, connection: node.connections.accepted, certain: false });
  });
  return {
    said,
    get lostInNode() {
      return lostInNode;
    },
    get mostOpen() {
      return mostOpen;
    },
    isCut: (connection) => cut.has(connection),
  };
}

/** How often each fault came. */
export type FaultCounts = ReadonlyMap<string, number>;

/** Spoils the line again and again until it is stopped. */
export async function spoilLine(node: SimulatedNode, random: Random, signal: AbortSignal): Promise<FaultCounts> {
  const counts = new Map<string, number>();
  for (;;) {
    await delay(systemClock, FAULT_EVERY_MS, signal).catch(() => {});
    node.splitWrites(undefined);
    if (signal.aborted) return counts;
    const fault = random.pick(FAULTS);
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    switch (fault) {
      case "FIN":
        node.hangUp();
        break;
      case "RST":
        node.reset();
        break;
      case "garbage":
        node.garbage(GARBAGE_BYTES);
        break;
      case "split writes":
        node.splitWrites(SPLIT_BYTES);
    }
  }
}
