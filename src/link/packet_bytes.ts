/** The bytes of a MeshPacket within a FromRadio or ToRadio, as their sender wrote them: unknown fields and the order of the known ones stay. */

// FromRadio.packet is field 2 (mesh.proto), a submessage.
const PACKET_FIELD = 2;
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** A view into `fromRadio`, whose last packet counts as in every protobuf decoder; undefined when it holds none or is broken. */
export function packetBytes(fromRadio: Uint8Array): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  let at = 0;
  /** Fields and lengths here are below 2^28; what is longer is no FromRadio. */
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = fromRadio[at++];
      if (byte === undefined) return -1;
      if (shift < 28) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return -1;
  };
  while (at < fromRadio.length) {
    const tag = varint();
    if (tag < 0) return undefined;
    switch (tag & 7) {
      case VARINT:
        if (varint() === -1 && at > fromRadio.length) return undefined;
        break;
      case FIXED64:
        at += 8;
        break;
      case FIXED32:
        at += 4;
        break;
      case LENGTH_DELIMITED: {
        const lengthBytes = varint();
        if (lengthBytes < 0 || at + lengthBytes > fromRadio.length) return undefined;
        if (tag >>> 3 === PACKET_FIELD) found = fromRadio.subarray(at, at + lengthBytes);
        at += lengthBytes;
        break;
      }
      default:
        return undefined;
    }
  }
  return at === fromRadio.length ? found : undefined;
}

/** A ToRadio around an encoded MeshPacket (ToRadio.packet is field 1, mesh.proto). */
export function toRadioOf(packet: Uint8Array): Uint8Array {
  const head = [1 << 3 | LENGTH_DELIMITED];
  let left = packet.length;
  for (; left > 0x7f; left >>>= 7) head.push(left & 0x7f | 0x80);
  const toRadio = new Uint8Array(head.length + 1 + packet.length);
  toRadio.set([...head, left]);
  toRadio.set(packet, head.length + 1);
  return toRadio;
}
