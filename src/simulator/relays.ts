/** The way of a packet through the simulated mesh. */
import { metresBetween } from "./geography.ts";
import type { VirtualNode } from "./virtual_node.ts";

/** The nodes that carry packets between ours and a virtual one, ours' neighbour first; none when it is heard directly. */
export function relaysTo(target: VirtualNode, nodes: readonly VirtualNode[]): VirtualNode[] {
  const relays: VirtualNode[] = [];
  let from = target;
  for (let ring = target.hops - 1; ring >= 0; ring -= 1) {
    let nearest: VirtualNode | undefined;
    let nearestM = Infinity;
    for (const node of nodes) {
      if (node === target || !node.repeats || node.hops !== ring) continue;
      const distanceM = metresBetween(from.place, node.place);
      if (distanceM < nearestM) [nearest, nearestM] = [node, distanceM];
    }
    // Nobody stands in between: somebody farther in reaches across.
    if (nearest === undefined) continue;
    relays.unshift(nearest);
    from = nearest;
  }
  return relays;
}
