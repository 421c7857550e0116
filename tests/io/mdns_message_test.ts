import assert from "node:assert/strict";
import fc from "fast-check";
import { ServiceError } from "../../src/errors.ts";
import { decodeMessage } from "../../src/io/mdns_decode.ts";
import { encodeMessage } from "../../src/io/mdns_encode.ts";
import { DNS_TYPE, type DnsData, type DnsMessage, type DnsRecord, nameKey, sameName } from "../../src/io/mdns_message.ts";

const label = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }).filter((text) => new TextEncoder().encode(text).length <= 50);
const name = fc.array(label, { minLength: 0, maxLength: 4 });
const uint16 = fc.integer({ min: 0, max: 0xffff });
const data: fc.Arbitrary<DnsData> = fc.oneof(
  fc.ipV4().map((address): DnsData => ({ kind: "A", address })),
  fc.ipV6().map((address): DnsData => ({ kind: "AAAA", address: new URL(`http://[${address}]`).hostname.slice(1, -1) })),
  name.map((target): DnsData => ({ kind: "PTR", target })),
  fc.record({ priority: uint16, weight: uint16, port: uint16, target: name }).map((fields): DnsData => ({ kind: "SRV", ...fields })),
  fc.array(fc.string({ unit: "grapheme", maxLength: 30 }).filter((text) => new TextEncoder().encode(text).length <= 255), {
    minLength: 1,
    maxLength: 5,
  })
    .map((strings): DnsData => ({ kind: "TXT", strings })),
  fc.uint8Array({ maxLength: 40 }).map((bytes): DnsData => ({ kind: "other", type: 47, bytes })),
);
const record: fc.Arbitrary<DnsRecord> = fc.record({ name, ttlS: fc.integer({ min: 0, max: 0xffffffff }), flush: fc.boolean(), data }, {
  noNullPrototype: true,
});
const records = fc.array(record, { maxLength: 4 });
const message: fc.Arbitrary<DnsMessage> = fc.record({
  id: uint16,
  isResponse: fc.boolean(),
  questions: fc.array(fc.record({ name, type: uint16, unicast: fc.boolean() }, { noNullPrototype: true }), { maxLength: 4 }),
  answers: records,
  authorities: records,
  additionals: records,
}, { noNullPrototype: true });

/** Bytes from text and numbers, as one writes them down from a capture. */
function bytesOf(...parts: readonly (string | number | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => typeof part === "string" ? [...new TextEncoder().encode(part)] : part));
}

const HEADER = [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];

Deno.test("decodeMessage() gives back what encodeMessage() was given", () => {
  fc.assert(fc.property(message, (value) => assert.deepEqual(decodeMessage(encodeMessage(value)), value)));
});

Deno.test("decodeMessage() reads compressed names, as nodes send them", () => {
  const bytes = bytesOf(
    [0, 0, 0x84, 0, 0, 0, 0, 2, 0, 0, 0, 1],
    // 12: _meshtastic._tcp.local PTR → Meshtastic + pointer to 12
    [11],
    "_meshtastic",
    [4],
    "_tcp",
    [5],
    "local",
    [0, 0, 12, 0, 1, 0, 0, 0x11, 0x94, 0, 13, 10],
    "Meshtastic",
    [0xc0, 12],
    // The instance, 12 + 24 + 10 bytes behind the start, SRV → Meshtastic.local
    [0xc0, 46, 0, 33, 0x80, 1, 0, 0, 0, 120, 0, 19, 0, 0, 0, 0, 0x11, 0x33, 10],
    "Meshtastic",
    [0xc0, 29],
    [10],
    "Meshtastic",
    [0xc0, 29, 0, 1, 0x80, 1, 0, 0, 0, 120, 0, 4, 192, 168, 1, 50],
  );
  const service = ["_meshtastic", "_tcp", "local"];
  assert.deepEqual(decodeMessage(bytes), {
    id: 0,
    isResponse: true,
    questions: [],
    answers: [
      { name: service, ttlS: 4500, flush: false, data: { kind: "PTR", target: ["Meshtastic", ...service] } },
      {
        name: ["Meshtastic", ...service],
        ttlS: 120,
        flush: true,
        data: { kind: "SRV", priority: 0, weight: 0, port: 4403, target: ["Meshtastic", "local"] },
      },
    ],
    authorities: [],
    additionals: [{ name: ["Meshtastic", "local"], ttlS: 120, flush: true, data: { kind: "A", address: "192.168.1.50" } }],
  });
});

Deno.test("decodeMessage() ends at pointers that lead in circles or forwards", () => {
  const tail = [0, 12, 0, 1, 0, 0, 0, 1, 0, 0];
  for (const loop of [[0xc0, 12], [0xc0, 14, 0xc0, 12], [1, 65, 0xc0, 12], [0xc0, 200], [0xff, 0xff], [0xc0]]) {
    assert.throws(
      () => decodeMessage(bytesOf(HEADER, loop, tail)),
      (error) => error instanceof ServiceError && error.fault === "unreadable",
    );
  }
});

Deno.test("decodeMessage() refuses names that grow by their pointers beyond 255 bytes", () => {
  const long = [63, ...Array.from({ length: 63 }, () => 65)];
  const first = [...long, ...long, ...long, 0];
  const recordTail = [0, 16, 0, 1, 0, 0, 0, 1, 0, 0];
  const header = [0, 0, 0x84, 0, 0, 0, 0, 2, 0, 0, 0, 0];
  assert.equal(decodeMessage(bytesOf(header, first, recordTail, [61, ...long.slice(3), 0xc0, 12], recordTail)).answers.length, 2);
  assert.throws(() => decodeMessage(bytesOf(header, first, recordTail, long, [0xc0, 12], recordTail)), /longer than 255 bytes/);
});

Deno.test("decodeMessage() gives a value or a ServiceError for any bytes", () => {
  const tryIt = (bytes: Uint8Array) => {
    try {
      decodeMessage(bytes);
    } catch (error) {
      assert.ok(error instanceof ServiceError && error.fault === "unreadable", String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), tryIt));
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  fc.assert(fc.property(message, fc.array(change, { maxLength: 5 }), fc.nat(), (value, changes, cut) => {
    const bytes = encodeMessage(value);
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    tryIt(bytes.subarray(0, bytes.length - cut % 5));
  }));
});

Deno.test("decodeMessage() refuses what is too long, no query, or a record whose data is longer or shorter than it says", () => {
  assert.throws(() => decodeMessage(new Uint8Array(9001)), /9001 bytes/);
  assert.throws(() => decodeMessage(bytesOf([0, 0, 0x28, 0, 0, 0, 0, 0, 0, 0, 0, 0])), /neither a query nor an answer/);
  const address = (length: number) => bytesOf(HEADER, [1, 65, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, length, 1, 2, 3, 4, 5]);
  assert.equal(decodeMessage(address(4)).answers.length, 1);
  for (const length of [3, 5, 6]) assert.throws(() => decodeMessage(address(length)), ServiceError);
});

Deno.test("encodeMessage() throws RangeError at what the format cannot hold", () => {
  const question = (...labels: string[]) => ({ questions: [{ name: labels, type: DNS_TYPE.A, unicast: false }] });
  const answer = (data: DnsData) => ({ answers: [{ name: ["a"], ttlS: 1, flush: false, data }] });
  const long = "é".repeat(31);
  assert.equal(encodeMessage(question(long)).length, 12 + 64 + 4);
  for (
    const wrong of [
      question("a".repeat(64)),
      question(""),
      question(long, long, long, long, "abcdef"),
      answer({ kind: "TXT", strings: ["a".repeat(256)] }),
      answer({ kind: "A", address: "1.2.3" }),
      answer({ kind: "AAAA", address: "nowhere" }),
      { answers: Array.from({ length: 40 }, () => answer({ kind: "TXT", strings: ["a".repeat(250)] }).answers[0] as DnsRecord) },
    ]
  ) assert.throws(() => encodeMessage(wrong), RangeError);
});

Deno.test("sameName() takes ASCII letters in either case, and a dot within a label for no border", () => {
  assert.ok(sameName(["Meshtastic", "LOCAL"], ["meshtastic", "local"]));
  assert.ok(!sameName(["É"], ["é"]));
  assert.notEqual(nameKey(["a.b", "local"]), nameKey(["a", "b", "local"]));
  assert.notEqual(nameKey(["a\\", "b"]), nameKey(["a\\.b"]));
});
