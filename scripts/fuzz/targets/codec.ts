/** Messages of the node: decoded, read, and encoded again. */
import { decode, encode } from "../../../src/link/codec.ts";
import type { MessageName } from "../../../src/link/messages.ts";
import { packetBytes } from "../../../src/link/packet_bytes.ts";
import { readPacket } from "../../../src/mesh/packet.ts";
import { packetLine } from "../../../src/mesh/packet_line.ts";
import { seedPackets } from "../seeds.ts";
import { allowing, mustHold, type Target } from "../target.ts";

const ALSO: readonly MessageName[] = [
  "ToRadio",
  "MeshPacket",
  "Data",
  "User",
  "Position",
  "Telemetry",
  "RouteDiscovery",
  "AdminMessage",
  "NeighborInfo",
];

export const codec: Target = {
  name: "codec",
  shape: "packet",
  seeds: seedPackets,
  open: () => ({
    run(input) {
      for (const name of ALSO) allowing(isDecodeError, () => decode(name, input));
      const raw = packetBytes(input);
      const message = allowing(isDecodeError, () => decode("FromRadio", input));
      if (message === undefined) return;
      const again = encode("FromRadio", message);
      mustHold(sameBytes(encode("FromRadio", decode("FromRadio", again)), again), "what was encoded is decoded to the same");
      if (message.payloadVariant.case !== "packet") return;
      const incoming = readPacket(message.payloadVariant.value);
      mustHold(packetLine(incoming).length < 2000, "a packet is told in one short line");
      mustHold(!/\p{Cc}/u.test(packetLine(incoming)), "a packet is told in one line");
      // Of several packets in one message, protobuf decoders make one.
      if (raw !== undefined) mustHold(raw.length <= input.length, "the packet's bytes are those of the message");
    },
  }),
};

/** What the library throws at bytes that are no such message; a stack that overflows is something else. */
export function isDecodeError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // A text that is no UTF-8.
  if (error instanceof TypeError) return /encoded data/.test(error.message);
  return (error.constructor === Error || error instanceof RangeError) && !/stack/i.test(error.message);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
