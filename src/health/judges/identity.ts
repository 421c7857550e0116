/** Judges who the node is for others: its firmware, its key, its role, whether one can write to it. */
import { enumName, Role } from "../../link/enums.ts";
import { bad, type Finding, ok, warn } from "../finding.ts";
import { answersHeartbeat } from "../monitor.ts";
import type { NodeFacts } from "../node_facts.ts";
import { unknown } from "./judge.ts";

/** Public keys came with 2.5, the answer to a heartbeat with 2.7.4. */
export function judgeFirmware({ firmwareVersion }: NodeFacts): Finding[] {
  const match = /^(\d+)\.(\d+)\./.exec(firmwareVersion ?? "");
  if (match === null) return unknown("The version of the firmware");
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major < 2 || (major === 2 && minor < 5)) {
    return [bad(
      `The firmware ${firmwareVersion} is older than 2.5.`,
      "It has no public keys: everybody on the channel can read direct messages, and newer nodes refuse to send it any.",
      "Update the firmware of the node.",
    )];
  }
  if (answersHeartbeat(firmwareVersion)) return [ok(`The firmware, ${firmwareVersion}, has all that the bot needs.`)];
  return [warn(
    `The firmware ${firmwareVersion} is older than 2.7.4.`,
    "It answers no heartbeat: on a quiet mesh the bot must ask for the whole configuration to see that the node is alive.",
    "Update the firmware of the node.",
  )];
}

/** From 2.7.19 a node refuses to send a direct message to one whose key it does not know. */
export function judgePublicKey({ hasPublicKey, hasPki, owner }: NodeFacts): Finding[] {
  if (owner?.licensed === true) return [ok("The node announces no public key, as it must in licensed (ham) mode.")];
  if (hasPublicKey === undefined) return unknown("The public key of the node");
  if (hasPublicKey) return [ok("The node has a public key: direct messages are private.")];
  return [bad(
    "The node has no public key.",
    "Nobody can send the bot a private message, nodes with firmware 2.7.19 or later send it no direct message at all, and commands for " +
      "administrators cannot work.",
    hasPki === false
      ? "This build of the firmware knows no keys (PKI): install one that does, or let the bot use another node."
      : "Set the region if it is not set; if there is no key then, in an app, Security: make a new pair of keys.",
  )];
}

// NodeDB.cpp, installRoleDefaults. REPEATER, which the firmware has given up, is there for the apps: a node that says nothing
// about itself (before 2.6.8) they judge by its role.
const UNMESSAGABLE_ROLES: readonly number[] = [Role.ROUTER, Role.ROUTER_LATE, Role.REPEATER, Role.SENSOR, Role.TRACKER, Role.TAK_TRACKER];

/** `owner.is_unmessagable`: the apps then offer no way to write to the node. */
export function judgeUnmessagable({ owner, role }: NodeFacts): Finding[] {
  const byRole = role !== undefined && UNMESSAGABLE_ROLES.includes(role);
  const said = owner?.unmessagable;
  if (said === undefined && (owner === undefined || role === undefined)) return unknown("Whether one can write to the node");
  if (said === false || (said === undefined && !byRole)) return [ok("One can write to the node (it is not unmessagable).")];
  const roleName = enumName(Role, role ?? Role.CLIENT);
  return [bad(
    said === undefined
      ? `The apps take the node for unmessagable, because of its role ${roleName}.`
      : `The node says that it is unmessagable${byRole ? `, the default of its role ${roleName}` : ""}.`,
    "The apps let nobody write to it, so that no direct message reaches the bot.",
    byRole
      ? `In an app, Device: choose the role CLIENT; or keep ${roleName}, and under User switch "unmessagable" off.`
      : 'In an app, User: switch "unmessagable" off.',
  )];
}

/** A hidden node never sends its NodeInfo to everybody (NodeInfoModule.cpp). */
export function judgeHidden({ role }: NodeFacts): Finding[] {
  if (role === undefined) return unknown("The role of the node");
  if (role !== Role.CLIENT_HIDDEN) return [ok(`The node announces itself (role ${enumName(Role, role)}).`)];
  return [bad(
    "The node is hidden (role CLIENT_HIDDEN).",
    "It never announces its name and its key: people do not see the bot, and cannot write to it in private.",
    "In an app, Device: choose the role CLIENT.",
  )];
}

/** A managed node ignores the administration of its own client (AdminModule.cpp). */
export function judgeManaged({ managed }: NodeFacts): Finding[] {
  if (managed === undefined) return unknown("Whether the node is managed");
  if (!managed) return [ok("The node takes settings from its client (it is not managed).")];
  return [warn(
    "The node is managed.",
    "It ignores, without a word, what its own client asks of it: the bot can neither set its clock nor teach it a key.",
    "From the node that holds the administrator's key, Security: switch managed mode off.",
  )];
}

/** A licensed node encrypts nothing (Router.cpp) and passes over people who are not licensed (RoutingModule.cpp). */
export function judgeLicensed({ owner }: NodeFacts): Finding[] {
  if (owner === undefined) return unknown("Whether the node is in licensed (ham) mode");
  if (!owner.licensed) return [ok("The node is not in licensed (ham) mode.")];
  return [warn(
    "The node is in licensed (ham) mode.",
    "Everybody can read all messages, commands for administrators are off, and the node passes over people who are not licensed.",
    "Unless the bot is to serve radio amateurs only: in an app, User: switch the licensed mode off.",
  )];
}
