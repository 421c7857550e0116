/** (d) A mesh without any packet for an hour, on a clock that is turned: the link must stay as it is. */
import { createFakeClock } from "../../tests/support/fake_clock.ts";
import { stateKind } from "../../tests/support/talker.ts";
import { passQuietTime, watchedRig } from "../../tests/support/watched_rig.ts";
import type { Figure, Measurement } from "./figure.ts";

const FIRMWARE = [["2.8.0", "answers heartbeats"], ["2.7.26", "answers heartbeats"], ["2.6.11", "answers no heartbeat"]] as const;

/** The figure. */
export const quietFigure: Figure = {
  letter: "d",
  title: "quiet mesh, one simulated hour",
  waits: false,
  async measure(): Promise<Measurement[]> {
    const measurements: Measurement[] = [];
    for (const [firmware, what] of FIRMWARE) {
      await using rig = await watchedRig({ clock: createFakeClock(), node: { firmware } });
      await stateKind(rig.link, "ready");
      rig.said.length = 0;
      await passQuietTime(rig, 3_600_000);
      measurements.push({
        what: `quiet mesh for an hour, firmware ${firmware}: reconnects`,
        measured: rig.link.reconnects + (rig.node.connections.dialed - 1),
        unit: "",
        target: { atMost: 0 },
        detail: `${what}; ${rig.said.length} probes (${[...new Set(rig.said)].join(", ")}), real socket, simulated time`,
      });
    }
    return measurements;
  },
};
