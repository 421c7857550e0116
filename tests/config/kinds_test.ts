import assert from "node:assert/strict";
import fc from "fast-check";
import { boolean, channel, checkValue, decimal, folder, host, integer, type Kind, listOf, oneOf, text } from "../../src/config/kinds.ts";

function fault<T>(kind: Kind<T>, value: unknown): string | undefined {
  const result = checkValue(kind, value);
  return "faults" in result ? result.faults[0]?.expected : undefined;
}

Deno.test("integer() holds its bounds and refuses everything that is no whole number", () => {
  const port = integer(1, 65535);
  for (const good of [1, 4403, 65535]) assert.deepEqual(checkValue(port, good), { value: good });
  for (const bad of [0, 65536, -1, 1.5, NaN, Infinity, "4403", true, null, [], {}, new Date()]) {
    assert.equal(fault(port, bad), "a whole number from 1 to 65535");
  }
});

Deno.test("integer() tells one fault for a value that breaks several rules", () => {
  const result = checkValue(integer(1, 10), 0.5);
  assert.ok("faults" in result);
  assert.equal(result.faults.length, 1);
});

Deno.test("fromText() reads any whole number, and leaves the rest for the schema to refuse", () => {
  fc.assert(fc.property(fc.integer(), (number) => {
    assert.equal(integer(0, 1).fromText(String(number)), number);
  }));
  for (const text of ["", "1.5", "0x10", "1e3", "ten", " "]) assert.equal(integer(0, 1).fromText(text), text);
});

Deno.test("boolean() reads true, false, 1 and 0 from a text", () => {
  const texts = ["true", "TRUE", "1", "false", "False", "0", "yes", ""];
  assert.deepEqual(texts.map((text) => boolean().fromText(text)), [true, true, true, false, false, false, "yes", ""]);
  assert.equal(fault(boolean(), "true"), "true or false");
});

Deno.test("boolean() takes no word from the object's own names", () => {
  assert.equal(boolean().fromText("constructor"), "constructor");
  assert.equal(boolean().fromText("__proto__"), "__proto__");
});

Deno.test("oneOf() names the words", () => {
  assert.equal(fault(oneOf("text", "json", "journal"), "xml"), '"text", "json" or "journal"');
  assert.equal(fault(oneOf("en", "fr"), "fr"), undefined);
});

Deno.test("host() takes names and addresses", () => {
  for (
    const good of [
      "meshtastic.local",
      "192.168.1.50",
      "node",
      "n_1.example.org.",
      "::1",
      "fe80::1%eth0",
      "::ffff:192.168.1.5",
      "knoten-süd",
    ]
  ) {
    assert.equal(fault(host(), good), undefined, good);
  }
});

Deno.test("host() says what is wrong with the usual slips", () => {
  assert.match(fault(host(), "") ?? "", /empty/);
  assert.match(fault(host(), "http://meshtastic.local/") ?? "", /without http/);
  assert.match(fault(host(), "meshtastic.local:4403") ?? "", /the port belongs in the key port/);
  assert.match(fault(host(), "[::1]:4403") ?? "", /without brackets/);
  assert.match(fault(host(), "192.168.1.300") ?? "", /four numbers from 0 to 255/);
  assert.match(fault(host(), "192.168.1") ?? "", /four numbers/);
  assert.match(fault(host(), "a b") ?? "", /letters, digits, hyphens and dots/);
  assert.match(fault(host(), "a..b") ?? "", /letters/);
  assert.match(fault(host(), "x\u0000y") ?? "", /letters/);
  assert.match(fault(host(), "a".repeat(254)) ?? "", /253/);
  assert.match(fault(host(), "x:y:z") ?? "", /no IPv6 address/);
  assert.match(fault(host(), 5) ?? "", /host name or an IP address/);
});

Deno.test("folder() makes a path absolute: from the home folder, or from where it was written", () => {
  const origin = { folder: "/etc/meshbot", env: { HOME: "/home/pi" } };
  const finish = (path: string) => folder().finish?.(path, origin);
  assert.equal(finish("/var/lib/x"), "/var/lib/x");
  assert.equal(finish("data"), "/etc/meshbot/data");
  assert.equal(finish("~/data"), "/home/pi/data");
  assert.equal(finish("~"), "/home/pi");
  assert.equal(finish("~other"), "/etc/meshbot/~other");
  assert.notEqual(fault(folder(), ""), undefined);
  assert.notEqual(fault(folder(), "a\0b"), undefined);
});

Deno.test("channel() takes an index or a name of at most 11 bytes", () => {
  for (const good of [0, 7, "LongFast", "MediumTurbo", "3", "été"]) assert.equal(fault(channel(), good), undefined, String(good));
  for (const bad of [-1, 8, 1.5, "", " ", "MediumTurbo1", "ééééé–é", "a\u202eb", "a\nb", true, null]) {
    assert.notEqual(fault(channel(), bad), undefined, String(bad));
  }
});

Deno.test("listOf() reads a text at its commas and tells each wrong entry", () => {
  const channels = listOf(channel(), "a list of channels");
  assert.deepEqual(channels.fromText(""), []);
  assert.deepEqual(channels.fromText("0, LongFast,7"), [0, "LongFast", 7]);
  const result = checkValue(channels, [0, 9, "x", ""]);
  assert.ok("faults" in result);
  assert.deepEqual(result.faults.map(({ path, value }) => [path, value]), [[[1], 9], [[3], ""]]);
  assert.equal(fault(channels, "LongFast"), "a list of channels");
});

Deno.test("decimal() holds its bounds, with or without decimals", () => {
  const percent = decimal(0.1, 10);
  for (const good of [0.1, 2, 9.99, 10]) assert.deepEqual(checkValue(percent, good), { value: good });
  for (const bad of [0, 0.09, 10.1, -1, NaN, Infinity, "2", true, null, []]) assert.equal(fault(percent, bad), "a number from 0.1 to 10");
  assert.deepEqual(["2", "0.5", ".5", "-1.25", "+3."].map((written) => percent.fromText(written)), [2, 0.5, 0.5, -1.25, 3]);
  for (const unread of ["", ".", "2 %", "1e3", "0x10", "two", "1,5"]) assert.equal(percent.fromText(unread), unread);
});

Deno.test("text() counts bytes, cuts off blanks and refuses what cannot be seen", () => {
  const short = text(10);
  assert.deepEqual(checkValue(short, "  Zoé  "), { value: "Zoé" });
  assert.deepEqual(checkValue(short, "👩‍👩"), {
    faults: [{ path: [], value: "👩‍👩", expected: "a text of at most 10 bytes; this one has 11", what: "value" }],
  });
  assert.equal(fault(short, "éééééé"), "a text of at most 10 bytes; this one has 12");
  for (const bad of ["", "   ", "a\u0007b", "\u202eabc", "\ud800", 5, null]) {
    assert.match(fault(short, bad) ?? "", /1 to 10 bytes/, String(bad));
  }
});
