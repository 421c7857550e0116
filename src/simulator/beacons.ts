/** What nodes tell of themselves without being asked: telemetry, positions, NodeInfo. */
import type { Timer } from "../clock.ts";
import { encode } from "../link/codec.ts";
import { PortNum, Priority } from "../link/enums.ts";
import type { Init } from "../link/messages.ts";
import type { Mesh } from "./mesh.ts";
import type { Random } from "./random.ts";
import type { VirtualNode } from "./virtual_node.ts";

// Each node speaks every two minutes on average, but a large mesh stays at 2,000 packets an hour.
const EVERY_NODE_MS = 120_000;
const SHORTEST_MS = 1800;

/** Starts the beacons; returns the function that ends them. `nodes` must not be empty. */
export function startBeacons(
  options: { readonly mesh: Mesh; readonly nodes: readonly VirtualNode[]; readonly random: Random },
): () => void {
  const { mesh, nodes, random } = options;
  const meanMs = Math.max(SHORTEST_MS, EVERY_NODE_MS / nodes.length);
  let timer: Timer;
  function later(): void {
    timer = mesh.clock.after(random.between(0.4, 1.6) * meanMs, () => {
      const node = random.pick(nodes);
      const kind = random.next();
      if (!node.off) mesh.send(node, beacon(node, kind));
      later();
    });
  }
  function beacon(node: VirtualNode, kind: number): Init<"MeshPacket"> {
    const timeS = Math.floor(mesh.clock.wallMs() / 1000);
    const position = node.position(timeS);
    if (kind < 0.2) return broadcast(PortNum.NODEINFO_APP, encode("User", node.user()));
    if (kind < 0.6 && position !== undefined) return broadcast(PortNum.POSITION_APP, encode("Position", position));
    // The kind's own digits are luck enough for what the node has measured.
    const metrics = node.metrics(Math.round(kind * 2000) / 100, Math.floor(mesh.clock.nowMs() / 1000) + (node.num & 0xfffff));
    return broadcast(PortNum.TELEMETRY_APP, encode("Telemetry", { time: timeS, variant: { case: "deviceMetrics", value: metrics } }));
  }
  later();
  return () => timer.cancel();
}

function broadcast(portnum: number, payload: Uint8Array): Init<"MeshPacket"> {
  return { priority: Priority.BACKGROUND, payloadVariant: { case: "decoded", value: { portnum, payload } } };
}
