/** The packets that the decoders are measured with: the same ones for all. */
import { encode, encodedLengthBytes } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { Init } from "../../src/link/messages.ts";
import { Random } from "../../src/simulator/random.ts";

/** How many packets, and how long each is as a FromRadio payload. */
export const PACKETS = 200_000;
export const PACKET_BYTES = 60;

const MARKED_EVERY = 10_000;

/** The FromRadio payloads, ids 1 to PACKETS. Texts are random bytes; every 10,000th holds the frame marker for certain. */
export function makePayloads(count = PACKETS): Uint8Array[] {
  const random = new Random(1);
  const textBytes = PACKET_BYTES - encodedLengthBytes("FromRadio", fromRadio(1, new Uint8Array(1))) + 1;
  return Array.from({ length: count }, (_, index) => {
    const text = random.bytes(textBytes);
    // The last ones end the measurement, whatever a decoder makes of markers.
    if (count - index < 1000) text.fill(0x61);
    else if (index % MARKED_EVERY === MARKED_EVERY - 1) text.set([0x94, 0xc3], 3);
    const payload = encode("FromRadio", fromRadio(index + 1, text));
    if (payload.length !== PACKET_BYTES) throw new Error(`Packet ${index + 1} is ${payload.length} bytes long`);
    return payload;
  });
}

function fromRadio(id: number, payload: Uint8Array): Init<"FromRadio"> {
  const packet: Init<"MeshPacket"> = {
    from: 0x1a2b3c4d,
    to: 0xffff_ffff,
    id,
    rxTime: 1_767_225_600,
    rxSnr: 6.25,
    hopLimit: 2,
    hopStart: 3,
    payloadVariant: { case: "decoded", value: { portnum: PortNum.TEXT_MESSAGE_APP, payload } },
  };
  return { payloadVariant: { case: "packet", value: packet } };
}
