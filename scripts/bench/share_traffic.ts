/** The packets of a mesh far larger than any real one, at moments that chance draws. */
import { delay, systemClock } from "../../src/clock.ts";
import type { MeshPacket } from "../../src/link/messages.ts";
import type { SimulatedNode } from "../../src/simulator/node.ts";
import type { Random } from "../../src/simulator/random.ts";
import { somePacket } from "./store_packets.ts";

/** The burst that the replays of a large mesh came to, here without an end. */
export const PACKETS_A_SECOND = 140;

/** Packets for a node. */
export interface Traffic {
  /** When the packet of each id was given to the node. */
  readonly givenAtMs: ReadonlyMap<number, number>;
  stop(): Promise<void>;
}

/** Gives a node its packets, with ids that count from 1; on the average the pace is kept whatever the machine does meanwhile. */
export function startTraffic(node: SimulatedNode, random: Random): Traffic {
  const givenAtMs = new Map<number, number>();
  const stop = new AbortController();
  const running = (async () => {
    let dueMs = systemClock.nowMs();
    for (let id = 1; !stop.signal.aborted; id += 1) {
      dueMs -= Math.log(1 - random.next()) * 1000 / PACKETS_A_SECOND;
      const waitMs = dueMs - systemClock.nowMs();
      if (waitMs > 0) await delay(systemClock, waitMs, stop.signal).catch(() => {});
      if (stop.signal.aborted) return;
      const packet: MeshPacket = { ...somePacket(random, systemClock.wallMs()), id };
      givenAtMs.set(id, systemClock.nowMs());
      node.receiveFromMesh(packet);
    }
  })();
  return {
    givenAtMs,
    async stop() {
      stop.abort();
      await running;
    },
  };
}
