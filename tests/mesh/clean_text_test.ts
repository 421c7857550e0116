import assert from "node:assert/strict";
import fc from "fast-check";
import { cleanText } from "../../src/mesh/clean_text.ts";

const LONG = { maxBytes: 40 };
const SHORT = { maxBytes: 16, maxGraphemes: 4 };

Deno.test("cleanText() leaves good names alone", () => {
  for (const name of ["Tigro G2", "Église Saint-Étienne", "🦊 Renard", "北京", "👨‍👩‍👧‍👦", "می‌خواهم", "❤️", "🇫🇷", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]) {
    assert.equal(cleanText(name, LONG), name);
  }
});

Deno.test("cleanText() takes out controls, bidi characters and hidden text", () => {
  assert.equal(cleanText("a\u0000b\u001b[31mc\u007f\u0085", LONG), "ab[31mc");
  assert.equal(cleanText("\u202egnihtyna\u202c \u2066x\u2069\u200f\u061c", LONG), "gnihtyna x");
  assert.equal(cleanText("a\u200bb\ufeffc\u00add\u2060e\u3164f", LONG), "abcdef");
  assert.equal(cleanText("hi\u{e0068}\u{e0069}\u{e007f}", LONG), "hi");
  assert.equal(cleanText("a\uffffb\ufdd0", LONG), "ab");
});

Deno.test("cleanText() makes one line of it, trimmed", () => {
  assert.equal(cleanText("  a \r\n\t b\u2028c\u00a0\u3000d\u2800 ", LONG), "a b c d");
  assert.equal(cleanText("\u200d a \u200b b\u200c ", LONG), "a b");
});

Deno.test("cleanText() gives nothing for what cannot be seen", () => {
  for (const name of ["", " ", "\u200b\u200d\u2060", "\u200d", "\u3164", "\u115f\u1160", "\ufe0f", "\u2800", "\n", "\u{e0061}"]) {
    assert.equal(cleanText(name, LONG), "", JSON.stringify(name));
  }
});

Deno.test("cleanText() composes, and replaces lone surrogates", () => {
  assert.equal(cleanText("e\u0301", LONG), "é");
  assert.equal(cleanText("a\ud800b\udc00", LONG), "a\ufffdb\ufffd");
});

Deno.test("cleanText() cuts what is left without blanks at the ends", () => {
  assert.equal(cleanText("   abcdef", { maxBytes: 4 }), "abcd");
  assert.equal(cleanText("ab     cd", { maxBytes: 3 }), "ab");
});

Deno.test("cleanText() cuts between graphemes", () => {
  assert.equal(cleanText("é".repeat(30), LONG), "é".repeat(20));
  assert.equal(cleanText("x".repeat(39) + "é", LONG), "x".repeat(39));
  assert.equal(cleanText("abcdef", SHORT), "abcd");
  assert.equal(cleanText("🦊🦊🦊🦊🦊", SHORT), "🦊🦊🦊🦊");
  assert.equal(cleanText("a👨‍👩‍👧‍👦", SHORT), "a");
  assert.equal(cleanText("x" + "\u0323".repeat(50), SHORT), "x" + "\u0323".repeat(7));
  assert.equal(cleanText("abc def", SHORT), "abc");
});

Deno.test("cleanText() output is within the limits, clean, and stays as it is when cleaned again", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
    fc.array(
      fc.constantFrom(
        "a",
        "b",
        " ",
        "\u0301",
        "\u200d",
        "\u200c",
        "\u200b",
        "\ufe0f",
        "🏴",
        "\u{e0067}",
        "\u{e007f}",
        "👩",
        "\ud83d",
        "\u202e",
        "\ufeff",
      ),
      { maxLength: 40 },
    ).map((pieces) => pieces.join("")),
  );
  fc.assert(
    fc.property(anyText, fc.constantFrom(LONG, SHORT), (text, limits) => {
      const cleaned = cleanText(text, limits);
      assert.ok(new TextEncoder().encode(cleaned).length <= limits.maxBytes);
      assert.ok(cleaned.isWellFormed());
      assert.equal(cleaned, cleaned.trim());
      assert.equal(cleaned, cleaned.normalize("NFC"));
      assert.doesNotMatch(cleaned, /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u);
      if (limits === SHORT) assert.ok([...new Intl.Segmenter().segment(cleaned)].length <= 4);
      assert.equal(cleanText(cleaned, limits), cleaned);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("cleanText() keeps what just fits, in bytes and in characters", () => {
  for (
    const [text, maxBytes, maxGraphemes, cut] of [
      ["abcd", 4, 9, "abcd"],
      ["abcde", 4, 9, "abcd"],
      ["abcd", 9, 4, "abcd"],
      ["abcde", 9, 4, "abcd"],
      ["éé", 4, 9, "éé"],
      ["ééé", 5, 9, "éé"],
      ["ééé", 9, 2, "éé"],
      // One character of seven bytes: a letter of one, and three accents of two.
      ["x\u0323\u0303\u0330", 7, 9, "x\u0323\u0330\u0303"],
      ["x\u0323\u0303\u0330", 6, 9, "x\u0323\u0330"],
      ["x\u0323\u0303\u0330", 5, 9, "x\u0323\u0330"],
      ["x\u0323\u0303\u0330", 4, 9, "x\u0323"],
    ] as const
  ) {
    assert.equal(cleanText(text, { maxBytes, maxGraphemes }), cut, JSON.stringify([text, maxBytes, maxGraphemes]));
  }
});
