/** The packets that are decoded against the clock. */
import { encode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { Init } from "../../src/link/messages.ts";

/** How many there are; their ids are 1, 2, 3… */
export const PACKETS = 200_000;

/** The length of each as a FromRadio message. */
export const PACKET_BYTES = 60;

/** Every so many packets the text holds a frame's marker, as any text may. */
export const MARKER_EVERY = 1000;

const MARKERS = [[0x94, 0xc3], [0x94, 0xc3, 0x00, 0x04]];

/** All of them as payloads of frames, in order, the same each time. */
export function packetPayloads(): Uint8Array[] {
  const textBytes = PACKET_BYTES - encode("FromRadio", textMessage(1, new Uint8Array(1))).length + 1;
  return Array.from({ length: PACKETS }, (_, index) => {
    const id = index + 1;
    const text = new TextEncoder().encode(String(id).padStart(textBytes, "."));
    // Not the last ones: a reader that lost them would wait for ever.
    if (id % MARKER_EVERY === MARKER_EVERY / 2) text.set(MARKERS[Math.floor(id / MARKER_EVERY) % MARKERS.length] ?? [], 0);
    return encode("FromRadio", textMessage(id, text));
  });
}

function textMessage(id: number, payload: Uint8Array): Init<"FromRadio"> {
  const packet: Init<"MeshPacket"> = {
    from: 0x1234_5678,
    to: 0xffff_ffff,
    id,
    rxTime: 1_780_000_000,
    rxSnr: 5.25,
    rxRssi: -90,
    hopStart: 3,
    hopLimit: 2,
    payloadVariant: { case: "decoded", value: { portnum: PortNum.TEXT_MESSAGE_APP, payload } },
  };
  return { payloadVariant: { case: "packet", value: packet } };
}
