/** (c) The node falls silent with its socket open: when does the link dial again? */
import { delay, systemClock } from "../../src/clock.ts";
import { stateKind } from "../../tests/support/talker.ts";
import { watchedRig } from "../../tests/support/watched_rig.ts";
import type { Figure, Measurement } from "./figure.ts";

const LINKS = 5;
const SILENT_TIMEOUT_S = 4;
const CHECK_INTERVAL_S = 2;

/** The figure. */
export const silentFigure: Figure = {
  letter: "c",
  title: "node silent, socket open",
  waits: true,
  async measure(): Promise<Measurement[]> {
    const seconds = await Promise.all(Array.from({ length: LINKS }, redialAfterSilence));
    return [{
      what: `node silent: dialled again (silent_timeout_s = ${SILENT_TIMEOUT_S})`,
      measured: Math.max(...seconds),
      unit: "s",
      target: { atMost: SILENT_TIMEOUT_S + 1 },
      detail: `longest of ${LINKS} links, shortest ${Math.min(...seconds).toFixed(2)} s`,
    }];
  },
};

async function redialAfterSilence(): Promise<number> {
  await using rig = await watchedRig({
    clock: systemClock,
    node: { acceptPollMs: 100 },
    checkIntervalMs: CHECK_INTERVAL_S * 1000,
    silentTimeoutMs: SILENT_TIMEOUT_S * 1000,
  });
  const { node, link } = rig;
  await stateKind(link, "ready");
  // Any moment between two probes.
  await delay(systemClock, 3000 * Math.random());
  const dialed = node.waitFor("dial");
  const silentAtMs = systemClock.nowMs();
  node.mute();
  await dialed;
  const redialMs = systemClock.nowMs() - silentAtMs;
  await stateKind(link, "ready");
  return redialMs / 1000;
}
