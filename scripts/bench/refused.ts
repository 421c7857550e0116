/** (b) The node's port refuses connections for a while, then opens: when is the link ready? */
import { delay, systemClock } from "../../src/clock.ts";
import { stateKind } from "../../tests/support/talker.ts";
import { watchedRig } from "../../tests/support/watched_rig.ts";
import type { Figure, Measurement } from "./figure.ts";

const LINKS = 5;
const CASES = [{ refusedS: 5, targetS: 2.5 }, { refusedS: 90, targetS: 12 }] as const;

/** The figure. */
export const refusedFigure: Figure = {
  letter: "b",
  title: "port refused, then open",
  waits: true,
  measure: () => Promise.all(CASES.map(measureCase)),
};

async function measureCase({ refusedS, targetS }: typeof CASES[number]): Promise<Measurement> {
  const seconds = await Promise.all(Array.from({ length: LINKS }, () => readyAfterOpening(refusedS * 1000)));
  return {
    what: `port refused for ${refusedS} s: ready after it opens`,
    measured: Math.max(...seconds),
    unit: "s",
    target: { atMost: targetS },
    detail: `longest of ${LINKS} links, shortest ${Math.min(...seconds).toFixed(2)} s`,
  };
}

async function readyAfterOpening(refusedMs: number): Promise<number> {
  await using rig = await watchedRig({ clock: systemClock, node: { acceptPollMs: 100 } });
  const { node, link } = rig;
  await stateKind(link, "ready");
  await delay(systemClock, 1000 * Math.random());
  node.refuse();
  node.hangUp();
  await delay(systemClock, refusedMs);
  const openedAtMs = systemClock.nowMs();
  await node.accept();
  await stateKind(link, "ready");
  return (systemClock.nowMs() - openedAtMs) / 1000;
}
