/** The radio's side of the shared node: what it says on each connection, and all that happens to its line. */
import { delay, systemClock } from "../../src/clock.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { MeshPacket } from "../../src/link/messages.ts";
import type { SimulatedNode } from "../../src/simulator/node.ts";
import type { Random } from "../../src/simulator/random.ts";
import type { SharingBot } from "./share_bot.ts";
import { readPayload } from "./share_client.ts";
import type { Said } from "./share_ledger.ts";

const FAULT_EVERY_MS = 1500;
const SPLIT_BYTES = 7;
const GARBAGE_BYTES = 100;
const FAULTS = ["FIN", "RST", "garbage", "split writes"] as const;
// After five such ends the bot takes the radio's line for one that another client fights for, and stays away for a while.
const FINS_IN_A_ROW = 3;

/** What was seen of it. */
export interface Line {
  /** Packets of the mesh that are for all clients, in order. */
  readonly said: readonly Said[];
  /** Packets that the node could not give to anybody. */
  readonly lostInNode: number;
  /** Most connections that were open at the same moment, and those that another one pushed out. */
  readonly mostOpen: number;
  /** Whether a connection was reset: what the radio's side still had to send is gone. */
  isReset(connection: number): boolean;
}

/** Watches the only connection of a bot to a node, and those that follow it. */
export function watchLine(node: SimulatedNode, bot: SharingBot): Line {
  const said: Said[] = [];
  const reset = new Set<number>();
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
    if (cause !== "hungUp" && cause !== "disconnect") reset.add(connection);
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
    // A close makes a FIN, but a RST where the node has not read all that the bot has written (RFC 2525, 2.17): only the bot sees which.
    isReset: (connection) => reset.has(connection) || (bot.lineEnds[connection - 1] ?? "").includes("reset by peer"),
  };
}

/** How often each fault came. */
export type FaultCounts = ReadonlyMap<string, number>;

/** Spoils the line again and again until it is stopped. */
export async function spoilLine(node: SimulatedNode, random: Random, signal: AbortSignal): Promise<FaultCounts> {
  const counts = new Map<string, number>();
  let fins = 0;
  for (;;) {
    await delay(systemClock, FAULT_EVERY_MS, signal).catch(() => {});
    node.splitWrites(undefined);
    if (signal.aborted) return counts;
    const drawn = random.pick(FAULTS);
    const fault = drawn === "FIN" && fins === FINS_IN_A_ROW ? "RST" : drawn;
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    switch (fault) {
      case "FIN":
        fins += 1;
        node.hangUp();
        break;
      case "RST":
        fins = 0;
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
