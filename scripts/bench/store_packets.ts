/** The packets of a large mesh, as its node would give them: 2,000 an hour from 1,600 nodes. */
import { encode, make } from "../../src/link/codec.ts";
import { PortNum, TransportMechanism } from "../../src/link/enums.ts";
import type { Init, MeshPacket } from "../../src/link/messages.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import type { Random } from "../../src/simulator/random.ts";

/** How large it is. */
export const PACKETS_AN_HOUR = 2000;
export const NODES = 1600;
export const OWN_NUM = 0x16fad3dc;

// What is sent on such a mesh, in percent; the rest cannot be decrypted.
const SHARES = [
  [PortNum.TELEMETRY_APP, 36],
  [PortNum.POSITION_APP, 25],
  [PortNum.NODEINFO_APP, 13],
  [PortNum.TEXT_MESSAGE_APP, 6],
  [PortNum.ROUTING_APP, 5],
  [PortNum.TRACEROUTE_APP, 3],
  [PortNum.NEIGHBORINFO_APP, 2],
] as const;

/** A packet that is received at `atMs`, by chance. */
export function somePacket(random: Random, atMs: number): MeshPacket {
  // A few nodes speak often, most seldom.
  const node = Math.floor(NODES * random.next() ** 2);
  const hopStart = random.integer(3, 7);
  const portnum = somePortNum(random);
  const packet: Init<"MeshPacket"> = {
    from: nodeNum(node),
    to: portnum === PortNum.ROUTING_APP || portnum === PortNum.TRACEROUTE_APP ? nodeNum(random.integer(0, NODES - 1)) : BROADCAST_NUM,
    id: random.integer(1, 0xffff_ffff),
    rxTime: Math.floor(atMs / 1000),
    rxSnr: random.integer(-80, 40) / 4,
    rxRssi: -random.integer(60, 130),
    hopStart,
    hopLimit: node % 20 === 0 ? hopStart : random.integer(0, hopStart - 1),
    relayNode: random.integer(1, 255),
    priority: 10,
    transportMechanism: TransportMechanism.TRANSPORT_LORA,
    payloadVariant: portnum === undefined
      ? { case: "encrypted", value: bytes(random, random.integer(20, 80)) }
      : { case: "decoded", value: { portnum, payload: payloadOf(portnum, random, node), bitfield: random.integer(0, 1) } },
  };
  return make("MeshPacket", packet);
}

function nodeNum(node: number): number {
  return (0x1000_0000 + node * 0x9e37_79b1) % 0xffff_0000 + 1;
}

function somePortNum(random: Random): number | undefined {
  let left = random.next() * 100;
  for (const [portnum, share] of SHARES) {
    left -= share;
    if (left < 0) return portnum;
  }
  return undefined;
}

function payloadOf(portnum: number, random: Random, node: number): Uint8Array {
  switch (portnum) {
    case PortNum.TELEMETRY_APP:
      return encode("Telemetry", {
        time: 1_800_000_000,
        variant: {
          case: "deviceMetrics",
          value: {
            batteryLevel: random.integer(1, 101),
            voltage: 3 + random.next(),
            channelUtilization: random.next() * 30,
            airUtilTx: random.next() * 5,
            uptimeSeconds: random.integer(1, 9_999_999),
          },
        },
      });
    case PortNum.POSITION_APP:
      return encode("Position", {
        latitudeI: random.integer(480_000_000, 490_000_000),
        longitudeI: random.integer(20_000_000, 30_000_000),
        altitude: random.integer(0, 300),
        time: 1_800_000_000,
        precisionBits: 15,
        satsInView: 9,
      });
    case PortNum.NODEINFO_APP:
      return encode("User", {
        id: `!${node.toString(16).padStart(8, "0")}`,
        longName: `Node number ${node}`,
        shortName: node.toString(36),
        hwModel: 43,
        macaddr: new Uint8Array(6),
        publicKey: bytes(random, 32),
      });
    case PortNum.TEXT_MESSAGE_APP:
      return new TextEncoder().encode("Good morning from here, all is well on the hill ".repeat(3).slice(0, random.integer(4, 120)));
    case PortNum.TRACEROUTE_APP:
      return encode("RouteDiscovery", {
        route: [nodeNum(random.integer(0, NODES)), nodeNum(random.integer(0, NODES))],
        snrTowards: [12, -20, 5],
      });
    case PortNum.NEIGHBORINFO_APP:
      return encode("NeighborInfo", {
        nodeId: nodeNum(node),
        // Who stands near stays near.
        neighbors: [1, 2, 7, 30, 41].map((away) => ({ nodeId: nodeNum((node + away) % NODES), snr: random.integer(-60, 40) / 4 })),
      });
    default:
      return new Uint8Array(2);
  }
}

function bytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.integer(0, 255));
}
