/** What a judge of one of the node's settings is. */
import type { KeyConflict } from "../../mesh/key_conflicts.ts";
import { type Finding, warn } from "../finding.ts";
import type { NodeFacts } from "../node_facts.ts";

/** The part of the bot's own configuration that some settings must agree with. */
export interface BotSettings {
  /** The bot answers what came by MQTT. Default false. */
  readonly answerMqtt?: boolean;
  /** The bot was told where it is. Default false. */
  readonly hasPlace?: boolean;
  /** The nodes that the running bot has seen with another key. Default none. */
  readonly keyConflicts?: readonly KeyConflict[];
}

/** Judges one setting; never throws. "App" in the texts is any of the Meshtastic apps. */
export type Judge = (facts: NodeFacts, bot: BotSettings) => readonly Finding[];

/** The finding about what the node did not tell; `what` begins a sentence. */
export function unknown(what: string): Finding[] {
  return [warn(
    `${what} is unknown: the node did not tell.`,
    "Whether it suits the bot cannot be said.",
    "Run the check again; if that does not help, look at it in an app.",
  )];
}
