/** Writes messages of multicast DNS. */
import { DNS_FORMAT, type DnsData, type DnsMessage, type DnsName, type DnsRecord, MAX_MESSAGE_BYTES, typeOf } from "./mdns_message.ts";

const { CLASS_IN, TOP_BIT, RESPONSE, AUTHORITATIVE, MAX_NAME_BYTES, MAX_LABEL_BYTES } = DNS_FORMAT;

/** Writes a message without compression; throws RangeError at what the format cannot hold. */
export function encodeMessage(message: Partial<DnsMessage>): Uint8Array {
  const { id = 0, isResponse = false, questions = [], answers = [], authorities = [], additionals = [] } = message;
  const writer = new Writer();
  writer.uint16(id);
  writer.uint16(isResponse ? RESPONSE | AUTHORITATIVE : 0);
  for (const list of [questions, answers, authorities, additionals]) writer.uint16(list.length);
  for (const { name, type, unicast } of questions) {
    writer.name(name);
    writer.uint16(type);
    writer.uint16(CLASS_IN | (unicast ? TOP_BIT : 0));
  }
  for (const record of [...answers, ...authorities, ...additionals]) writer.record(record);
  return writer.bytes();
}

class Writer {
  readonly #bytes: number[] = [];

  uint16(value: number): void {
    this.#bytes.push(value >>> 8 & 0xff, value & 0xff);
  }

  name(name: DnsName): void {
    const start = this.#bytes.length;
    for (const label of name) this.#string(label, 1, MAX_LABEL_BYTES);
    this.#bytes.push(0);
    if (this.#bytes.length - start > MAX_NAME_BYTES) throw new RangeError(`a name may have ${MAX_NAME_BYTES} bytes`);
  }

  record({ name, ttlS, flush, data }: DnsRecord): void {
    this.name(name);
    this.uint16(typeOf(data));
    this.uint16(CLASS_IN | (flush ? TOP_BIT : 0));
    this.uint16(ttlS / 0x10000);
    this.uint16(ttlS % 0x10000);
    const lengthAt = this.#bytes.length;
    this.uint16(0);
    this.#data(data);
    const length = this.#bytes.length - lengthAt - 2;
    this.#bytes.splice(lengthAt, 2, length >>> 8, length & 0xff);
  }

  bytes(): Uint8Array {
    if (this.#bytes.length > MAX_MESSAGE_BYTES) throw new RangeError(`a message may have ${MAX_MESSAGE_BYTES} bytes`);
    return Uint8Array.from(this.#bytes);
  }

  #data(data: DnsData): void {
    switch (data.kind) {
      case "A":
        this.#bytes.push(...ipv4Bytes(data.address));
        return;
      case "AAAA":
        this.#bytes.push(...ipv6Bytes(data.address));
        return;
      case "PTR":
        return this.name(data.target);
      case "SRV":
        for (const value of [data.priority, data.weight, data.port]) this.uint16(value);
        return this.name(data.target);
      case "TXT":
        // No text at all is one empty string (RFC 6763, section 6.1).
        for (const text of data.strings.length === 0 ? [""] : data.strings) this.#string(text, 0, 255);
        return;
      case "other":
        this.#bytes.push(...data.bytes);
    }
  }

  #string(text: string, minBytes: number, maxBytes: number): void {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length < minBytes || bytes.length > maxBytes) {
      throw new RangeError(`${JSON.stringify(text)} must have ${minBytes} to ${maxBytes} bytes; it has ${bytes.length}`);
    }
    this.#bytes.push(bytes.length, ...bytes);
  }
}

function ipv4Bytes(address: string): number[] {
  const bytes = address.split(".").map(Number);
  if (bytes.length !== 4 || !bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)) {
    throw new RangeError(`${address} is no IPv4 address`);
  }
  return bytes;
}

function ipv6Bytes(address: string): number[] {
  let whole: string;
  try {
    whole = new URL(`http://[${address}]`).hostname.slice(1, -1);
  } catch {
    throw new RangeError(`${address} is no IPv6 address`);
  }
  const [left = "", right] = whole.split("::");
  const groups = (text: string) => text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
  const [head, tail] = [groups(left), groups(right ?? "")];
  const zeros = right === undefined ? [] : Array.from({ length: 8 - head.length - tail.length }, () => 0);
  return [...head, ...zeros, ...tail].flatMap((group) => [group >>> 8, group & 0xff]);
}
