/** The messages of a handshake, in the firmware's order, of a node whose settings are all in order; a test changes some. */
import { make } from "../../src/link/codec.ts";
import { ChannelRole, PortNum, RegionCode, Role } from "../../src/link/enums.ts";
import { encode } from "../../src/link/codec.ts";
import type { FromRadio, Init, MessageName } from "../../src/link/messages.ts";

/** The node of the handshake, `!16fad3dc`. */
export const NODE_NUM = 0x16fad3dc;
/** A neighbour in its list, `!a1b2e4ed`. */
export const NEIGHBOUR_NUM = 0xa1b2e4ed;
/** When the handshake was read, milliseconds since 1970. */
export const READ_AT_WALL_MS = Date.UTC(2026, 5, 15, 12);

/** What a test wants to be different: fields beside or over the sound ones; null leaves the message out. */
export interface HandshakeChanges {
  readonly myInfo?: Init<"MyNodeInfo"> | null;
  readonly ownInfo?: Init<"NodeInfo"> | null;
  readonly user?: Init<"User"> | null;
  readonly metadata?: Init<"DeviceMetadata"> | null;
  readonly channel?: Init<"ChannelSettings"> | null;
  readonly device?: Init<"DeviceConfig"> | null;
  readonly power?: Init<"PowerConfig"> | null;
  readonly lora?: Init<"LoRaConfig"> | null;
  readonly security?: Init<"SecurityConfig"> | null;
  readonly mqtt?: Init<"MQTTConfig"> | null;
  readonly neighborInfo?: Init<"NeighborInfoConfig"> | null;
  /** In the node's list besides itself and the neighbour. */
  readonly others?: readonly Init<"NodeInfo">[];
  /** After everything else. */
  readonly more?: readonly NonNullable<Init<"FromRadio">["payloadVariant"]>[];
}

/** A public key of 32 equal bytes. */
export function key(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}

/** The messages. */
export function handshakeMessages(changes: HandshakeChanges = {}): FromRadio[] {
  const user = changed<"User">({ longName: "Bot node", shortName: "BOT", publicKey: key(1), isUnmessagable: false }, changes.user);
  const variants = [
    variant("myInfo", changed<"MyNodeInfo">({ myNodeNum: NODE_NUM, nodedbCount: 2 }, changes.myInfo)),
    variant(
      "nodeInfo",
      changed<"NodeInfo">({
        num: NODE_NUM,
        lastHeard: READ_AT_WALL_MS / 1000,
        position: { latitudeI: 488_252_000, longitudeI: 23_622_000 },
        ...(user === null ? {} : { user }),
      }, changes.ownInfo),
    ),
    variant("metadata", changed<"DeviceMetadata">({ firmwareVersion: "2.7.26.54e0d8d", hasPKC: true }, changes.metadata)),
    variant("channel", primary(changed<"ChannelSettings">({ psk: new Uint8Array([1]) }, changes.channel))),
    config("device", changed<"DeviceConfig">({ role: Role.CLIENT }, changes.device)),
    config("power", changed<"PowerConfig">({}, changes.power)),
    config("lora", changed<"LoRaConfig">({ region: RegionCode.EU_868, txEnabled: true, hopLimit: 3 }, changes.lora)),
    config("security", changed<"SecurityConfig">({ publicKey: key(1) }, changes.security)),
    module("mqtt", changed<"MQTTConfig">({}, changes.mqtt)),
    module("neighborInfo", changed<"NeighborInfoConfig">({ enabled: true }, changes.neighborInfo)),
    variant("nodeInfo", { num: NEIGHBOUR_NUM, user: { longName: "Alice", publicKey: key(2) } }),
    ...(changes.others ?? []).map((info) => variant("nodeInfo", info)),
    variant("configCompleteId", 1),
    ...(changes.more ?? []),
  ];
  return variants.filter((payloadVariant) => payloadVariant !== undefined).map((payloadVariant) => make("FromRadio", { payloadVariant }));
}

/** A NODEINFO from a node that announces this key. */
export function nodeInfoPacket(from: number, publicKey: Uint8Array): Init<"MeshPacket"> {
  const payload = encode("User", { longName: "Alice", publicKey });
  return {
    from,
    to: 0xffff_ffff,
    id: 77,
    hopStart: 3,
    hopLimit: 3,
    rxRssi: -90,
    payloadVariant: { case: "decoded", value: { portnum: PortNum.NODEINFO_APP, payload } },
  };
}

type Variant = NonNullable<Init<"FromRadio">["payloadVariant"]>;

function changed<Name extends MessageName>(sound: Init<Name>, change: Init<Name> | null | undefined): Init<Name> | null {
  return change === null ? null : { ...sound, ...change };
}

function variant(name: Variant["case"], value: unknown): Variant | undefined {
  return value === null ? undefined : { case: name, value } as Variant;
}

function primary(settings: Init<"ChannelSettings"> | null): Init<"Channel"> | null {
  return settings === null ? null : { index: 0, role: ChannelRole.PRIMARY, settings };
}

function config(name: string, value: unknown): Variant | undefined {
  return value === null ? undefined : { case: "config", value: { payloadVariant: { case: name, value } } } as Variant;
}

function module(name: string, value: unknown): Variant | undefined {
  return value === null ? undefined : { case: "moduleConfig", value: { payloadVariant: { case: name, value } } } as Variant;
}
