/** Protobuf fields written by hand: for messages that are newer than the protobuf package. */

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** A field of whole-number kind. */
export function varintField(number: number, value: number): Uint8Array {
  return new Uint8Array([...varint(number << 3 | VARINT), ...varint(value)]);
}

/** A field of bytes, string or message kind. */
export function bytesField(number: number, content: Uint8Array): Uint8Array {
  return new Uint8Array([...varint(number << 3 | LENGTH_DELIMITED), ...varint(content.length), ...content]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
