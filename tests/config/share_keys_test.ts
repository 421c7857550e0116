import assert from "node:assert/strict";
import { checkValue } from "../../src/config/kinds.ts";
import { listenAddress, shareAllow, webOrigins } from "../../src/config/share_kinds.ts";

function faults(kind: Parameters<typeof checkValue>[0], value: unknown): string[] {
  const result = checkValue(kind, value);
  return "faults" in result ? result.faults.map(({ path, expected }) => `${path.join(".")} ${expected}`.trim()) : [];
}

Deno.test("listenAddress() takes an address of a machine with a port", () => {
  for (const good of ["127.0.0.1:4404", "0.0.0.0:4404", "localhost:1", "[::]:65535", "[::1]:4480"]) {
    assert.deepEqual(faults(listenAddress(), good), [], good);
  }
  for (
    const bad of ["4404", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "::1:4404", "http://127.0.0.1:4404", "300.1.1.1:4404", "", 4404]
  ) {
    assert.equal(faults(listenAddress(), bad).length, 1, String(bad));
  }
});

Deno.test("shareAllow() takes ranges with a known role, and names what is wrong with the others", () => {
  const good = [{ cidr: "192.168.1.0/24", role: "no-admin" }, { cidr: "fd00::/8", role: "full" }, { cidr: "10.0.0.7", role: "read-only" }];
  assert.deepEqual(faults(shareAllow(), good), []);
  assert.match(faults(shareAllow(), [{ cidr: "192.168.1.0/33", role: "full" }])[0] ?? "", /^0\.cidr an address or a range/);
  assert.match(faults(shareAllow(), [{ cidr: "192.168.1.0/24", role: "admin" }])[0] ?? "", /^0\.role a role: "full"/);
  assert.match(faults(shareAllow(), [{ cidr: "192.168.1.0/24" }])[0] ?? "", /a section \[\[share\.allow\]\] with cidr/);
  assert.match(faults(shareAllow(), [{ cidr: "::/0", role: "full", rol: 1 }])[0] ?? "", /did you mean role\?/);
});

Deno.test("webOrigins() takes sites without a path", () => {
  assert.deepEqual(faults(webOrigins(), []), []);
  assert.deepEqual(faults(webOrigins(), ["https://client.meshtastic.org", "http://192.168.1.5:8080/"]), []);
  for (
    const wrong of ["client.meshtastic.org", "https://client.meshtastic.org/app", "file:///tmp", "https://user@a.example", "*", "null", ""]
  ) {
    assert.match(faults(webOrigins(), [wrong])[0] ?? "", /^0 a web site such as/, wrong);
  }
});
