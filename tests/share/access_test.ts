import assert from "node:assert/strict";
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
