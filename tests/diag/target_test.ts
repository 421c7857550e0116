import assert from "node:assert/strict";
import { formatTarget, parseTarget } from "../../src/diag/target.ts";

Deno.test("parseTarget() reads a host with and without a port", () => {
  const cases: [string, string, number][] = [
    ["meshtastic.local", "meshtastic.local", 4403],
    ["192.168.1.50:14403", "192.168.1.50", 14403],
    ["fd00::5", "fd00::5", 4403],
    ["fe80::1%wlan0", "fe80::1%wlan0", 4403],
    ["[fd00::5]", "fd00::5", 4403],
    ["[::1]:65535", "::1", 65535],
    ["nœud-été.example.", "nœud-été.example.", 4403],
  ];
  for (const [text, host, port] of cases) assert.deepEqual(parseTarget(text), { host, port }, text);
  assert.deepEqual(parseTarget("a", 1), { host: "a", port: 1 });
});

Deno.test("parseTarget() says what is wrong with anything else", () => {
  const cases: [string, RegExp][] = [
    ["http://192.168.1.50", /without http/],
    ["192.168.1", /a name or an IP address/],
    ["a b", /a name or an IP address/],
    ["", /a name or an IP address/],
    ["host:", /port must be a number/],
    ["host:0", /port must be a number/],
    ["host:65536", /port must be a number/],
    ["host:x", /port must be a number/],
    ["[host]:1", /no IPv6 address/],
    ["::g", /no IPv6 address/],
    ["1:2:3", /no IPv6 address/],
    ["x".repeat(254), /a name or an IP address/],
  ];
  for (const [text, message] of cases) assert.throws(() => parseTarget(text), { name: "UsageError", message }, text);
});

Deno.test("formatTarget() puts an IPv6 address in brackets", () => {
  assert.deepEqual(["::1", "a.local"].map((host) => formatTarget({ host, port: 4403 })), ["[::1]:4403", "a.local:4403"]);
});
