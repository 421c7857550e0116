/** Protobuf fields where they lie in a message: what is not looked for keeps its bytes, its order and its place. */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** One field as it was written. */
export interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Where its tag begins. */
  readonly start: number;
  /** Where its value begins: behind the length of a length-delimited one. */
  readonly valueAt: number;
  readonly end: number;
}

/** The fields in their order; undefined when the bytes are no message (groups, which the firmware refuses, are none). */
export function fieldsOf(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    const tag = readVarint(bytes, at);
    if (tag === undefined || tag.value >>> 3 === 0) return undefined;
    at = tag.end;
    const number = tag.value >>> 3;
    const wireType = tag.value & 7;
    let valueAt = at;
    if (wireType === VARINT) {
      const value = readVarint(bytes, at);
      if (value === undefined) return undefined;
      at = value.end;
    } else if (wireType === FIXED64) at += 8;
    else if (wireType === FIXED32) at += 4;
    else if (wireType === LENGTH_DELIMITED) {
      const length = readVarint(bytes, at);
      if (length === undefined) return undefined;
      valueAt = length.end;
      at = valueAt + length.value;
    } else return undefined;
    if (at > bytes.length) return undefined;
    fields.push({ number, wireType, start, valueAt, end: at });
  }
  return fields;
}

/** The field of this number that counts: the last one, as in every protobuf decoder. */
export function lastField(fields: readonly Field[], number: number): Field | undefined {
  return fields.findLast((field) => field.number === number);
}

/** The value of a length-delimited field: a view. */
export function valueOf(bytes: Uint8Array, field: Field): Uint8Array {
  return bytes.subarray(field.valueAt, field.end);
}

/** The value of a varint or fixed32 field: its low 32 bits. */
export function numberOf(bytes: Uint8Array, field: Field): number {
  if (field.wireType === VARINT) return readVarint(bytes, field.valueAt)?.value ?? 0;
  if (field.wireType !== FIXED32) return 0;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(field.valueAt, true);
}

/** The last field of this number as a submessage or bytes; undefined when there is none. */
export function partOf(bytes: Uint8Array, number: number): Uint8Array | undefined {
  const field = lastField(fieldsOf(bytes) ?? [], number);
  return field?.wireType === LENGTH_DELIMITED ? valueOf(bytes, field) : undefined;
}

/** A varint field. */
export function varintField(number: number, value: number): Uint8Array {
  return new Uint8Array([...varint(number << 3 | VARINT), ...varint(value)]);
}

/** A fixed32 field. */
export function fixed32Field(number: number, value: number): Uint8Array {
  const tag = varint(number << 3 | FIXED32);
  const field = new Uint8Array(tag.length + 4);
  field.set(tag);
  new DataView(field.buffer).setUint32(tag.length, value, true);
  return field;
}

/** A length-delimited field. */
export function bytesField(number: number, value: Uint8Array): Uint8Array {
  return join([new Uint8Array([...varint(number << 3 | LENGTH_DELIMITED), ...varint(value.length)]), value]);
}

/**
 * The message with some fields replaced by these encoded ones (null: left out), each where its last one was; one that was
 * not there comes at the end. Bytes that are no message come back as they are.
 */
export function replaceFields(bytes: Uint8Array, changes: ReadonlyMap<number, Uint8Array | null>): Uint8Array {
  const fields = fieldsOf(bytes);
  if (fields === undefined) return bytes;
  const pieces: Uint8Array[] = [];
  for (const field of fields) {
    const change = changes.get(field.number);
    if (change === undefined) pieces.push(bytes.subarray(field.start, field.end));
    else if (change !== null && field === lastField(fields, field.number)) pieces.push(change);
  }
  for (const [number, change] of changes) if (change !== null && lastField(fields, number) === undefined) pieces.push(change);
  return join(pieces);
}

/** The message with every submessage of this number changed; the same array when nothing was. */
export function changePart(bytes: Uint8Array, number: number, change: (part: Uint8Array) => Uint8Array): Uint8Array {
  const fields = fieldsOf(bytes);
  if (fields === undefined) return bytes;
  let changed = false;
  const pieces = fields.map((field) => {
    if (field.number === number && field.wireType === LENGTH_DELIMITED) {
      const before = valueOf(bytes, field);
      const after = change(before);
      if (after !== before) {
        changed = true;
        return bytesField(number, after);
      }
    }
    return bytes.subarray(field.start, field.end);
  });
  return changed ? join(pieces) : bytes;
}

/** Pieces in one. */
export function join(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** Low 32 bits of a varint, and where it ends; undefined when it does not, or is longer than ten bytes. */
function readVarint(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let at = from; at < from + 10; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    const shift = (at - from) * 7;
    if (shift < 32) value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value: value >>> 0, end: at + 1 };
  }
  return undefined;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest > 0x7f) {
    bytes.push(rest & 0x7f | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}
