/** The mesh at work: telemetry of its nodes, one packet or a small burst at a time, for the clients of the shared radio to be told. */
import { delay, systemClock } from "../../src/clock.ts";
import { encode } from "../../src/link/codec.ts";
import { PortNum, Priority } from "../../src/link/enums.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import type { SimulatedNode } from "../../src/simulator/node.ts";
import { freshPacketId, type Random } from "../../src/simulator/random.ts";

const PAUSE_MS = [200, 1500] as const;
const BURST_SHARE = 0.1;
const BURST = 6;

/** Lets them speak until the signal, while somebody listens: otherwise they would push commands out of the node's queue. */
export async function murmur({ node, random, listening, signal }: {
  readonly node: SimulatedNode;
  readonly random: Random;
  readonly listening: () => boolean;
  readonly signal: AbortSignal;
}): Promise<void> {
  const nums = [...node.station.nodes.all()].map(({ num }) => num).filter((num) => num !== node.nodeNum);
  while (!signal.aborted) {
    await delay(systemClock, random.between(...PAUSE_MS), signal).catch(() => {});
    const count = random.chance(BURST_SHARE) ? BURST : 1;
    for (let left = signal.aborted || !listening() ? 0 : count; left > 0; left -= 1) speak(node, random.pick(nums), random);
  }
}

function speak(node: SimulatedNode, from: number, random: Random): void {
  const metrics = { batteryLevel: random.integer(1, 100), voltage: random.between(3.2, 4.2), uptimeSeconds: random.integer(1, 1e6) };
  const payload = encode("Telemetry", { variant: { case: "deviceMetrics", value: metrics } });
  node.receiveFromMesh({
    from,
    to: BROADCAST_NUM,
    id: freshPacketId(),
    hopStart: 3,
    hopLimit: 3,
    rxSnr: 5,
    rxRssi: -90,
    priority: Priority.BACKGROUND,
    payloadVariant: { case: "decoded", value: { portnum: PortNum.TELEMETRY_APP, payload } },
  });
}
