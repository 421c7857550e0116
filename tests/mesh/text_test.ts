import assert from "node:assert/strict";
import fc from "fast-check";
import { joinParts, splitText, TEXT_LIMIT_BYTES, textLengthBytes, textLimitBytes } from "../../src/mesh/text.ts";

const encoder = new TextEncoder();
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Strings of everything: any UTF-16 unit, emoji families, long words, blanks. */
const anyText = fc.array(
  fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.string({ unit: "grapheme", maxLength: 30 }),
    fc.string({ minLength: 1, maxLength: 60 }),
    fc.array(fc.integer({ min: 0xd700, max: 0xe010 }), { maxLength: 6 }).map((units) => String.fromCharCode(...units)),
    fc.constantFrom(" ", "  ", "\n", "\r\n", "\u00a0", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "e" + "\u0301".repeat(40), "1/2 ", "\u200d", "日本語"),
  ),
  { maxLength: 40, size: "max" },
).map((pieces) => pieces.join(""));

const anyLimit = fc.integer({ min: 20, max: 232 });

Deno.test("splitText() keeps every part within the bytes and loses nothing", () => {
  fc.assert(
    fc.property(anyText, anyLimit, (text, maxBytes) => {
      const parts = splitText(text, { maxBytes });
      for (const part of parts) {
        assert.ok(encoder.encode(part).length <= maxBytes);
        assert.ok(part.isWellFormed());
      }
      assert.equal(joinParts(parts), text.toWellFormed());
    }),
    { numRuns: 1000 },
  );
});

Deno.test("splitText() cuts no grapheme that fits in a part", () => {
  fc.assert(
    fc.property(anyText, anyLimit, (text, maxBytes) => {
      const parts = splitText(text, { maxBytes });
      const boundaries = new Map([...graphemes.segment(text.toWellFormed())].map(({ index, segment }) => [index, segment]));
      const numberBytes = 2 * String(parts.length).length + 2;
      let end = 0;
      parts.forEach((part, index) => {
        if (index > 0 && !boundaries.has(end)) {
          const [, torn] = [...boundaries].findLast(([start]) => start < end) ?? [];
          // One digit more than the parts have may have been reckoned with.
          assert.ok(textLengthBytes(torn ?? "") > maxBytes - numberBytes - 2, `tore ${JSON.stringify(torn)} at ${end}`);
        }
        end += part.length - (parts.length > 1 ? `${index + 1}/${parts.length} `.length : 0);
      });
    }),
    { numRuns: 500 },
  );
});

Deno.test("splitText() cuts between words when words are shorter than a part", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-zé]{1,12}$/), { minLength: 1, maxLength: 80 }), anyLimit, (words, maxBytes) => {
      fc.pre(words.every((word) => textLengthBytes(word) <= maxBytes - 8));
      const parts = splitText(words.join(" "), { maxBytes });
      const bodies = parts.map((part) => parts.length === 1 ? part : part.replace(/^\d+\/\d+ /, ""));
      assert.deepEqual(bodies.flatMap((body) => body.split(" ").filter((word) => word !== "")), words);
    }),
    { numRuns: 300 },
  );
});

Deno.test("splitText() leaves a text that fits as it is, and gives nothing for nothing", () => {
  assert.deepEqual(splitText("", { maxBytes: 200 }), []);
  assert.deepEqual(splitText("é".repeat(100), { maxBytes: 200 }), ["é".repeat(100)]);
  assert.deepEqual(splitText("1/2 is a half", { maxBytes: 20 }), ["1/2 is a half"]);
  assert.equal(joinParts(["1/2 is a half"]), "1/2 is a half");
  assert.equal(splitText("é".repeat(101), { maxBytes: 200 }).length, 2);
});

Deno.test("splitText() prefers a line break in the second half of a part, then a space", () => {
  assert.deepEqual(splitText("first line\nsecond line here", { maxBytes: 20 }), ["1/2 first line\n", "2/2 second line here"]);
  assert.deepEqual(splitText("first line\nab cdefghijkl", { maxBytes: 20 }), ["1/2 first line\n", "2/2 ab cdefghijkl"]);
  assert.deepEqual(splitText("a\nbbbbbb cccccc dddddd", { maxBytes: 20 }), ["1/2 a\nbbbbbb cccccc ", "2/2 dddddd"]);
  assert.deepEqual(splitText("aaaaaaaa bbbbbbb cccc", { maxBytes: 20 }), ["1/2 aaaaaaaa bbbbbbb", "2/2  cccc"]);
  assert.deepEqual(splitText("aaaaaa bbbbbb cccccc", { maxBytes: 20 }), ["aaaaaa bbbbbb cccccc"]);
  assert.deepEqual(splitText("aaaaaa bbbbbb cccccc dd", { maxBytes: 20 }), ["1/2 aaaaaa bbbbbb ", "2/2 cccccc dd"]);
  assert.deepEqual(splitText("12\u00a0345 6789 12\u00a0345 km", { maxBytes: 20 }), ["1/2 12\u00a0345 6789 ", "2/2 12\u00a0345 km"]);
});

Deno.test("splitText() makes no part of blanks before a long word", () => {
  assert.deepEqual(splitText("  " + "x".repeat(30), { maxBytes: 20 }), ["1/2   " + "x".repeat(14), "2/2 " + "x".repeat(16)]);
});

Deno.test("splitText() never cuts an emoji family, and cuts between code points what is longer than a part", () => {
  const family = "👨‍👩‍👧‍👦"; // 25 bytes
  assert.deepEqual(splitText(family.repeat(3), { maxBytes: 60 }), [`1/2 ${family}${family}`, `2/2 ${family}`]);
  const parts = splitText(family.repeat(2), { maxBytes: 20 });
  assert.ok(parts.every((part) => !part.includes("\ufffd") && part.isWellFormed()));
  assert.equal(joinParts(parts), family.repeat(2));
});

Deno.test("splitText() counts the digits of its numbers when there are ten parts and more", () => {
  const text = "x".repeat(16 * 10);
  const parts = splitText(text, { maxBytes: 20 });
  assert.equal(parts[0], "1/11 " + "x".repeat(15));
  assert.equal(parts[9], "10/11 " + "x".repeat(14));
  assert.equal(parts.length, 11);
  assert.equal(joinParts(splitText("é".repeat(20_000), { maxBytes: 20 })), "é".repeat(20_000));
});

Deno.test("splitText() with maxParts gives no more parts and says that something is missing", () => {
  assert.deepEqual(splitText("one two three four five six", { maxBytes: 20, maxParts: 1 }), ["one two three…"]);
  assert.deepEqual(splitText("one two three four five six seven eight", { maxBytes: 20, maxParts: 2 }), [
    "1/2 one two three ",
    "2/2 four five six…",
  ]);
  fc.assert(
    fc.property(anyText, anyLimit, fc.integer({ min: 1, max: 12 }), (text, maxBytes, maxParts) => {
      const all = splitText(text, { maxBytes });
      const parts = splitText(text, { maxBytes, maxParts });
      if (all.length <= maxParts) return assert.deepEqual(parts, all);
      assert.equal(parts.length, maxParts);
      assert.ok(parts.every((part) => textLengthBytes(part) <= maxBytes && part.isWellFormed()));
      const joined = joinParts(parts);
      assert.ok(joined.endsWith("…"));
      assert.ok(text.toWellFormed().startsWith(joined.slice(0, -1)));
    }),
    { numRuns: 500 },
  );
});

Deno.test("splitText() refuses impossible limits", () => {
  assert.throws(() => splitText("a", { maxBytes: 19 }), RangeError);
  assert.throws(() => splitText("a", { maxBytes: NaN }), RangeError);
  assert.throws(() => splitText("a", { maxBytes: 200, maxParts: 0 }), RangeError);
});

Deno.test("textLengthBytes() agrees with the encoder for every string", () => {
  fc.assert(fc.property(anyText, (text) => assert.equal(textLengthBytes(text), encoder.encode(text).length)));
});

Deno.test("textLimitBytes() is the firmware's limit of each kind of message", () => {
  assert.deepEqual(TEXT_LIMIT_BYTES, { channel: 232, channelReply: 227, pki: 220, pkiReply: 215 });
  assert.equal(textLimitBytes({ direct: false, pki: false, reply: false }), 232);
  assert.equal(textLimitBytes({ direct: false, pki: false, reply: true }), 227);
  assert.equal(textLimitBytes({ direct: true, pki: true, reply: false }), 220);
  assert.equal(textLimitBytes({ direct: true, pki: true, reply: true }), 215);
  assert.equal(textLimitBytes({ direct: true, pki: false, reply: true }), 227);
  assert.equal(textLimitBytes({ direct: false, pki: true, reply: false }), 232);
});

Deno.test("textLengthBytes() counts what UTF-8 takes, at the ends of each length", () => {
  for (const text of ["\u007f", "\u0080", "\u07ff", "\u0800", "\uffff", "\u{10000}", "\u{10ffff}", "a\u0080b\u0800c\u{10000}d", ""]) {
    assert.equal(textLengthBytes(text), encoder.encode(text).length, JSON.stringify(text));
  }
  for (const lone of ["\ud800", "\udbff", "\udc00", "\udfff", "\ud800x", "x\udc00", "\udc00\ud800"]) {
    assert.equal(textLengthBytes(lone), encoder.encode(lone.toWellFormed()).length, JSON.stringify(lone));
  }
});
