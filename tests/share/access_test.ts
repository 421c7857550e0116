import assert from "node:assert/strict";
import fc from "fast-check";
import { AccessList, isLoopbackHost, parseCidr, plainAddress } from "../../src/share/access.ts";

Deno.test("AccessList.roleOf() gives the role of the narrowest range, and none to strangers", () => {
  const access = new AccessList([
    { cidr: "192.168.1.0/24", role: "no-admin" },
    { cidr: "192.168.1.7", role: "full" },
    { cidr: "192.168.1.7/32", role: "read-only" },
    { cidr: "fd00::/8", role: "read-only" },
    { cidr: "fd00::1:2/128", role: "full" },
    { cidr: "10.64.0.0/10", role: "full" },
  ]);
  const roles = {
    "192.168.1.7": "full",
    "192.168.1.8": "no-admin",
    "::ffff:192.168.1.8": "no-admin",
    "192.168.2.1": undefined,
    "fd12::9": "read-only",
    "fd00:0:0:0:0:0:1:2": "full",
    "fe80::1%eth0": undefined,
    "10.127.255.255": "full",
    "10.128.0.0": undefined,
    "127.0.0.1": "full",
    "127.3.2.1": "full",
    "::1": "full",
    "::ffff:127.0.0.1": "full",
    "not an address": undefined,
    "": undefined,
  };
  for (const [address, role] of Object.entries(roles)) assert.equal(access.roleOf(address), role, address);
});

Deno.test("AccessList.roleOf() keeps this machine's rights beside a range for everybody", () => {
  const access = new AccessList([{ cidr: "0.0.0.0/0", role: "read-only" }, { cidr: "127.0.0.9", role: "no-admin" }]);
  assert.deepEqual(["127.0.0.1", "127.0.0.9", "8.8.8.8", "2001:db8::1"].map((address) => access.roleOf(address)), [
    "full",
    "no-admin",
    "read-only",
    undefined,
  ]);
});

Deno.test("parseCidr() refuses what is no range", () => {
  for (
    const text of [
      "",
      "1.2.3",
      "1.2.3.4/33",
      "1.2.3.4/-1",
      "1.2.3.4/8/8",
      "1.2.3.256",
      "::/129",
      "1::2::3",
      "fd00:::1",
      "x/8",
      "1.2.3.4/",
      "12345::",
    ]
  ) {
    assert.throws(() => parseCidr(text), RangeError, text);
  }
});

Deno.test("isLoopbackHost() and plainAddress() know an address in any form", () => {
  assert.deepEqual(["127.0.0.1", "localhost", "::1", "0.0.0.0", "::", "192.168.1.1"].map(isLoopbackHost), [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  assert.deepEqual(["::ffff:10.0.0.1", "fe80::1%wlan0", "10.0.0.1"].map(plainAddress), ["10.0.0.1", "fe80::1", "10.0.0.1"]);
});

/** Sixteen bytes, and one of the ways to write them as an address. */
const ipv6 = fc.tuple(
  fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 }),
  fc.constantFrom("plain", "padded", "short", "with IPv4"),
).map(([groups, form]) => ({
  bytes: groups.flatMap((group) => [group >> 8, group & 0xff]),
  text: form === "with IPv4" ? withIpv4(groups) : form === "short" ? shortened(groups) : written(groups, form === "padded"),
}));

const ipv4 = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });

function written(groups: readonly number[], padded = false): string {
  return groups.map((group) => group.toString(16).padStart(padded ? 4 : 1, "0").toUpperCase()).join(":");
}

/** The last two groups as an IPv4 address. */
function withIpv4(groups: readonly number[]): string {
  const last = groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]);
  return `${written(groups.slice(0, 6))}:${last.join(".")}`;
}

/** The first row of zeros left out. */
function shortened(groups: readonly number[]): string {
  const from = groups.indexOf(0);
  if (from < 0) return written(groups);
  let to = from;
  while (groups[to] === 0) to += 1;
  return `${written(groups.slice(0, from))}::${written(groups.slice(to))}`;
}

function numberOf(bytes: readonly number[]): bigint {
  return bytes.reduce((sum, byte) => sum << 8n | BigInt(byte), 0n);
}

Deno.test("parseCidr() reads IPv6 addresses however they are written, and their ranges", () => {
  fc.assert(fc.property(ipv6, fc.nat(128), ({ bytes, text }, bits) => {
    // Mapped IPv4 addresses have a form of their own.
    fc.pre(!/^::ffff:[\d.]+$/i.test(text));
    assert.deepEqual(parseCidr(text), { bytes: new Uint8Array(bytes), bits: 128 });
    assert.deepEqual(parseCidr(` ${text}/${bits} `), { bytes: new Uint8Array(bytes), bits });
  }));
});

Deno.test("AccessList.roleOf() lets in whose first bits are those of the range, and nobody else", () => {
  fc.assert(fc.property(ipv4, fc.nat(32), fc.nat(31), (range, bits, flipped) => {
    fc.pre(range[0] !== 127);
    const access = new AccessList([{ cidr: `${range.join(".")}/${bits}`, role: "no-admin" }]);
    // The address that differs in one bit alone.
    const bytes = range.map((byte, index) => index === flipped >> 3 ? byte ^ 0x80 >> (flipped & 7) : byte);
    fc.pre(bytes[0] !== 127);
    assert.equal(access.roleOf(range.join(".")), "no-admin");
    assert.equal(access.roleOf(bytes.join(".")), flipped < bits ? undefined : "no-admin");
  }));
  fc.assert(fc.property(ipv6, fc.nat(128), ipv6, fc.nat(128), (range, bits, { text, bytes }, shared) => {
    const low = BigInt(128 - shared);
    const address = numberOf(range.bytes) >> low << low | numberOf(bytes) & (1n << low) - 1n;
    const groups = Array.from({ length: 8 }, (_, index) => Number(address >> BigInt(112 - 16 * index) & 0xffffn));
    fc.pre(address !== 1n && address >> 32n !== 0xffffn);
    const isWithin = numberOf(range.bytes) >> BigInt(128 - bits) === address >> BigInt(128 - bits);
    const access = new AccessList([{ cidr: `${range.text}/${bits}`, role: "read-only" }]);
    assert.equal(access.roleOf(written(groups)), isWithin ? "read-only" : undefined, text);
  }));
});

Deno.test("AccessList.roleOf() goes by every single bit of an address", () => {
  const one = new AccessList([{ cidr: "fd00::", role: "full" }, { cidr: "10.0.0.0", role: "full" }]);
  for (const near of ["fd00::1", "fd00:0:0:0:8000::", "fd01::", "7d00::", "10.0.0.1", "10.0.128.0", "11.0.0.0", "138.0.0.0"]) {
    assert.equal(one.roleOf(near), undefined, near);
  }
  assert.deepEqual([one.roleOf("fd00::"), one.roleOf("10.0.0.0")], ["full", "full"]);
});

Deno.test("parseCidr() takes a range for everybody, and a row of zeros of at least one group", () => {
  assert.equal(parseCidr("0.0.0.0/0").bits, 96);
  assert.equal(parseCidr("::/0").bits, 0);
  assert.deepEqual(parseCidr("1:2:3:4:5:6:7::").bytes, parseCidr("1:2:3:4:5:6:7:0").bytes);
  assert.deepEqual(parseCidr("64:ff9b::1.2.3.4").bytes, parseCidr("64:ff9b::102:304").bytes);
  for (
    const text of ["1:2:3:4:5:6:7:8::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:1.2.3.4:6", "::1.2.3", "::1.2.3.256", "::1.2.3.x"]
  ) {
    assert.throws(() => parseCidr(text), RangeError, text);
  }
  for (const text of ["1.2.x.4", "1..2.3", "1.2.3.4.5", "1.2.3.1000", "1.2.3.4/x"]) assert.throws(() => parseCidr(text), RangeError, text);
});

Deno.test("isLoopbackHost() takes no address for this machine that only resembles one", () => {
  const others = [
    "::2",
    "1::1",
    "::1:1",
    "128.0.0.1",
    "126.0.0.1",
    "::7f00:1",
    "1::ffff:7f00:1",
    "100::ffff:7f00:1",
    "100::1",
    "::101",
    "::1:ffff:7f00:1",
    "::ff7f:7f00:1",
    "::feff:7f00:1",
    "::fffe:7f00:1",
    "::7fff:7f00:1",
  ];
  for (const host of others) assert.equal(isLoopbackHost(host), false, host);
  for (const host of ["127.255.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:0:0:1"]) {
    assert.equal(isLoopbackHost(host), true, host);
  }
});
