/** The packets that the decoders are measured with: the same ones for all. */
import { encode, encodedLengthBytes } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { Init } from "../../src/link/messages.ts";
import { Random } from "../../src/simulator/random.ts";

/** How many packets, and how long each is as a FromRadio payload. */
export const PACKETS = 200_000;
export const PACKET_BYTES = 60;

const MARKED_EVERY = 10_000;
// The last byte of the dash and the first of the letter are the frame marker, 0x94 0xC3.
const MARKED = new TextEncoder().encode("—été");

/** The FromRadio payloads, ids 1 to PACKETS: texts, of which every 10,000th holds the frame marker. */
export function makePayloads(): Uint8Array[] {
  const random = new Random(1);
  const textBytes = PACKET_BYTES - encodedLengthBytes("FromRadio", fromRadio(1, new Uint8Array(1))) + 1;
  return Array.from({ length: PACKETS }, (_, index) => {
    const text = Uint8Array.from({ length: textBytes }, () => random.integer(0x20, 0x7e));
    if (index % MARKED_EVERY === MARKED_EVERY / 2) text.set(MARKED, 3);
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
