/** What a large mesh says, as its node gives it to the bot: texts on two channels, positions, telemetry, NodeInfo of 1,600 nodes. */
import { encode } from "../../src/link/codec.ts";
import { PortNum, TransportMechanism } from "../../src/link/enums.ts";
import type { Init } from "../../src/link/messages.ts";
import { BROADCAST_NUM, formatNodeId } from "../../src/node_id.ts";
import { Random } from "../../src/simulator/random.ts";

/** How many packets, and from how many nodes. */
export const PACKETS = 200_000;
export const NODES = 1600;
/** The id of the last one, a direct message to our node; the others count from 1. */
export const LAST_ID = PACKETS;
/** The channel on which the bot listens. */
export const LISTENED_CHANNEL = 1;

const KINDS = [
  [PortNum.TELEMETRY_APP, 40],
  [PortNum.POSITION_APP, 28],
  [PortNum.NODEINFO_APP, 15],
  [PortNum.TEXT_MESSAGE_APP, 17],
] as const;
// Of a hundred texts.
const LISTENED_SHARE = 0.4;
const TEXT = "Good morning from here, all is well on the hill and the antenna is up again ";

/** The FromRadio payloads for the node `ownNum`, heard at `timeS`. */
export function makeMeshPayloads(ownNum: number, timeS: number): Uint8Array[] {
  const random = new Random(1);
  const users = Array.from({ length: NODES }, (_, node) => encode("User", userOf(node, random.bytes(32))));
  return Array.from({ length: PACKETS }, (_, index) => {
    const id = index + 1;
    const node = random.integer(0, NODES - 1);
    const portnum = id === LAST_ID ? PortNum.TEXT_MESSAGE_APP : kindBy(random);
    const hopStart = random.integer(3, 7);
    const listened = portnum === PortNum.TEXT_MESSAGE_APP && random.chance(LISTENED_SHARE);
    const packet: Init<"MeshPacket"> = {
      from: nodeNum(node),
      to: id === LAST_ID ? ownNum : BROADCAST_NUM,
      channel: listened ? LISTENED_CHANNEL : 0,
      id,
      rxTime: timeS,
      rxSnr: random.integer(-80, 40) / 4,
      rxRssi: -random.integer(60, 130),
      hopStart,
      hopLimit: random.integer(0, hopStart),
      relayNode: random.integer(1, 255),
      transportMechanism: TransportMechanism.TRANSPORT_LORA,
      payloadVariant: { case: "decoded", value: { portnum, payload: payloadOf(portnum, users[node], random), bitfield: 1 } },
    };
    return encode("FromRadio", { payloadVariant: { case: "packet", value: packet } });
  });
}

function nodeNum(node: number): number {
  return 0x1000_0000 + node * 7919;
}

function userOf(node: number, publicKey: Uint8Array): Init<"User"> {
  const id = formatNodeId(nodeNum(node));
  return { id, longName: `Node number ${node}`, shortName: node.toString(36), hwModel: 43, macaddr: new Uint8Array(6), publicKey };
}

function kindBy(random: Random): number {
  let left = random.next() * 100;
  for (const [portnum, share] of KINDS) {
    left -= share;
    if (left < 0) return portnum;
  }
  return PortNum.TEXT_MESSAGE_APP;
}

function payloadOf(portnum: number, user: Uint8Array | undefined, random: Random): Uint8Array {
  switch (portnum) {
    case PortNum.NODEINFO_APP:
      return user ?? new Uint8Array(0);
    case PortNum.POSITION_APP:
      return encode("Position", {
        latitudeI: random.integer(480_000_000, 490_000_000),
        longitudeI: random.integer(20_000_000, 30_000_000),
        altitude: random.integer(0, 300),
        precisionBits: 15,
        satsInView: 9,
      });
    case PortNum.TELEMETRY_APP: {
      const value = {
        batteryLevel: random.integer(1, 101),
        voltage: 3 + random.next(),
        channelUtilization: random.next() * 30,
        airUtilTx: random.next() * 5,
        uptimeSeconds: random.integer(1, 9_999_999),
      };
      return encode("Telemetry", { time: 1_800_000_000, variant: { case: "deviceMetrics", value } });
    }
    default:
      return new TextEncoder().encode(TEXT.slice(0, random.integer(4, TEXT.length)));
  }
}
