/** A MeshPacket from the radio, read: who, to whom, how it came, and its payload by PortNum. */
import { decode } from "../link/codec.ts";
import { PortNum, RoutingError, TransportMechanism } from "../link/enums.ts";
import type { MeshPacket, Message, Position, RouteDiscovery, Telemetry, User } from "../link/messages.ts";

/** How a packet reached our node. */
export interface Reception {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  /** Channel index on our node. */
  readonly channel: number;
  /** Hops that the packet took; undefined when the packet does not say. 0 = heard directly. */
  readonly hopsUsed: number | undefined;
  readonly hopLimit: number;
  readonly hopStart: number;
  /** Signal of the last hop in dB and dBm; undefined when it did not come by radio just now. */
  readonly snr: number | undefined;
  readonly rssi: number | undefined;
  readonly viaMqtt: boolean;
  /** Last byte of the number of the node that we heard it from; 0 when unknown. */
  readonly relayNode: number;
  /** The node's own time of reception, seconds since 1970; 0 when its clock was never set. */
  readonly rxTimeS: number;
  /** A verified direct message: encrypted for our node's key by the holder of `publicKey`. */
  readonly pkiEncrypted: boolean;
  readonly publicKey: Uint8Array;
  readonly wantAck: boolean;
  /** The sender asks our node itself for an answer (its position, its telemetry, its NodeInfo). */
  readonly wantsResponse: boolean;
}

/** A packet by what it carries. */
export type Incoming =
  & Reception
  & (
    | { readonly kind: "text"; readonly text: string; readonly lengthBytes: number; readonly replyId: number; readonly emoji: boolean }
    | { readonly kind: "position"; readonly position: Position }
    | { readonly kind: "nodeInfo"; readonly user: User }
    | { readonly kind: "telemetry"; readonly telemetry: Telemetry }
    | { readonly kind: "routing"; readonly requestId: number; readonly error: number }
    | { readonly kind: "traceroute"; readonly requestId: number; readonly route: RouteDiscovery }
    | { readonly kind: "admin"; readonly requestId: number; readonly admin: Message<"AdminMessage"> }
    | { readonly kind: "other"; readonly portnum: number; readonly requestId: number; readonly payload: Uint8Array }
    | { readonly kind: "encrypted" }
    | { readonly kind: "unreadable"; readonly portnum: number; readonly reason: string }
  );

/** A text message, the only kind that can be a command. */
export type TextMessage = Extract<Incoming, { kind: "text" }>;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads a packet; a payload that cannot be read gives `unreadable` with the reason, never an exception. */
export function readPacket(packet: MeshPacket): Incoming {
  const reception = readReception(packet);
  if (packet.payloadVariant.case !== "decoded") return { ...reception, kind: "encrypted" };
  const data = packet.payloadVariant.value;
  try {
    switch (data.portnum) {
      case PortNum.TEXT_MESSAGE_APP:
        return {
          ...reception,
          kind: "text",
          text: utf8.decode(data.payload),
          lengthBytes: data.payload.length,
          replyId: data.replyId,
          emoji: data.emoji !== 0,
        };
      case PortNum.POSITION_APP:
        return { ...reception, kind: "position", position: decode("Position", data.payload) };
      case PortNum.NODEINFO_APP:
        return { ...reception, kind: "nodeInfo", user: decode("User", data.payload) };
      case PortNum.TELEMETRY_APP:
        return { ...reception, kind: "telemetry", telemetry: decode("Telemetry", data.payload) };
      case PortNum.TRACEROUTE_APP:
        return { ...reception, kind: "traceroute", requestId: data.requestId, route: decode("RouteDiscovery", data.payload) };
      case PortNum.ROUTING_APP: {
        const { variant } = decode("Routing", data.payload);
        const error = variant.case === "errorReason" ? variant.value : RoutingError.NONE;
        return { ...reception, kind: "routing", requestId: data.requestId, error };
      }
      case PortNum.ADMIN_APP:
        return { ...reception, kind: "admin", requestId: data.requestId, admin: decode("AdminMessage", data.payload) };
      default:
        return { ...reception, kind: "other", portnum: data.portnum, requestId: data.requestId, payload: data.payload };
    }
  } catch (error) {
    return { ...reception, kind: "unreadable", portnum: data.portnum, reason: error instanceof Error ? error.message : String(error) };
  }
}

function readReception(packet: MeshPacket): Reception {
  const byRadio = !packet.viaMqtt && packet.transportMechanism !== TransportMechanism.TRANSPORT_MQTT && packet.rxRssi !== 0;
  return {
    id: packet.id,
    from: packet.from,
    to: packet.to,
    channel: packet.channel,
    hopsUsed: hopsUsed(packet),
    hopLimit: packet.hopLimit,
    hopStart: packet.hopStart,
    snr: byRadio ? packet.rxSnr : undefined,
    rssi: byRadio ? packet.rxRssi : undefined,
    viaMqtt: packet.viaMqtt || packet.transportMechanism === TransportMechanism.TRANSPORT_MQTT,
    relayNode: packet.relayNode,
    rxTimeS: packet.rxTime,
    pkiEncrypted: packet.pkiEncrypted,
    publicKey: packet.publicKey,
    wantAck: packet.wantAck,
    wantsResponse: packet.payloadVariant.case === "decoded" && packet.payloadVariant.value.wantResponse,
  };
}

/**
 * hop_start − hop_limit. Unknown when hop_start is 0 and Data.bitfield is absent (old firmware does not fill
 * hop_start in; with a bitfield it is a true zero-hop packet), or when hop_start < hop_limit (firmware, Router.cpp).
 */
export function hopsUsed(packet: Pick<MeshPacket, "hopStart" | "hopLimit" | "payloadVariant">): number | undefined {
  const { hopStart, hopLimit, payloadVariant } = packet;
  if (hopStart < hopLimit) return undefined;
  if (hopStart === 0 && !(payloadVariant.case === "decoded" && payloadVariant.value.bitfield !== undefined)) return undefined;
  return hopStart - hopLimit;
}
