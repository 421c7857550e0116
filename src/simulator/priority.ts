/** How urgent a packet is that did not say so (MeshPacketQueue.cpp, fixPriority). */
import { PortNum, Priority } from "../link/enums.ts";
import type { MeshPacket } from "../link/messages.ts";

/** Its priority in the radio's queue. */
export function priorityOf({ payloadVariant, wantAck }: MeshPacket): number {
  if (payloadVariant.case !== "decoded") return wantAck ? Priority.RELIABLE : Priority.DEFAULT;
  const { portnum, requestId, wantResponse } = payloadVariant.value;
  if (portnum === PortNum.ROUTING_APP) return Priority.ACK;
  if (portnum === PortNum.TEXT_MESSAGE_APP || portnum === PortNum.ADMIN_APP) return Priority.HIGH;
  if (requestId !== 0) return Priority.RESPONSE;
  return wantAck || wantResponse ? Priority.RELIABLE : Priority.DEFAULT;
}
