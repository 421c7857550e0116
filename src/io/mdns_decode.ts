/** Reads messages of multicast DNS. Bytes from the network are hostile: they become a value or a ServiceError. */
import { ServiceError } from "../errors.ts";
import {
  DNS_FORMAT,
  DNS_TYPE,
  type DnsData,
  type DnsMessage,
  type DnsName,
  type DnsQuestion,
  type DnsRecord,
  MAX_MESSAGE_BYTES,
} from "./mdns_message.ts";

const { CLASS_IN, TOP_BIT, RESPONSE, OPCODE, MAX_NAME_BYTES, MAX_LABEL_BYTES } = DNS_FORMAT;

/** Reads a message; throws ServiceError ("unreadable") at bytes that are none. */
export function decodeMessage(bytes: Uint8Array): DnsMessage {
  if (bytes.length > MAX_MESSAGE_BYTES) throw unreadable(`it has ${bytes.length} bytes, more than ${MAX_MESSAGE_BYTES}`);
  const reader = new Reader(bytes);
  const id = reader.uint16();
  const flags = reader.uint16();
  if ((flags & OPCODE) !== 0) throw unreadable("it is neither a query nor an answer");
  const counts = [reader.uint16(), reader.uint16(), reader.uint16(), reader.uint16()] as const;
  return {
    id,
    isResponse: (flags & RESPONSE) !== 0,
    questions: times(counts[0], () => reader.question()),
    answers: times(counts[1], () => reader.record()),
    authorities: times(counts[2], () => reader.record()),
    additionals: times(counts[3], () => reader.record()),
  };
}

function times<T>(count: number, read: () => T): T[] {
  const list: T[] = [];
  // Every turn takes bytes from the message, or throws at its end: the count alone costs nothing.
  for (let turn = 0; turn < count; turn++) list.push(read());
  return list;
}

function unreadable(why: string): ServiceError {
  return new ServiceError("unreadable", `no message of multicast DNS: ${why}`);
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  uint8(): number {
    return this.take(1)[0] as number;
  }

  uint16(): number {
    return this.uint8() * 0x100 + this.uint8();
  }

  uint32(): number {
    return this.uint16() * 0x10000 + this.uint16();
  }

  take(count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw unreadable("it ends too early");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  name(): DnsName {
    const labels: string[] = [];
    let lengthBytes = 1;
    let at = this.#at;
    // A pointer leads to an earlier place only, each one further back than the last: the way comes to an end.
    let before = this.#at;
    let end: number | undefined;
    for (;;) {
      const length = this.#byteAt(at);
      if (length === 0) break;
      if ((length & 0xc0) === 0xc0) {
        const target = (length & 0x3f) * 0x100 + this.#byteAt(at + 1);
        if (target >= before) throw unreadable("a name points forwards");
        end ??= at + 2;
        before = target;
        at = target;
        continue;
      }
      if (length > MAX_LABEL_BYTES) throw unreadable("a label is of an unknown kind");
      lengthBytes += 1 + length;
      if (lengthBytes > MAX_NAME_BYTES) throw unreadable(`a name is longer than ${MAX_NAME_BYTES} bytes`);
      if (at + 1 + length > this.#bytes.length) throw unreadable("it ends within a name");
      labels.push(textOf(this.#bytes.subarray(at + 1, at + 1 + length)));
      at += 1 + length;
    }
    this.#at = end ?? at + 1;
    return labels;
  }

  question(): DnsQuestion {
    const name = this.name();
    const type = this.uint16();
    return { name, type, unicast: (this.uint16() & TOP_BIT) !== 0 };
  }

  record(): DnsRecord {
    const name = this.name();
    const type = this.uint16();
    const recordClass = this.uint16();
    const ttlS = this.uint32();
    const end = this.uint16() + this.#at;
    if (end > this.#bytes.length) throw unreadable("it ends within a record");
    const start = this.#at;
    const isInternet = (recordClass & ~TOP_BIT) === CLASS_IN;
    const data = (isInternet ? this.#data(type, end) : undefined) ?? { kind: "other", type, bytes: this.#bytes.slice(start, end) };
    if (data.kind !== "other" && this.#at !== end) throw unreadable("a record is not as long as it says");
    this.#at = end;
    return { name, ttlS, flush: (recordClass & TOP_BIT) !== 0, data };
  }

  #data(type: number, end: number): DnsData | undefined {
    switch (type) {
      case DNS_TYPE.A:
        return { kind: "A", address: this.take(4).join(".") };
      case DNS_TYPE.AAAA:
        return { kind: "AAAA", address: ipv6Text(this.take(16)) };
      case DNS_TYPE.PTR:
        return { kind: "PTR", target: this.name() };
      case DNS_TYPE.SRV:
        return { kind: "SRV", priority: this.uint16(), weight: this.uint16(), port: this.uint16(), target: this.name() };
      case DNS_TYPE.TXT: {
        const strings: string[] = [];
        while (this.#at < end) strings.push(textOf(this.take(this.uint8())));
        return { kind: "TXT", strings };
      }
      default:
        return undefined;
    }
  }

  #byteAt(at: number): number {
    const byte = this.#bytes[at];
    if (byte === undefined) throw unreadable("it ends within a name");
    return byte;
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((bytes[2 * index] as number) << 8 | (bytes[2 * index + 1] as number)).toString(16),
  );
  // The URL parser knows how zeros are left out.
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
