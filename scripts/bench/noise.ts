/** (e) Half a minute of half frames, garbage and stray markers between the frames. */
import { delay, systemClock } from "../../src/clock.ts";
import { openLink } from "../../src/link/link.ts";
import { Slots } from "../../src/link/slot.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { Random } from "../../src/simulator/random.ts";
import { watchedConnect } from "../../tests/support/link_rig.ts";
import { compareReceived, sendThroughNoise } from "../../tests/support/noise.ts";
import { stateKind, Talker } from "../../tests/support/talker.ts";
import type { Figure, Measurement } from "./figure.ts";

const SECONDS = 30;

/** The figure. */
export const noiseFigure: Figure = {
  letter: "e",
  title: "half frames, garbage, lone 0x94, 94 94 C3, markers in payloads, lengths over 512",
  waits: true,
  async measure(): Promise<Measurement[]> {
    await using node = await startSimulatedNode({ acceptPollMs: 0, airScale: 0, telemetryMs: 1e9 });
    const talker = new Talker();
    const sockets = watchedConnect();
    const { connect } = sockets;
    await using link = await openLink({
      host: "127.0.0.1",
      port: node.port,
      clock: systemClock,
      slots: new Slots(),
      user: talker,
      connect,
    });
    await stateKind(link, "ready");
    await talker.until(() => talker.messages.at(-1)?.payloadVariant.case === "queueStatus");
    const before = talker.messages.length;
    const { packets, disturbances } = await sendThroughNoise({
      node,
      sockets,
      random: new Random(crypto.getRandomValues(new Uint32Array(1))[0] ?? 1),
      durationMs: SECONDS * 1000,
      nowMs: () => systemClock.nowMs(),
      pause: (ms) => delay(systemClock, ms),
    });
    const { lost, invented } = compareReceived(talker.messages.slice(before), packets);
    const detail = `${packets} packets and ${disturbances} disturbances in ${SECONDS} s, ${node.connections.dialed} connection`;
    return [
      { what: "bad line for 30 s: frames lost", measured: lost.length, unit: "", target: { atMost: 0 }, detail },
      { what: "bad line for 30 s: frames invented", measured: invented.length, unit: "", target: { atMost: 0 }, detail },
    ];
  },
};
