/** What the messages of a handshake tell of the node's settings; what the node did not tell stays unknown. */
import type { KeyConflict } from "../mesh/key_conflicts.ts";
import { decode } from "../link/codec.ts";
import { ChannelRole, PortNum } from "../link/enums.ts";
import type { Channel, FromRadio, LoRaConfig, MeshPacket, Message, NodeInfo, User } from "../link/messages.ts";
import { cleanText } from "../mesh/clean_text.ts";
import { differs, isKey, placeOf } from "../mesh/node_fields.ts";
import { lastFourOf } from "../node_id.ts";

/** The node's clock; `aheadMs` is how far it is ahead of this machine's, negative when behind, absent when not known. */
export type ClockFact = { readonly state: "unknown" | "unset" | "set"; readonly aheadMs?: number };

/** Facts about one node; undefined is what the node did not tell. Texts are cleaned, and empty when not told. */
export interface NodeFacts {
  readonly nodeNum: number | undefined;
  readonly longName: string;
  readonly shortName: string;
  readonly firmwareVersion: string | undefined;
  /** The firmware can encrypt for one person's public key. */
  readonly hasPki: boolean | undefined;
  /** The node keeps its settings from clients that did not give its passphrase (lockdown, from 2.8). */
  readonly locked: boolean;
  readonly role: number | undefined;
  /** How the node describes its owner; `unmessagable` is undefined when the node leaves that to its role. */
  readonly owner: { readonly unmessagable: boolean | undefined; readonly licensed: boolean } | undefined;
  readonly hasPublicKey: boolean | undefined;
  readonly hasPosition: boolean | undefined;
  readonly clock: ClockFact;
  readonly lora: Pick<LoRaConfig, "region" | "txEnabled" | "hopLimit" | "ignoreMqtt"> | undefined;
  readonly powerSaving: boolean | undefined;
  readonly managed: boolean | undefined;
  /** MQTT is on, and its traffic goes through the client. */
  readonly mqttProxy: boolean | undefined;
  readonly neighborInfo: boolean | undefined;
  /** `ownName`: the channel has a name of its own, and not its preset's. */
  readonly primaryChannel: { readonly key: "none" | "public" | "secret"; readonly ownName: boolean } | undefined;
  /** The node itself included. */
  readonly nodeCount: number | undefined;
  readonly keyConflicts: readonly KeyConflict[];
  /** What the node told its operator meanwhile. */
  readonly notices: readonly string[];
}

/** When the messages were read: milliseconds since 1970 on this machine. Without it the node's clock is compared with nothing. */
export interface FactsOptions {
  readonly readAtWallMs?: number;
}

// The firmware's fields hold 39, 4 and 18 bytes; other software is not so strict.
const LONG_NAME = { maxBytes: 40 };
const SHORT_NAME = { maxBytes: 16, maxGraphemes: 4 };
const VERSION = { maxBytes: 40 };
const NOTICE = { maxBytes: 250 };

/** The facts in the messages of one handshake, in any order; a setting that is told twice is as told last. */
export function factsOf(messages: readonly FromRadio[], options: FactsOptions = {}): NodeFacts {
  const told = sort(messages);
  const own = told.nodes.get(told.my?.myNodeNum ?? -1);
  const user = own?.user;
  const { metadata, device, lora, security, mqtt } = told;
  return {
    nodeNum: told.my?.myNodeNum,
    longName: cleanText(user?.longName ?? "", LONG_NAME),
    shortName: cleanText(user?.shortName ?? "", SHORT_NAME),
    firmwareVersion: cleanText(metadata?.firmwareVersion ?? "", VERSION) || undefined,
    hasPki: metadata?.hasPKC,
    // PhoneAPI.cpp: a client without the passphrase gets empty metadata and channels without a role.
    locked: metadata !== undefined && metadata.firmwareVersion === "" && told.primary === undefined,
    role: device?.role ?? user?.role ?? metadata?.role,
    owner: user === undefined ? undefined : { unmessagable: user.isUnmessagable, licensed: user.isLicensed },
    hasPublicKey: hasKey(user, security),
    hasPosition: own === undefined ? undefined : own.position !== undefined && placeOf(own.position, undefined) !== undefined,
    clock: clockOf(own, told.packets, options.readAtWallMs),
    lora,
    powerSaving: told.power?.isPowerSaving,
    managed: security?.isManaged,
    mqttProxy: mqtt === undefined ? undefined : mqtt.enabled && mqtt.proxyToClientEnabled,
    neighborInfo: told.neighborInfo?.enabled,
    primaryChannel: told.primary === undefined ? undefined : secrecyOf(told.primary),
    nodeCount: told.my === undefined ? undefined : Math.max(told.my.nodedbCount, told.nodes.size),
    keyConflicts: conflictsOf(told.packets, told.nodes),
    notices: told.notices.map((text) => cleanText(text, NOTICE)).filter((text) => text !== ""),
  };
}

interface Told {
  my?: Message<"MyNodeInfo">;
  metadata?: Message<"DeviceMetadata">;
  device?: Message<"DeviceConfig">;
  power?: Message<"PowerConfig">;
  lora?: LoRaConfig;
  security?: Message<"SecurityConfig">;
  mqtt?: Message<"MQTTConfig">;
  neighborInfo?: Message<"NeighborInfoConfig">;
  primary?: Channel;
  readonly nodes: Map<number, NodeInfo>;
  readonly packets: MeshPacket[];
  readonly notices: string[];
}

function sort(messages: readonly FromRadio[]): Told {
  const told: Told = { nodes: new Map(), packets: [], notices: [] };
  for (const { payloadVariant: variant } of messages) {
    if (variant.case === "myInfo") told.my = variant.value;
    else if (variant.case === "metadata") told.metadata = variant.value;
    else if (variant.case === "nodeInfo") told.nodes.set(variant.value.num, variant.value);
    else if (variant.case === "packet") told.packets.push(variant.value);
    else if (variant.case === "clientNotification") told.notices.push(variant.value.message);
    else if (variant.case === "channel" && variant.value.role === ChannelRole.PRIMARY) told.primary = variant.value;
    else if (variant.case === "config") takeConfig(told, variant.value.payloadVariant);
    else if (variant.case === "moduleConfig") takeModule(told, variant.value.payloadVariant);
  }
  return told;
}

function takeConfig(told: Told, config: Message<"Config">["payloadVariant"]): void {
  if (config.case === "device") told.device = config.value;
  else if (config.case === "power") told.power = config.value;
  else if (config.case === "lora") told.lora = config.value;
  else if (config.case === "security") told.security = config.value;
}

function takeModule(told: Told, module: Message<"ModuleConfig">["payloadVariant"]): void {
  if (module.case === "mqtt") told.mqtt = module.value;
  else if (module.case === "neighborInfo") told.neighborInfo = module.value;
}

function hasKey(user: User | undefined, security: Message<"SecurityConfig"> | undefined): boolean | undefined {
  if (user === undefined && security === undefined) return undefined;
  return [user, security].some((teller) => teller !== undefined && isKey(teller.publicKey));
}

/**
 * The node stamps its own entry with its time for each handshake, and with 0 while its clock is not set (MeshService.cpp,
 * refreshLocalMeshNode). Without that entry its packets tell: their rx_time is 0 too until the clock is set.
 */
function clockOf(own: NodeInfo | undefined, packets: readonly MeshPacket[], readAtWallMs: number | undefined): ClockFact {
  if (own !== undefined) {
    if (own.lastHeard === 0) return { state: "unset" };
    return { state: "set", ...(readAtWallMs === undefined ? {} : { aheadMs: own.lastHeard * 1000 - readAtWallMs }) };
  }
  // A packet without RSSI was not heard just now but replayed from memory, and may be older than the last restart.
  const heard = packets.filter((packet) => packet.rxRssi !== 0);
  if (heard.length === 0) return { state: "unknown" };
  return { state: heard.some((packet) => packet.rxTime !== 0) ? "set" : "unset" };
}

// Channels.h: the key that one byte of 1 stands for; 2…255 add to its last byte, so the first 15 give it away.
const PUBLIC_KEY_START = [0xd4, 0xf1, 0xbb, 0x3a, 0x20, 0x29, 0x07, 0x59, 0xf0, 0xbc, 0xff, 0xab, 0xcf, 0x4e, 0x69];

function secrecyOf({ settings }: Channel): NonNullable<NodeFacts["primaryChannel"]> {
  const psk = settings?.psk ?? new Uint8Array(0);
  const ownName = (settings?.name ?? "") !== "";
  if (psk.length === 0 || (psk.length === 1 && psk[0] === 0)) return { key: "none", ownName };
  const isPublic = psk.length === 1 || (psk.length === 16 && PUBLIC_KEY_START.every((byte, index) => psk[index] === byte));
  return { key: isPublic ? "public" : "secret", ownName };
}

function conflictsOf(packets: readonly MeshPacket[], nodes: ReadonlyMap<number, NodeInfo>): KeyConflict[] {
  const found = new Map<number, KeyConflict>();
  for (const packet of packets) {
    const known = nodes.get(packet.from)?.user;
    const announced = announcedKey(packet);
    if (known === undefined || announced === undefined || !isKey(known.publicKey) || !differs(known.publicKey, announced)) continue;
    found.set(packet.from, { num: packet.from, name: cleanText(known.longName, LONG_NAME) || lastFourOf(packet.from) });
  }
  return [...found.values()];
}

function announcedKey({ payloadVariant }: MeshPacket): Uint8Array | undefined {
  if (payloadVariant.case !== "decoded" || payloadVariant.value.portnum !== PortNum.NODEINFO_APP) return undefined;
  try {
    const { publicKey } = decode("User", payloadVariant.value.payload);
    return isKey(publicKey) ? publicKey : undefined;
  } catch {
    // Anybody can send a NODEINFO that is none; it announces nothing.
    return undefined;
  }
}
