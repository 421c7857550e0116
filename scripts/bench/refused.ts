/** (b) The node's port refuses connections for a while, then opens: when is the link ready? */
import { delay, systemClock } from "../../src/clock.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { stateKind } from "../../tests/support/talker.ts";
import { watchedRig } from "../../tests/support/watched_rig.ts";
import { openBareLink } from "./bare_link.ts";
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
  const many = (once: (refusedMs: number) => Promise<number>) => Promise.all(Array.from({ length: LINKS }, () => once(refusedS * 1000)));
  const [seconds, bare] = await Promise.all([many(readyAfterOpening), many(bareReadyAfterOpening)]);
  return {
    what: `port refused for ${refusedS} s: ready after it opens`,
    measured: Math.max(...seconds),
    unit: "s",
    target: { atMost: targetS },
    // Where in its pause the opening finds the bot is chance.
    rival: { name: "bare socket", measured: Math.max(...bare), unsteady: true },
    detail: `longest of ${LINKS} links, shortest ${
      Math.min(...seconds).toFixed(2)
    } s; the bare socket dials every 0.1 s all the while, the bot waits longer and longer, to spare the node`,
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

async function bareReadyAfterOpening(refusedMs: number): Promise<number> {
  await using node = await startSimulatedNode({ acceptPollMs: 100 });
  await using link = openBareLink(node.port);
  await link.ready();
  node.refuse();
  node.hangUp();
  await delay(systemClock, refusedMs);
  const openedAtMs = systemClock.nowMs();
  await node.accept();
  await link.ready();
  return (systemClock.nowMs() - openedAtMs) / 1000;
}
