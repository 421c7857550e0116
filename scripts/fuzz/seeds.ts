/** FromRadio messages to begin with: those of the recording, and one packet of each kind. */
import { encode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { Init } from "../../src/link/messages.ts";
import { readRecording } from "../../tests/support/recording.ts";
import { payloadsIn } from "./mutator.ts";

/** Our own node in these messages. */
export const OWN_NUM = 0x16fad3dc;
const SENDER_NUM = 0xa1b2e4ed;

/** Encoded FromRadio messages. */
export async function seedPackets(): Promise<Uint8Array[]> {
  const recorded = (await readRecording()).filter(({ dir }) => dir === "from").flatMap(({ bytes }) => payloadsIn(bytes));
  return [...recorded, ...PACKETS.map(([portnum, payload]) => packetOf(portnum, payload)), ENCRYPTED];
}

const PACKETS: readonly (readonly [portnum: number, payload: Uint8Array])[] = [
  [PortNum.TEXT_MESSAGE_APP, new TextEncoder().encode("/ping")],
  [
    PortNum.POSITION_APP,
    encode("Position", { latitudeI: 488_252_000, longitudeI: 23_622_000, altitude: 40, time: 1_781_524_800, precisionBits: 32 }),
  ],
  [
    PortNum.NODEINFO_APP,
    encode("User", { id: "!a1b2e4ed", longName: "Alice", shortName: "Alic", hwModel: 43, publicKey: new Uint8Array(32).fill(7) }),
  ],
  [
    PortNum.TELEMETRY_APP,
    encode("Telemetry", {
      variant: { case: "deviceMetrics", value: { batteryLevel: 80, voltage: 4, channelUtilization: 12, airUtilTx: 1 } },
    }),
  ],
  [
    PortNum.TELEMETRY_APP,
    encode("Telemetry", { variant: { case: "environmentMetrics", value: { temperature: 21.5, relativeHumidity: 40 } } }),
  ],
  [PortNum.TELEMETRY_APP, encode("Telemetry", { variant: { case: "localStats", value: { uptimeSeconds: 5000, numOnlineNodes: 12 } } })],
  [
    PortNum.TRACEROUTE_APP,
    encode("RouteDiscovery", { route: [0x1111, 0x2222], snrTowards: [10, -8, 4], routeBack: [0x3333], snrBack: [5, -128] }),
  ],
  [PortNum.ROUTING_APP, encode("Routing", { variant: { case: "errorReason", value: 5 } })],
  [
    PortNum.NEIGHBORINFO_APP,
    encode("NeighborInfo", { nodeId: SENDER_NUM, neighbors: [{ nodeId: 0x4444, snr: 6.5 }, { nodeId: 0x5555, snr: -12 }] }),
  ],
  [
    PortNum.ADMIN_APP,
    encode("AdminMessage", {
      payloadVariant: { case: "getDeviceMetadataResponse", value: { firmwareVersion: "2.7.26" } },
      sessionPasskey: new Uint8Array(8),
    }),
  ],
];

const RECEPTION: Init<"MeshPacket"> = {
  from: SENDER_NUM,
  to: OWN_NUM,
  id: 0x1234_5678,
  rxTime: 1_781_524_800,
  rxSnr: 7.5,
  rxRssi: -92,
  hopLimit: 2,
  hopStart: 3,
  wantAck: true,
  pkiEncrypted: true,
  publicKey: new Uint8Array(32).fill(7),
  relayNode: 0xed,
  transportMechanism: 1,
};

const ENCRYPTED = encode("FromRadio", {
  payloadVariant: { case: "packet", value: { ...RECEPTION, payloadVariant: { case: "encrypted", value: new Uint8Array(40).fill(9) } } },
});

/** A packet to our own node, as the node tells it. */
export function packetOf(portnum: number, payload: Uint8Array): Uint8Array {
  const value = { ...RECEPTION, payloadVariant: { case: "decoded" as const, value: { portnum, payload, requestId: 77, bitfield: 1 } } };
  return encode("FromRadio", { payloadVariant: { case: "packet", value } });
}
