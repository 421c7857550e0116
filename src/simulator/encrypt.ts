/** What happens to a packet before it goes out: the size limits, the choice of the key (Router.cpp, perhapsEncode). */
import { encodedLengthBytes } from "../link/codec.ts";
import { PortNum, RoutingError } from "../link/enums.ts";
import type { MeshPacket } from "../link/messages.ts";
import { BROADCAST_NUM } from "../node_id.ts";
import { sameBytes } from "./same_bytes.ts";
import type { Station } from "./station.ts";

// RadioInterface.h.
const MAX_LORA_PAYLOAD_BYTES = 255;
const LORA_HEADER_BYTES = 16;
const PKC_OVERHEAD_BYTES = 12;
const BITFIELD_WANT_RESPONSE = 2;

const NEVER_PKI: readonly number[] = [PortNum.TRACEROUTE_APP, PortNum.NODEINFO_APP, PortNum.ROUTING_APP, PortNum.POSITION_APP];

/** The packet as it goes out, or why it cannot (`Routing.Error`). */
export type Encrypted = { readonly packet: MeshPacket } | { readonly error: number };

/** Readies a packet of our own for the air. The payload stays readable here: the mesh is simulated behind the cipher. */
export function encrypt(packet: MeshPacket, station: Station): Encrypted {
  if (packet.payloadVariant.case === "encrypted") return { packet };
  if (packet.payloadVariant.case !== "decoded") return { error: RoutingError.BAD_REQUEST };
  const bitfield = packet.payloadVariant.value.wantResponse ? BITFIELD_WANT_RESPONSE : 0;
  const data = { ...packet.payloadVariant.value, bitfield };
  const payloadVariant = { case: "decoded", value: data } as const;
  const lengthBytes = encodedLengthBytes("Data", data) + LORA_HEADER_BYTES;
  if (lengthBytes > MAX_LORA_PAYLOAD_BYTES) return { error: RoutingError.TOO_LARGE };
  const key = station.nodes.publicKeyOf(packet.to);
  if (wantsPki(packet, data.portnum, key !== undefined, station)) {
    if (lengthBytes + PKC_OVERHEAD_BYTES > MAX_LORA_PAYLOAD_BYTES) return { error: RoutingError.TOO_LARGE };
    if (key === undefined) return { error: RoutingError.PKI_SEND_FAIL_PUBLIC_KEY };
    if (packet.pkiEncrypted && packet.publicKey.some((byte) => byte !== 0) && !sameBytes(packet.publicKey, key)) {
      return { error: RoutingError.PKI_FAILED };
    }
    return { packet: { ...packet, payloadVariant, channel: 0, pkiEncrypted: true, publicKey: station.publicKey } };
  }
  if (packet.pkiEncrypted) return { error: RoutingError.PKI_FAILED };
  if (station.channelKey(packet.channel) === undefined) return { error: RoutingError.NO_CHANNEL };
  return { packet: { ...packet, payloadVariant, publicKey: new Uint8Array(0) } };
}

function wantsPki(packet: MeshPacket, portnum: number, keyKnown: boolean, station: Station): boolean {
  if (packet.to === BROADCAST_NUM || NEVER_PKI.includes(portnum)) return false;
  if (!station.firmware.refusesUnknownKey && !keyKnown) return false;
  return station.firmware.pkiOnEveryChannel || packet.channel === 0 || packet.pkiEncrypted;
}
