/** One NodeInfo as the radio told it, kept up to date by what is heard of the node since, as the radio does in its own list. */
import { decode, encode } from "../link/codec.ts";
import { PortNum } from "../link/enums.ts";
import type { Init, MeshPacket } from "../link/messages.ts";
import type { NodeRecord } from "../mesh/node_db.ts";
import { formatNodeId } from "../node_id.ts";
import { bytesField, fixed32Field, partOf, replaceFields, varintField } from "./wire.ts";

// Field numbers of mesh.proto, NodeInfo and User; of telemetry.proto, Telemetry.
const NODE_INFO = { user: 2, position: 3, snr: 4, lastHeard: 5, deviceMetrics: 6, channel: 7, viaMqtt: 8, hopsAway: 9 } as const;
const USER = { id: 1, publicKey: 8 } as const;
const DEVICE_METRICS = 2;
const KEY_BYTES = 32;
const TEXTS = { longName: 2, shortName: 3 } as const;
// What the firmware's own fields hold (mesh.options): a longer name is no User to it.
const MAX_LONG_NAME_BYTES = 39;
const MAX_SHORT_NAME_BYTES = 4;
// A FromRadio has at most 512 bytes, and whoever sends to us must not make one that fits in none.
const MAX_NODE_INFO_BYTES = 490;

/** The public key in an encoded NodeInfo; empty when it has none. */
export function keyOf(nodeInfo: Uint8Array): Uint8Array {
  const user = partOf(nodeInfo, NODE_INFO.user);
  return user === undefined ? new Uint8Array(0) : partOf(user, USER.publicKey) ?? new Uint8Array(0);
}

/** The User in an encoded NodeInfo. */
export function userOf(nodeInfo: Uint8Array): Uint8Array | undefined {
  return partOf(nodeInfo, NODE_INFO.user);
}

/** The encoded NodeInfo after a packet of its node; `nodeInfo` undefined: the node was not in the list. */
export function heard(packet: MeshPacket, nodeInfo: Uint8Array | undefined): Uint8Array {
  const before = nodeInfo ?? encode("NodeInfo", { num: packet.from });
  const changes = new Map<number, Uint8Array | null>();
  if (packet.rxTime > 0) changes.set(NODE_INFO.lastHeard, fixed32Field(NODE_INFO.lastHeard, packet.rxTime));
  if (packet.rxSnr !== 0) changes.set(NODE_INFO.snr, floatField(NODE_INFO.snr, packet.rxSnr));
  if (packet.hopStart > 0 && packet.hopLimit <= packet.hopStart) {
    changes.set(NODE_INFO.hopsAway, varintField(NODE_INFO.hopsAway, packet.hopStart - packet.hopLimit));
    changes.set(NODE_INFO.viaMqtt, packet.viaMqtt ? varintField(NODE_INFO.viaMqtt, 1) : null);
  }
  const data = packet.payloadVariant.case === "decoded" ? packet.payloadVariant.value : undefined;
  try {
    if (data?.portnum === PortNum.NODEINFO_APP) {
      const user = believed(data.payload, packet.from, keyOf(before));
      if (user !== undefined) {
        changes.set(NODE_INFO.user, bytesField(NODE_INFO.user, user));
        changes.set(NODE_INFO.channel, packet.channel === 0 ? null : varintField(NODE_INFO.channel, packet.channel));
      }
    } else if (data?.portnum === PortNum.POSITION_APP) {
      const { latitudeI, longitudeI } = decode("Position", data.payload);
      if (latitudeI !== undefined && longitudeI !== undefined) {
        changes.set(NODE_INFO.position, bytesField(NODE_INFO.position, data.payload));
      }
    } else if (data?.portnum === PortNum.TELEMETRY_APP && decode("Telemetry", data.payload).variant.case === "deviceMetrics") {
      const metrics = partOf(data.payload, DEVICE_METRICS);
      if (metrics !== undefined) changes.set(NODE_INFO.deviceMetrics, bytesField(NODE_INFO.deviceMetrics, metrics));
    }
  } catch {
    // What the sender wrote is no such message; that it was heard is true all the same.
  }
  const after = changes.size === 0 ? before : replaceFields(before, changes);
  return after.length > MAX_NODE_INFO_BYTES ? before : after;
}

/** A NodeInfo from what the program remembers of a node, for the time before the radio has told its list. */
export function remembered(node: NodeRecord): Uint8Array {
  const { place } = node;
  const info: Init<"NodeInfo"> = {
    num: node.num,
    user: {
      id: formatNodeId(node.num),
      longName: node.longName,
      shortName: node.shortName,
      hwModel: node.hwModel as never,
      role: node.role as never,
      publicKey: node.publicKey,
      isLicensed: node.isLicensed,
      ...(node.isUnmessagable ? { isUnmessagable: true } : {}),
    },
    viaMqtt: node.viaMqtt,
    isFavorite: node.isFavorite,
    lastHeard: Math.floor((node.lastHeardWallMs ?? 0) / 1000),
    ...(node.hopsAway === undefined ? {} : { hopsAway: node.hopsAway }),
    ...(node.direct === undefined ? {} : { snr: node.direct.snr }),
    ...(place === undefined ? {} : {
      position: {
        latitudeI: Math.round(place.latitude * 1e7),
        longitudeI: Math.round(place.longitude * 1e7),
        precisionBits: place.precisionBits ?? 32,
        ...(place.altitudeM === undefined ? {} : { altitude: Math.round(place.altitudeM) }),
      },
    }),
  };
  // A node without a name has told none.
  const { user: _unknown, ...nameless } = info;
  return encode("NodeInfo", node.longName === "" && node.shortName === "" && node.publicKey.length === 0 ? nameless : info);
}

/** The User as the radio takes it up: under its true id, and only with the key that is known already (NodeDB.cpp, updateUser). */
function believed(user: Uint8Array, num: number, key: Uint8Array): Uint8Array | undefined {
  // Throws where a name is no UTF-8, which some clients' decoders refuse with all that comes with it.
  const { publicKey } = decode("User", user);
  if (publicKey.length !== 0 && publicKey.length !== KEY_BYTES) return undefined;
  const lengthOf = (name: number) => partOf(user, name)?.length ?? 0;
  if (lengthOf(TEXTS.longName) > MAX_LONG_NAME_BYTES || lengthOf(TEXTS.shortName) > MAX_SHORT_NAME_BYTES) return undefined;
  if (key.length === KEY_BYTES && !key.every((byte, index) => publicKey[index] === byte)) return undefined;
  return replaceFields(user, new Map([[USER.id, bytesField(USER.id, new TextEncoder().encode(formatNodeId(num)))]]));
}

function floatField(number: number, value: number): Uint8Array {
  const field = fixed32Field(number, 0);
  new DataView(field.buffer).setFloat32(field.length - 4, value, true);
  return field;
}
