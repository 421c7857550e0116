import assert from "node:assert/strict";
import { isFromBrowser, pageFault } from "../../src/share/web_page.ts";

const ALLOWED = ["https://client.meshtastic.org", "http://radio.example.org:8080"];
const HERE = "http://127.0.0.1:4480";

const MAY: readonly [what: string, url: string, headers: Record<string, string>][] = [
  ["a program that is no browser", HERE, {}],
  ["the web client", HERE, { origin: "https://client.meshtastic.org", "sec-fetch-site": "cross-site" }],
  ["a page of this machine", HERE, { origin: "http://localhost:5173" }],
  ["a page of this machine by address", HERE, { origin: "http://127.0.0.1:8000" }],
  ["a page of this machine by address, IPv6", "http://[::1]:4480", { origin: "http://[::1]:8000" }],
  ["a page from the very same place", "http://192.168.1.9:4480", { origin: "http://192.168.1.9:4480", "sec-fetch-site": "same-origin" }],
  ["an address typed in", HERE, { "sec-fetch-site": "none" }],
  ["a name in the house", "http://raspberrypi:4480", {}],
  ["a name told by mDNS", "http://raspberrypi.local:4480", {}],
  ["a name that is allowed", "http://radio.example.org:4480", {}],
];

const MAY_NOT: readonly [what: string, url: string, headers: Record<string, string>, fault: RegExp][] = [
  ["a page of any site", HERE, { origin: "https://evil.example" }, /pages of "https:\/\/evil\.example"/],
  ["another scheme", HERE, { origin: "http://client.meshtastic.org" }, /may not ask/],
  ["another port", HERE, { origin: "https://client.meshtastic.org:8443" }, /may not ask/],
  ["a name that begins alike", HERE, { origin: "https://client.meshtastic.org.evil.example" }, /may not ask/],
  ["a name that only looks like this machine", HERE, { origin: "http://localhost.evil.example" }, /may not ask/],
  ["an address that only looks like this machine", HERE, { origin: "http://127.0.0.1.evil.example" }, /may not ask/],
  ["a page without an origin", HERE, { origin: "null" }, /may not ask/],
  ["an extension", HERE, { origin: "chrome-extension://abcdef" }, /may not ask/],
  ["a page that does not say where it is from", HERE, { "sec-fetch-site": "cross-site" }, /another site/],
  ["a neighbouring site's page", HERE, { "sec-fetch-site": "same-site" }, /another site/],
  ["a name of the world that points here", "http://evil.example:4480", {}, /evil\.example is not one of this machine/],
  ["the same, with its own origin", "http://evil.example:4480", { origin: "http://evil.example:4480" }, /not one of this machine/],
];

Deno.test("pageFault() lets in the pages that are named and those of this machine", () => {
  for (const [what, url, headers] of MAY) {
    assert.equal(pageFault(new Request(`${url}/api/v1/fromradio`, { headers }), ALLOWED), undefined, what);
  }
});

Deno.test("pageFault() refuses every other page, and names of the world that point here", () => {
  for (const [what, url, headers, fault] of MAY_NOT) {
    assert.match(pageFault(new Request(`${url}/api/v1/fromradio`, { headers }), ALLOWED) ?? "", fault, what);
  }
});

Deno.test("isFromBrowser() tells a request of HTTP from how clients of the API begin", () => {
  for (const method of ["GET /", "POST /", "PUT /", "OPTIONS *", "HEAD /", "PRI * HTTP/2.0"]) {
    assert.ok(isFromBrowser(new TextEncoder().encode(method)), method);
  }
  for (const first of [0x41, 0x5a]) assert.equal(isFromBrowser(new Uint8Array([first])), true, String(first));
  for (const first of [[0x94, 0xc3], [0xc3, 0xc3], [0x94, 0x94], [0x40], [0x5b], [0x61], [0], []]) {
    assert.equal(isFromBrowser(new Uint8Array(first)), false, String(first));
  }
});
