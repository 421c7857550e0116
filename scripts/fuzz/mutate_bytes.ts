/** Mutations of bytes, whatever they mean. */
import type { Random } from "../../src/simulator/random.ts";

const TELLING = [0x00, 0x01, 0x0a, 0x0d, 0x20, 0x22, 0x7f, 0x80, 0x94, 0xc0, 0xc3, 0xfe, 0xff];
const TELLING_WORDS = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x0200, 0x0201, 0xffff];

/** One mutation; `others` are inputs of which a part may come in. */
export function mutateBytes(input: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const at = random.integer(0, Math.max(0, input.length - 1));
  const length = random.chance(0.7) ? random.integer(1, 8) : random.integer(1, Math.max(1, input.length));
  switch (random.integer(0, 9)) {
    case 0:
      return changed(input, at, (byte) => byte ^ (1 << random.integer(0, 7)));
    case 1:
      return changed(input, at, () => random.pick(TELLING));
    case 2:
      return changed(input, at, () => random.integer(0, 255));
    case 3:
      return joined(input.subarray(0, at), input.subarray(at + length));
    case 4:
      return joined(input.subarray(0, at), random.bytes(random.integer(1, 16)), input.subarray(at));
    case 5: {
      // A part of itself again, once or many times.
      const part = input.subarray(at, at + length);
      const times = random.chance(0.1) ? random.integer(2, 200) : 1;
      return joined(input.subarray(0, at), ...Array.from({ length: times }, () => part), input.subarray(at));
    }
    case 6:
      return input.subarray(0, at);
    case 7: {
      const other = random.pick(others.length === 0 ? [input] : others);
      const from = random.integer(0, Math.max(0, other.length - 1));
      return joined(input.subarray(0, at), other.subarray(from, from + random.integer(1, Math.max(1, other.length))), input.subarray(at));
    }
    case 8: {
      const word = new Uint8Array(4);
      new DataView(word.buffer).setUint32(0, random.pick(TELLING_WORDS), random.chance(0.5));
      const kept = word.subarray(0, random.pick([2, 4]));
      return joined(input.subarray(0, at), kept, input.subarray(at + kept.length));
    }
    default:
      return joined(input.subarray(at), input.subarray(0, at));
  }
}

/** Pieces as one. */
export function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function changed(input: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const copy = input.slice();
  if (copy.length > 0) copy[at] = change(copy[at] as number);
  return copy;
}
