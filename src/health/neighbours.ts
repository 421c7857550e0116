/** The nodes that a node heard directly, from its list. */
import type { NodeDb, Place } from "../mesh/node_db.ts";

/** One of them. */
export interface DirectNeighbour {
  readonly num: number;
  /** Long, else short, else `!id`. */
  readonly name: string;
  readonly snr: number;
  /** Milliseconds since 1970. */
  readonly heardAtWallMs: number;
  readonly place: Place | undefined;
}

/** Those that the owner of the list heard directly since then, best SNR first; the owner itself is none of them. */
export function directNeighbours(
  nodes: Pick<NodeDb, "all" | "nameOf">,
  ownNum: number | undefined,
  sinceWallMs: number,
): DirectNeighbour[] {
  const neighbours: DirectNeighbour[] = [];
  for (const { num, direct, place } of nodes.all()) {
    if (num === ownNum || direct === undefined || !(direct.atWallMs >= sinceWallMs)) continue;
    neighbours.push({ num, name: nodes.nameOf(num), snr: direct.snr, heardAtWallMs: direct.atWallMs, place });
  }
  // The number decides between equals, so that a page is the same however the nodes are stored.
  return neighbours.sort((a, b) => b.snr - a.snr || a.num - b.num);
}
