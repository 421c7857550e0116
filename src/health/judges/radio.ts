/** Judges what the node may send and hear: by radio, by MQTT, on its channels. */
import { enumName, RegionCode } from "../../link/enums.ts";
import { DEFAULT_HOP_LIMIT } from "../../mesh/hop_limit.ts";
import { bad, type Finding, ok, warn } from "../finding.ts";
import type { NodeFacts } from "../node_facts.ts";
import { type BotSettings, unknown } from "./judge.ts";

/** Without a region the firmware neither sends nor receives (RadioLibInterface.cpp), and makes no keys (NodeDB.cpp). */
export function judgeRegion({ lora }: NodeFacts): Finding[] {
  if (lora === undefined) return unknown("The radio region");
  if (lora.region !== RegionCode.UNSET) return [ok(`The radio region is set (${enumName(RegionCode, lora.region)}).`)];
  return [bad(
    "The radio region is not set.",
    "The node sends and receives nothing by radio, and makes no key of its own: the bot can neither hear nor answer anybody.",
    "In an app, LoRa: choose the region where the node stands.",
  )];
}

/** The radio drops every packet to be sent while `lora.tx_enabled` is off. */
export function judgeTransmitter({ lora }: NodeFacts): Finding[] {
  if (lora === undefined) return unknown("Whether the node may transmit");
  if (lora.txEnabled) return [ok("The node may transmit.")];
  return [bad(
    "The transmitter is switched off (lora.tx_enabled).",
    "The bot hears the questions, but no answer ever goes out.",
    lora.region === RegionCode.UNSET
      ? "Set the region, which switches it on."
      : "Look whether the antenna is there; then, in an app, LoRa: switch transmitting on.",
  )];
}

/** `lora.hop_limit`, of which 0 stands for the default. */
export function judgeHopLimit({ lora }: NodeFacts): Finding[] {
  if (lora === undefined) return unknown("The hop limit");
  if (lora.hopLimit === 0) return [ok(`The hop limit is not set: the default holds, ${DEFAULT_HOP_LIMIT}.`)];
  if (lora.hopLimit <= DEFAULT_HOP_LIMIT) return [ok(`The hop limit is ${lora.hopLimit}.`)];
  return [warn(
    `The hop limit is ${lora.hopLimit}, more than the usual ${DEFAULT_HOP_LIMIT}.`,
    "Each message of the bot and of the node is repeated by more nodes, which costs the whole mesh air time.",
    `In an app, LoRa: set the hop limit to ${DEFAULT_HOP_LIMIT}, unless somebody whom the bot serves is further away.`,
  )];
}

/** With `lora.ignore_mqtt` the firmware drops every packet that crossed MQTT anywhere (Router.cpp). */
export function judgeIgnoreMqtt({ lora }: NodeFacts, { answerMqtt = false }: BotSettings): Finding[] {
  if (lora === undefined) return unknown("Whether the node ignores MQTT");
  if (!lora.ignoreMqtt) {
    return [
      ok(`The node takes messages that came by MQTT; the bot ${answerMqtt ? "answers them" : "does not answer them"} (answer_mqtt).`),
    ];
  }
  if (!answerMqtt) return [ok("The node ignores messages that came by MQTT (ignore_mqtt), and the bot would not answer them either.")];
  return [warn(
    "The node ignores messages that came by MQTT (lora.ignore_mqtt).",
    "The bot never sees them: answer_mqtt = true under [mesh] has no effect.",
    "In an app, LoRa: switch ignoring MQTT off; or set answer_mqtt = false.",
  )];
}

/** With the proxy the firmware gives its MQTT traffic to the client instead of the broker (MQTT.cpp). */
export function judgeMqttProxy({ mqttProxy }: NodeFacts): Finding[] {
  if (mqttProxy === undefined) return unknown("How the node uses MQTT");
  if (!mqttProxy) return [ok("The node does not expect its client to carry its MQTT.")];
  return [warn(
    "The node expects its client to carry its MQTT (proxy_to_client_enabled).",
    "The bot does not: the node has no MQTT while the bot is connected, and the traffic fills the bot's link for nothing.",
    "In an app, MQTT: switch the proxy to the client off; the node then uses its own network.",
  )];
}

/** A default key on the public channel is as it should be; elsewhere it is likely a slip. */
export function judgePrimaryChannel({ primaryChannel: channel }: NodeFacts): Finding[] {
  if (channel === undefined) return unknown("The primary channel");
  if (channel.key === "secret") return [ok("The primary channel has a key of its own.")];
  if (channel.key === "public" && !channel.ownName) {
    return [ok("The primary channel is the public one with the default key: everybody can read what is written there.")];
  }
  return [warn(
    channel.key === "none" ? "The primary channel is not encrypted." : "The primary channel has a name of its own, but a default key.",
    "Everybody can read what the bot writes there, and write to it there.",
    "If it is meant to be private: in an app, Channels: give it a new key, and share it again with its members.",
  )];
}
