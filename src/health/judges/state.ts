/** Judges how the node lives: power, place, time, and whom it knows. */
import { enumName, Role } from "../../link/enums.ts";
import { formatNodeId } from "../../node_id.ts";
import { bad, type Finding, ok, warn } from "../finding.ts";
import type { NodeFacts } from "../node_facts.ts";
import { type BotSettings, unknown } from "./judge.ts";

// More findings of one kind than a person reads.
const SHOWN_OF_A_KIND = 10;

// With power saving, modules of these roles put the whole node to sleep between its reports (PositionModule.cpp,
// BaseTelemetryModule.h).
const SLEEPING_ROLES: readonly number[] = [Role.TRACKER, Role.TAK_TRACKER, Role.SENSOR];

/** `power.is_power_saving`: an ESP32 then sleeps while it has no WiFi (PowerFSM.cpp). */
export function judgePowerSaving({ powerSaving, role }: NodeFacts): Finding[] {
  if (powerSaving === undefined) return unknown("Whether the node saves power");
  if (!powerSaving) return [ok("The node does not save power.")];
  if (role !== undefined && SLEEPING_ROLES.includes(role)) {
    return [bad(
      `The node saves power, and with the role ${enumName(Role, role)} it sleeps between its own reports.`,
      "While it sleeps there is no link: the bot hears nothing and answers nobody.",
      "In an app: choose the role CLIENT under Device, and switch power saving off under Power.",
    )];
  }
  return [warn(
    "The node saves power.",
    "It may fall asleep when its WiFi is away: the link stays dead, and messages are lost, until it wakes up.",
    "Give the node a steady supply and, in an app, Power: switch power saving off.",
  )];
}

/** The neighbour list goes to the client even when it is not sent by radio (NeighborInfoModule.cpp). */
export function judgeNeighborInfo({ neighborInfo }: NodeFacts): Finding[] {
  if (neighborInfo === undefined) return unknown("Whether the node keeps a list of its neighbours");
  if (neighborInfo) return [ok("The node keeps a list of its neighbours (neighbor_info).")];
  return [warn(
    "The node keeps no list of its neighbours (neighbor_info is off).",
    "The bot gets no such list, and knows the neighbours only from the packets that it heard itself.",
    "In an app, Neighbor Info: switch it on. Without its option to transmit over LoRa it costs no air time.",
  )];
}

/** Distances and everything about the surroundings need a place: the node's own, or the configuration's. */
export function judgePosition({ hasPosition }: NodeFacts, { hasPlace = false }: BotSettings): Finding[] {
  if (hasPlace) return [ok("The configuration tells the bot where it is.")];
  if (hasPosition === undefined) return unknown("The position of the node");
  if (hasPosition) return [ok("The node knows where it is.")];
  return [warn(
    "The node does not know where it is.",
    "The bot can tell no distance and no direction, and nothing about its surroundings.",
    "In an app, Position: give the node a fixed position; or set [place] latitude, longitude in the configuration.",
  )];
}

// Beyond, a message of this minute looks like one that waited while the bot was away.
const CLOCK_TOLERANCE_MS = 600_000;

/** A node without a GPS or a time server has no time of day until a client tells it, and its packets have rx_time 0. */
export function judgeClock({ clock }: NodeFacts): Finding[] {
  if (clock.state === "unknown") return unknown("Whether the clock of the node is set");
  if (clock.state === "unset") {
    return [warn(
      "The clock of the node is not set.",
      "Its packets carry no time: the bot cannot tell a message of this minute from one that waited, and goes by its own clock.",
      "Open the node in an app, which sets it until the next restart; or give it a time server (Network) or a GPS.",
    )];
  }
  const { aheadMs = 0 } = clock;
  if (!(Math.abs(aheadMs) > CLOCK_TOLERANCE_MS)) return [ok("The clock of the node is set.")];
  return [warn(
    `The clock of the node is ${roughly(Math.abs(aheadMs))} ${aheadMs < 0 ? "behind" : "ahead of"} the clock of this machine.`,
    `Messages look ${aheadMs < 0 ? "older" : "newer"} than they are${
      aheadMs < 0 ? ", and a fresh question may be taken for a stale one" : ""
    }.`,
    "See which of the two is wrong; opening the node in an app sets its clock.",
  )];
}

function roughly(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 120) return `${Math.round(minutes)} minutes`;
  return minutes < 2880 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1440)} days`;
}

// mesh-pb-constants.h, MAX_NUM_NODES of 2.6 to 2.8, without the boards that have no network.
const FULL_LISTS: readonly number[] = [80, 100, 120, 200, 250];

/** The node's list has room for so many; each new node then costs one that was not heard for long. */
export function judgeNodeCount({ nodeCount }: NodeFacts): Finding[] {
  if (nodeCount === undefined) return unknown("How many nodes the node knows");
  if (nodeCount <= 1) return [ok("The node knows no other node yet.")];
  if (!FULL_LISTS.includes(nodeCount)) return [ok(`The node knows ${nodeCount} nodes.`)];
  return [warn(
    `The node knows ${nodeCount} nodes, which is all that many boards have room for.`,
    "For each new one it forgets another, and often its key: an answer to somebody who was forgotten may fail.",
    "In an app, clean its list: remove nodes that were not heard for weeks; favourites are never forgotten.",
  )];
}

/** The firmware keeps the first key that a node announced, and so does the bot: the second may be anybody's. */
export function judgeKeyConflicts(facts: NodeFacts, bot: BotSettings = {}): Finding[] {
  const names = new Map([...bot.keyConflicts ?? [], ...facts.keyConflicts].map(({ num, name }) => [num, name]));
  const keyConflicts = [...names].map(([num, name]) => ({ num, name }));
  if (keyConflicts.length === 0) return [ok("No node was seen to announce another key than the one that is stored for it.")];
  return several(keyConflicts, ({ num, name }) =>
    warn(
      `${name} (${formatNodeId(num)}) announces another public key than the one that is stored for it.`,
      "The new key is not believed, because it may be forged; if it is genuine, this person and the bot cannot exchange private messages.",
      "If its owner says that it is genuine (a reset, a new device): in an app, remove that node from the list; the key is then learnt anew.",
    ));
}

/** What the firmware tells its operator through whatever client is connected, once. */
export function judgeNotices({ notices }: NodeFacts): Finding[] {
  return several(notices, (text) =>
    warn(
      `The node has a notice for you: ${text}`,
      "It was told to this check alone, and the bot will not see it.",
      "Do as it says, if it asks for something.",
    ));
}

function several<T>(items: readonly T[], describe: (item: T) => Finding): Finding[] {
  const findings = items.slice(0, SHOWN_OF_A_KIND).map(describe);
  const last = findings.at(-1);
  const more = items.length - findings.length;
  return last === undefined || more === 0 ? findings : [...findings, { ...last, what: `There are ${more} more of this kind.` }];
}
