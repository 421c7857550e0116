/**
 * Takes out of a frame what nobody but the owner of the node may read: keys and passwords come empty, direct texts as filler. Where
 * secrets stand was read in the firmware: PhoneAPI.cpp (the handshake), AdminModule.cpp (answers with the session passkey, and orders),
 * RedirectablePrint.cpp (the log, which names keys and texts).
 */
import { isMessage } from "../link/connection.ts";
import { decode, encode } from "../link/codec.ts";
import { PortNum } from "../link/enums.ts";
import type { Data, FromRadio, MeshPacket, ToRadio } from "../link/messages.ts";
import { BROADCAST_NUM } from "../node_id.ts";

/** Who wrote it: the node, or its client. */
export type Direction = "from" | "to";

type Change = "empty" | "fill";

/** Message → field → what becomes of its value. The names are those of the protobuf packages. */
const SECRETS: Readonly<Record<string, Readonly<Record<string, Change>>>> = {
  MyNodeInfo: { deviceId: "empty" },
  "Config.NetworkConfig": { wifiPsk: "empty" },
  "Config.SecurityConfig": { privateKey: "empty" },
  "Config.BluetoothConfig": { fixedPin: "empty" },
  BluetoothConnectionStatus: { pin: "empty" },
  DeviceUIConfig: { pinCode: "empty" },
  "ModuleConfig.MQTTConfig": { password: "empty" },
  ChannelSettings: { psk: "empty" },
  // What a proxied broker and a transferred file hold may be anything: packets without encryption, the node's own settings.
  MqttClientProxyMessage: { data: "fill", text: "fill" },
  XModem: { crc16: "empty", buffer: "fill" },
  LogRecord: { message: "fill" },
  KeyVerificationNumberInform: { securityNumber: "empty" },
  KeyVerificationFinal: { verificationCharacters: "fill" },
  KeyVerificationAdmin: { securityNumber: "empty" },
  AdminMessage: {
    sessionPasskey: "empty",
    getCannedMessageModuleMessagesResponse: "fill",
    setCannedMessageModuleMessages: "fill",
  },
};

/**
 * Messages whose unknown fields stay whole: they come from the mesh, or hold nothing but numbers. Elsewhere an unknown field that could
 * be a text, a key or a message of newer firmware, such as LockdownAuth with its passphrase, comes empty.
 */
const OPEN = new Set(["MeshPacket", "Data", "NodeInfo", "User", "Position", "DeviceMetrics", "QueueStatus", "DeviceMetadata", "Heartbeat"]);

/** In a direct packet nothing but these has a payload that is no message from one to another. */
const KEPT_WHEN_DIRECT: ReadonlySet<number> = new Set([
  PortNum.POSITION_APP,
  PortNum.NODEINFO_APP,
  PortNum.ROUTING_APP,
  PortNum.TELEMETRY_APP,
  PortNum.TRACEROUTE_APP,
  PortNum.NEIGHBORINFO_APP,
]);

/** MESH_BEACON_APP (portnums.proto of 2.8): it can offer a channel with its key. */
const MESH_BEACON_APP = 37;

const PACKAGE = "meshtastic.";
// A frame's marker; the length behind it is at most 512.
const START1 = 0x94;
const START2 = 0xc3;
const MAX_LENGTH_HIGH = 2;
const FILLER = 0x78;
const NEWLINE = 0x0a;
const LENGTH_DELIMITED = 2;
const GROUP = 3;

/**
 * The payload of a frame without secrets: the same array when it holds none, undefined when it cannot be told what it holds. Unknown
 * fields are kept.
 */
export function withoutSecrets(direction: Direction, payload: Uint8Array): Uint8Array | undefined {
  // A frame that was never finished swallows the next one, whose secrets would stand where no field says so.
  if (holdsFrameHead(payload)) return undefined;
  return direction === "from" ? rewritten("FromRadio", payload) : rewritten("ToRadio", payload);
}

/** Text outside frames, which may name anything: its length and its lines are kept. */
export function filler(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => byte === NEWLINE ? NEWLINE : FILLER);
}

function rewritten(name: "FromRadio" | "ToRadio" | "AdminMessage", bytes: Uint8Array): Uint8Array | undefined {
  try {
    const message = decode(name, bytes);
    if (name === "FromRadio" && !isMessage(message as FromRadio, bytes)) return undefined;
    const changed = redactIn(message);
    const clean = encode(name, message as FromRadio & ToRadio);
    // A field that stands twice counts once: what was written first would still be in the bytes, which are longer then.
    return !changed && clean.length === bytes.length ? bytes : clean;
  } catch {
    return undefined;
  }
}

/** Changes a decoded message and all below it; true when something was changed. */
function redactIn(value: unknown): boolean {
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.map(redactIn).includes(true);
  const message = value as Record<string, unknown>;
  const name = typeof message["$typeName"] === "string" ? message["$typeName"].replace(PACKAGE, "") : undefined;
  let changed = name !== undefined && !OPEN.has(name) && emptyUnknown(message);
  const secrets = name === undefined ? undefined : SECRETS[name];
  for (const [key, inner] of Object.entries(message)) {
    if (key.startsWith("$")) continue;
    const change = secrets?.[key];
    if (change !== undefined) changed = put(message, key, change) || changed;
    else if (secrets !== undefined && isOneOf(inner) && secrets[inner.case] !== undefined) {
      changed = put(inner, "value", secrets[inner.case] as Change) || changed;
    } else changed = redactIn(inner) || changed;
  }
  if (name === "MeshPacket") changed = redactPacket(value as MeshPacket) || changed;
  if (name === "ClientNotification") changed = redactNotification(message) || changed;
  return changed;
}

function put(holder: Record<string, unknown>, key: string, change: Change): boolean {
  const before = holder[key];
  const after = change === "empty" ? emptyLike(before) : filledLike(before);
  holder[key] = after;
  return typeof before === "object" ? (before as Uint8Array).length > 0 : before !== after;
}

function emptyLike(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(0);
  return typeof value === "string" ? "" : 0;
}

function filledLike(value: unknown): unknown {
  if (value instanceof Uint8Array) return filler(value);
  return new TextDecoder().decode(filler(new TextEncoder().encode(value as string)));
}

function isOneOf(value: unknown): value is { case: string; value: unknown } & Record<string, unknown> {
  return typeof value === "object" && value !== null && typeof (value as { case?: unknown }).case === "string";
}

function emptyUnknown(message: Record<string, unknown>): boolean {
  const unknown = message["$unknown"] as { no: number; wireType: number; data: Uint8Array }[] | undefined;
  if (unknown === undefined) return false;
  const kept = unknown.filter(({ wireType }) => wireType !== GROUP);
  let changed = kept.length !== unknown.length;
  for (const field of kept) {
    // Its length stands in front of its bytes.
    if (field.wireType !== LENGTH_DELIMITED || field.data.length <= 1) continue;
    field.data = new Uint8Array([0]);
    changed = true;
  }
  message["$unknown"] = kept;
  return changed;
}

/** A payload that is encrypted stays: who has not the key reads nothing. */
function redactPacket(packet: MeshPacket): boolean {
  if (packet.payloadVariant.case !== "decoded") return false;
  const data: Data = packet.payloadVariant.value;
  const before = data.payload;
  if (data.portnum === PortNum.ADMIN_APP) data.payload = rewritten("AdminMessage", before) ?? filler(before);
  else if (data.portnum === MESH_BEACON_APP) data.payload = filler(before);
  else if (packet.to !== BROADCAST_NUM && !KEPT_WHEN_DIRECT.has(data.portnum)) data.payload = filler(before);
  return data.payload !== before;
}

/** The message of a key verification names its security number (KeyVerificationModule.cpp). */
function redactNotification(notification: Record<string, unknown>): boolean {
  const variant = notification["payloadVariant"];
  if (!isOneOf(variant) || !variant.case.startsWith("keyVerification")) return false;
  return put(notification, "message", "fill");
}

function holdsFrameHead(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(START1); at >= 0; at = bytes.indexOf(START1, at + 1)) {
    if (bytes[at + 1] === START2 && (bytes[at + 2] ?? 0) <= MAX_LENGTH_HIGH) return true;
  }
  return false;
}
