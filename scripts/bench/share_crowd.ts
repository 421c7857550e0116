/** A crowd of clients on a bad line of the radio's: does each of them hear everything, once and in order? */
import { delay, systemClock } from "../../src/clock.ts";
import { type SimulatedNode, startSimulatedNode } from "../../src/simulator/node.ts";
import { Random } from "../../src/simulator/random.ts";
import type { Measurement } from "./figure.ts";
import { startSharingBot } from "./share_bot.ts";
import { type Comers, startComers, type Stay } from "./share_comers.ts";
import { type Faults, judgeHearing, type Order, orderOf, readable } from "./share_ledger.ts";
import { type FaultCounts, type Line, spoilLine, watchLine } from "./share_line.ts";
import { PACKETS_A_SECOND, startTraffic, type Traffic } from "./share_traffic.ts";
import { somePacket } from "./store_packets.ts";

const CLIENTS = 20;
// Above those of the traffic, below those of the clients' texts.
const LAST_ID = 0x3fff_ffff;
const LAST_LIMIT_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** What there is to judge. */
interface Books {
  readonly line: Line;
  readonly stays: readonly Stay[];
  /** The highest id that the node was given, the very last one aside. */
  readonly given: number;
}

/** The figure's rows; `ms` is how long it goes on. */
export async function measureCrowd(ms: number): Promise<Measurement[]> {
  // Room for what comes while the bot is away: what falls out of the node's queue is nobody's.
  await using node = await startSimulatedNode({ queueSize: 500, nodes: 100, acceptPollMs: 10, airScale: 0.02, telemetryMs: 1e9 });
  await using bot = await startSharingBot(node.port);
  const random = new Random(7).fork("crowd");
  const line = watchLine(node, bot);
  const stop = new AbortController();
  const started: Traffic[] = [];
  const given = () => started[0]?.givenAtMs.size ?? 0;
  const comers = await startComers({ port: bot.port, count: CLIENTS, random, given });
  const traffic = startTraffic(node, random.fork("traffic"));
  started.push(traffic);
  const spoiling = spoilLine(node, random.fork("faults"), stop.signal);
  await delay(systemClock, ms);
  stop.abort();
  const faults = await spoiling;
  await traffic.stop();
  await comers.settle();
  await lastPacket(node, random, comers);
  const rows = rowsOf({ line, stays: comers.stays, given: given() }, faults, ms);
  await comers.leave();
  return rows;
}

/** One more packet, which all who are there must have; who has not in the end has lost it. */
async function lastPacket(node: SimulatedNode, random: Random, { stays }: Comers): Promise<void> {
  const untilMs = systemClock.nowMs() + LAST_LIMIT_MS;
  node.receiveFromMesh({
    ...somePacket(random, systemClock.wallMs()),
    id: LAST_ID,
    payloadVariant: { case: "encrypted", value: random.bytes(20) },
  });
  const missing = () => stays.some(({ remains, thrownOut, heard }) => remains && !thrownOut && heard.at(-1) !== LAST_ID);
  while (missing() && systemClock.nowMs() < untilMs) await delay(systemClock, LOOK_EVERY_MS);
}

function rowsOf({ line, stays, given }: Books, faults: FaultCounts, ms: number): Measurement[] {
  const everHeard = new Set(stays.flatMap(({ heard }) => heard));
  const { ids, unread } = readable(line.said, everHeard, (connection) => line.isReset(connection));
  const [first, ...others] = stays as [Stay, ...Stay[]];
  const ofMesh = orderOf(ids);
  // All others beside the one who stays: that order holds the texts of the clients too.
  const order = orderOf(first.heard);
  const found = [
    judgeHearing({ said: ofMesh, heard: first.heard.filter((id) => ofMesh.places.has(id)), from: 0, until: ids.length }),
    ...others.map((stay) => judgeStay(stay, order, given)),
  ];
  const sum = (of: (faults: Faults) => number) => found.reduce((total, one) => total + of(one), 0);
  const heard = stays.reduce((total, stay) => total + stay.heard.length, 0);
  const texts = others.flatMap((stay) => [...stay.texts]).filter((id) => order.places.has(id)).length;
  const row = (what: string, measured: number, detail: string, atMost = 0): Measurement => ({
    what: `virtual node: ${what}`,
    measured,
    unit: "",
    target: { atMost },
    detail,
  });
  return [
    row(
      "packets lost",
      sum(({ lost }) => lost),
      [
        `${CLIENTS} clients at once, ${stays.length} stays in ${ms < 60_000 ? `${ms / 1000} s` : `${ms / 60_000} min`}`,
        `${PACKETS_A_SECOND} packets/s and ${texts} texts of theirs, heard ${heard} times`,
        `faults of the line: ${[...faults].map(([fault, count]) => `${count} ${fault}`).join(", ")}`,
        `apart: ${unread} on their way when the line was reset, ${line.lostInNode} lost in the node`,
      ].join("; "),
    ),
    row("packets doubled", sum(({ doubled }) => doubled), "in the same run, for any client"),
    row("packets reordered", sum(({ reordered }) => reordered), "in the same run, for any client"),
    row(
      "clients thrown out",
      stays.filter(({ thrownOut }) => thrownOut).length,
      "in the same run: connections that the bot ended, or never served",
    ),
    row("radio connections at once", line.mostOpen, "in the same run", 1),
  ];
}

function judgeStay({ heard, texts, givenBefore, remains, thrownOut }: Stay, said: Order, given: number): Faults {
  let from: number | undefined;
  // What the node was given after the handshake was read is surely for this client, unless it left before that came.
  if (givenBefore !== undefined && (heard.length > 0 || remains)) {
    for (let id = givenBefore + 1; from === undefined && id <= given; id += 1) from = said.places.get(id);
  }
  return judgeHearing({ said, heard, exempt: texts, from, until: remains && !thrownOut ? said.ids.length : undefined });
}
