/** What a node at a large gathering hears: many nodes, few of them often, many packets twice, bursts, and nothing at all for a while. */
import { encode } from "../../src/link/codec.ts";
import { PortNum, TransportMechanism } from "../../src/link/enums.ts";
import { encodeFrame } from "../../src/link/frame.ts";
import type { Init } from "../../src/link/messages.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import type { Random } from "../../src/simulator/random.ts";

/** A gathering as it was measured: nodes heard, packets an hour, and the most of them in one second. */
export interface Gathering {
  readonly name: string;
  readonly nodes: number;
  readonly packetsPerHour: number;
  readonly burstPerSecond: number;
}

/** In the first half of each day and in the second. */
export const GATHERINGS: readonly [Gathering, Gathering] = [
  { name: "Burning Man", nodes: 1606, packetsPerHour: 643, burstPerSecond: 0 },
  { name: "DEF CON", nodes: 1831, packetsPerHour: 977, burstPerSecond: 140 },
];

/** Share of the packets that come a second time, by another relay. */
export const DOUBLED_SHARE = 0.42;

const HOUR_MS = 3_600_000;
const PORTS: readonly (readonly [share: number, portnum: number | "encrypted"])[] = [
  [0.2, "encrypted"],
  [0.26, PortNum.TELEMETRY_APP],
  [0.22, PortNum.POSITION_APP],
  [0.14, PortNum.NODEINFO_APP],
  [0.08, PortNum.TEXT_MESSAGE_APP],
  [0.04, PortNum.ROUTING_APP],
  [0.03, PortNum.TRACEROUTE_APP],
  [0.03, PortNum.NEIGHBORINFO_APP],
];

/** Makes the frames that our node writes for what it heard. */
export class LargeMesh {
  readonly #random: Random;
  readonly #nums: readonly number[];
  #nextId: number;
  #doubles: Init<"MeshPacket">[] = [];

  constructor(random: Random) {
    this.#random = random;
    this.#nums = Array.from({ length: Math.max(...GATHERINGS.map(({ nodes }) => nodes)) }, () => random.integer(0x1000, 0xffff_ff00));
    this.#nextId = random.integer(1, 0xffff);
  }

  /** When packets come within the next hour, in milliseconds from its beginning, in order; a burst once an hour. */
  hour({ packetsPerHour, burstPerSecond }: Gathering): number[] {
    const burstFromMs = this.#random.between(0, HOUR_MS - 1000);
    return Array.from({ length: packetsPerHour }, (_, index) => {
      const inBurst = index < burstPerSecond;
      return inBurst ? burstFromMs + this.#random.between(0, 1000) : this.#random.between(0, HOUR_MS);
    }).sort((a, b) => a - b);
  }

  /** The next packet as the node writes it; `timeS` is the node's clock. */
  frame(gathering: Gathering, timeS: number): Uint8Array {
    const double = this.#random.chance(DOUBLED_SHARE) ? this.#doubles.shift() : undefined;
    const packet = double ?? this.#packet(gathering);
    if (double === undefined) {
      this.#doubles.push(packet);
      if (this.#doubles.length > 8) this.#doubles.shift();
    }
    const hopLimit = Math.max(0, (packet.hopLimit ?? 0) - (double === undefined ? 0 : 1));
    const heard = { ...packet, hopLimit, rxTime: timeS, rxSnr: this.#random.integer(-80, 48) / 4, rxRssi: this.#random.integer(-125, -40) };
    return encodeFrame(encode("FromRadio", { id: this.#nextId++ >>> 0, payloadVariant: { case: "packet", value: heard } }));
  }

  #packet({ nodes }: Gathering): Init<"MeshPacket"> {
    const random = this.#random;
    // Few nodes are heard often, most seldom.
    const index = Math.floor(nodes * random.next() ** 3);
    const from = this.#nums[index] as number;
    const hopStart = random.integer(3, 7);
    const reception = {
      from,
      to: BROADCAST_NUM,
      id: random.integer(1, 0xffff_ffff),
      channel: 0,
      hopStart,
      hopLimit: random.integer(0, hopStart),
      relayNode: random.integer(1, 255),
      transportMechanism: TransportMechanism.TRANSPORT_LORA,
    };
    const portnum = this.#portnum();
    if (portnum === "encrypted") {
      return {
        ...reception,
        channel: random.integer(1, 255),
        payloadVariant: { case: "encrypted", value: random.bytes(random.integer(16, 120)) },
      };
    }
    const payload = this.#payload(portnum, index, from);
    return { ...reception, payloadVariant: { case: "decoded", value: { portnum, payload, bitfield: 1 } } };
  }

  #portnum(): number | "encrypted" {
    let at = this.#random.next();
    for (const [share, portnum] of PORTS) if ((at -= share) < 0) return portnum;
    return PortNum.POSITION_APP;
  }

  #payload(portnum: number, index: number, from: number): Uint8Array {
    const random = this.#random;
    switch (portnum) {
      case PortNum.TELEMETRY_APP: {
        const value = {
          batteryLevel: random.integer(5, 101),
          voltage: random.between(3.3, 4.2),
          channelUtilization: random.between(5, 60),
          airUtilTx: random.between(0, 8),
          uptimeSeconds: random.integer(60, 900_000),
        };
        return encode("Telemetry", { time: 0, variant: { case: "deviceMetrics", value } });
      }
      case PortNum.POSITION_APP:
        return encode("Position", {
          latitudeI: 407_864_000 + random.integer(-300_000, 300_000),
          longitudeI: -1_192_065_000 + random.integer(-300_000, 300_000),
          altitude: random.integer(1180, 1220),
          precisionBits: random.pick([13, 16, 32]),
        });
      case PortNum.NODEINFO_APP:
        return encode("User", {
          id: `!${from.toString(16).padStart(8, "0")}`,
          longName: `Camp ${index} ${["Dust", "Moth", "Node", "⚡ Café"][index % 4]}`,
          shortName: index.toString(36).slice(-4),
          hwModel: 43,
          publicKey: Uint8Array.from({ length: 32 }, (_, at) => (from >>> (at % 4 * 8)) & 0xff),
        });
      case PortNum.TEXT_MESSAGE_APP:
        return new TextEncoder().encode(
          `${["anyone at", "testing from", "hello", "who has ice at"][random.integer(0, 3)]} ${random.integer(1, 12)} & ${
            random.integer(1, 999)
          }`,
        );
      case PortNum.ROUTING_APP:
        return encode("Routing", { variant: { case: "errorReason", value: 0 } });
      case PortNum.TRACEROUTE_APP:
        return encode("RouteDiscovery", {
          route: this.#some(3),
          snrTowards: [12, -20, 8, 4],
          routeBack: this.#some(2),
          snrBack: [4, 9, 1],
        });
      default:
        return encode("NeighborInfo", {
          nodeId: from,
          neighbors: this.#some(6).map((nodeId) => ({ nodeId, snr: random.between(-15, 10) })),
        });
    }
  }

  #some(count: number): number[] {
    return Array.from({ length: count }, () => this.#random.pick(this.#nums));
  }
}
