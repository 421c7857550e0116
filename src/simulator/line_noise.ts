/** What a bad line, or a node that prints its log, puts between the frames. */
import { encode } from "../link/codec.ts";
import { PortNum } from "../link/enums.ts";
import { encodeFrame } from "../link/frame.ts";
import { freshPacketId, type Random } from "./random.ts";

const LOG_LINES: readonly string[] = [
  "\x1b[34mDEBUG \x1b[0m| ??:??:?? 12 [Router] Module 'routing' wantsPacket=1\r\n",
  "\x1b[32mINFO  \x1b[0m| 14:03:22 431 [RadioIf] Lora RX (id=0x5a1f fr=0x8d, Ch=0x8)\r\n",
  "\x1b[33mWARN  \x1b[0m| 14:03:25 434 [Power] Low heap, 18432 bytes\r\n",
];

/** A frame of which only the first half was written. */
export function halfFrame(random: Random): Uint8Array {
  const payload = encode("FromRadio", {
    payloadVariant: {
      case: "packet",
      value: {
        from: random.integer(4, 0xffff_fffe),
        to: 0xffff_ffff,
        id: freshPacketId(),
        payloadVariant: { case: "decoded", value: { portnum: PortNum.TEXT_MESSAGE_APP, payload: random.bytes(random.integer(20, 200)) } },
      },
    },
  });
  const frame = encodeFrame(payload);
  return frame.slice(0, random.integer(5, Math.floor(frame.length / 2)));
}

/** At least so many bytes that are no frame: log lines of the node, lone markers, markers with impossible lengths, noise. */
export function strayBytes(random: Random, length: number): Uint8Array {
  const pieces: number[] = [];
  // Pieces are kept whole: a marker cut off behind its second byte would make a length of what follows it.
  while (pieces.length < length) pieces.push(...random.pick(PIECES)(random));
  return new Uint8Array(pieces);
}

const PIECES: readonly ((random: Random) => Iterable<number>)[] = [
  (random) => new TextEncoder().encode(random.pick(LOG_LINES)),
  () => [0x94],
  () => [0x94, 0x94, 0x0a],
  (random) => [0x94, 0xc3, 0x7f, random.integer(0, 0xff)],
  // Without 0x94: chance must not write a marker with a plausible length, which would be a half frame.
  (random) => random.bytes(random.integer(1, 12)).map((byte) => byte === 0x94 ? 0x95 : byte),
];
