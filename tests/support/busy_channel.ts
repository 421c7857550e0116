/** How busy the simulated node finds its channel, as a test wants it. */
import type { SimulatedNode } from "../../src/simulator/node.ts";

/** From its next report on the node measures `percent()` of channel utilisation, in all its telemetry. */
export function measureUtilization(node: SimulatedNode, percent: () => number): void {
  const measured = node.station.deviceMetrics.bind(node.station);
  node.station.deviceMetrics = (use) => {
    // Its device metrics come before its statistics, which are made from the same measurement.
    Object.defineProperty(use, "channelPercent", { configurable: true, get: percent });
    return measured(use);
  };
}
