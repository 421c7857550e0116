/** Judges the settings of the node that the bot lives on: what each means for the bot and what the operator can do. */
import { bad, type Finding } from "./finding.ts";
import * as identity from "./judges/identity.ts";
import type { BotSettings, Judge } from "./judges/judge.ts";
import * as radio from "./judges/radio.ts";
import * as state from "./judges/state.ts";
import type { NodeFacts } from "./node_facts.ts";

/** In the order in which an operator would put things right. */
const JUDGES: readonly Judge[] = [
  identity.judgeFirmware,
  radio.judgeRegion,
  radio.judgeTransmitter,
  identity.judgePublicKey,
  identity.judgeUnmessagable,
  identity.judgeHidden,
  state.judgePowerSaving,
  identity.judgeManaged,
  identity.judgeLicensed,
  radio.judgeHopLimit,
  radio.judgeIgnoreMqtt,
  radio.judgeMqttProxy,
  radio.judgePrimaryChannel,
  state.judgeNeighborInfo,
  state.judgePosition,
  state.judgeClock,
  state.judgeNodeCount,
  state.judgeKeyConflicts,
  state.judgeNotices,
];

// What a locked node shows to anybody (PhoneAPI.cpp).
const JUDGES_OF_A_LOCKED_NODE: readonly Judge[] = [radio.judgeRegion, radio.judgeHopLimit, state.judgeNotices];

/** Judges every setting, in a fixed order. It reads the facts, changes nothing, and never throws. */
export function judgeNode(facts: NodeFacts, bot: BotSettings = {}): Finding[] {
  if (!facts.locked) return JUDGES.flatMap((judge) => judge(facts, bot));
  return [LOCKED, ...JUDGES_OF_A_LOCKED_NODE.flatMap((judge) => judge(facts, bot))];
}

const LOCKED = bad(
  "The node is locked: it hides its settings from a client that does not give its passphrase.",
  "It also drops what such a client sends: the bot can answer nobody.",
  "In an app that has the passphrase, switch lockdown off; or let the bot use another node.",
);
