/** What a virtual node answers to a packet that our node sent to it. */
import { decode, encode } from "../link/codec.ts";
import { PortNum, Priority, RoutingError } from "../link/enums.ts";
import type { Data, Init, MeshPacket, RouteDiscovery } from "../link/messages.ts";
import { metresBetween } from "./geography.ts";
import { hopsAway, responseHopLimit } from "./hops.ts";
import { signalAt } from "./radio_path.ts";
import type { Random } from "./random.ts";
import { quarterDecibels } from "./traceroute.ts";
import type { VirtualNode } from "./virtual_node.ts";

/** The circumstances of an answer. */
export interface ReplyContext {
  readonly node: VirtualNode;
  /** The nodes between ours and this one, ours first, with their places. */
  readonly relays: readonly VirtualNode[];
  /** Our node's place. */
  readonly home: { readonly latitude: number; readonly longitude: number };
  readonly random: Random;
  readonly timeS: number;
}

const OWN_HOP_LIMIT = 3;
const UPTIME_S = 86_400;

/** The answer, as the firmware's modules give it: a reply, else an acknowledgement, else nothing. */
export function answerOf(request: MeshPacket, context: ReplyContext): Init<"MeshPacket"> | undefined {
  if (request.payloadVariant.case !== "decoded") return undefined;
  const data = request.payloadVariant.value;
  const reply = data.wantResponse && data.requestId === 0 ? payloadOf(data, context) : undefined;
  if (reply !== undefined) {
    return response(request, { portnum: data.portnum, payload: reply }, { priority: Priority.RELIABLE, wantAck: request.wantAck });
  }
  if (data.wantResponse) return routing(request, RoutingError.NO_RESPONSE);
  if (!request.wantAck) return undefined;
  if (data.portnum === PortNum.TEXT_MESSAGE_APP || (data.requestId === 0 && data.replyId === 0)) return routing(request, RoutingError.NONE);
  // What answers something is acknowledged only to a sender nearby, who would not hear anybody repeat it.
  return hopsAway(request) === 0 ? { ...routing(request, RoutingError.NONE), hopStart: 0 } : undefined;
}

function routing(request: MeshPacket, error: number): Init<"MeshPacket"> {
  const payload = encode("Routing", { variant: { case: "errorReason", value: error } });
  const text = request.payloadVariant.case === "decoded" && request.payloadVariant.value.portnum === PortNum.TEXT_MESSAGE_APP;
  return response(request, { portnum: PortNum.ROUTING_APP, payload }, { priority: Priority.ACK, wantAck: text });
}

function response(request: MeshPacket, data: Init<"Data">, rest: Init<"MeshPacket">): Init<"MeshPacket"> {
  return {
    ...rest,
    to: request.from,
    channel: request.channel,
    hopStart: responseHopLimit(request, OWN_HOP_LIMIT),
    payloadVariant: { case: "decoded", value: { ...data, requestId: request.id } },
  };
}

/** The payload of the reply; undefined when no module of this node answers such a request. */
function payloadOf(data: Data, context: ReplyContext): Uint8Array | undefined {
  const { node, timeS, random } = context;
  switch (data.portnum) {
    case PortNum.TRACEROUTE_APP:
      return encode("RouteDiscovery", routeOf(data, context));
    case PortNum.NODEINFO_APP:
      return encode("User", node.user());
    case PortNum.POSITION_APP: {
      const position = node.position(timeS);
      return position === undefined ? undefined : encode("Position", position);
    }
    case PortNum.TELEMETRY_APP: {
      const metrics = node.metrics(Math.round(random.between(300, 1900)) / 100, UPTIME_S);
      return encode("Telemetry", { time: timeS, variant: { case: "deviceMetrics", value: metrics } });
    }
    default:
      return undefined;
  }
}

/** The route there with the SNR at every node that heard the question, and the way back up to our nearest neighbour. */
function routeOf(data: Data, { node, relays, home, random }: ReplyContext): Init<"RouteDiscovery"> {
  const asked = readRoute(data.payload);
  const places = [home, ...relays.map((relay) => relay.place), node.place];
  const stretches = places.slice(1).map((place, index) => metresBetween(places[index] as typeof place, place));
  const snr = (distanceM: number): number => quarterDecibels(signalAt(distanceM, random).snr);
  const route = relays.map((relay) => relay.num);
  return {
    route: [...asked.route, ...route],
    snrTowards: [...asked.snrTowards, ...stretches.map(snr)],
    routeBack: route.toReversed(),
    // Our own node adds what the last stretch is worth.
    snrBack: stretches.slice(1).toReversed().map(snr),
  };
}

function readRoute(payload: Uint8Array): Pick<RouteDiscovery, "route" | "snrTowards"> {
  try {
    return decode("RouteDiscovery", payload);
  } catch {
    return { route: [], snrTowards: [] };
  }
}
