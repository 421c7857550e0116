import assert from "node:assert/strict";
import * as fc from "fast-check";
import { paginate, shorten } from "../../../src/commands/support/fit.ts";
import { textLengthBytes } from "../../../src/mesh/text.ts";

Deno.test("shorten() keeps what fits and cuts the rest between graphemes", () => {
  assert.equal(shorten("Montmartre", 10), "Montmartre");
  assert.equal(shorten("Montmartre", 9), "Montma…");
  assert.equal(shorten("Paris Nord", 9), "Paris…");
  assert.equal(shorten("ééééé", 9), "ééé…");
  assert.equal(shorten("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 30), "👩‍👩‍👧‍👦…");
  assert.equal(shorten("👩‍👩‍👧‍👦", 10), "…");
  assert.equal(shorten("abc", 2), "");
});

Deno.test("shorten() never exceeds its bytes", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat({ max: 60 }), (text, bytes) => {
    assert(textLengthBytes(shorten(text, bytes)) <= bytes);
  }));
});

Deno.test("paginate() puts everything on one page without a footer where it fits", () => {
  assert.deepEqual(paginate("Head", ["a", "b"], 8), ["Head\na\nb"]);
  assert.deepEqual(paginate("", ["a", "b"], 3), ["a\nb"]);
});

Deno.test("paginate() fills pages greedily and counts its footer", () => {
  assert.deepEqual(paginate("Head", ["aa", "bb", "cc", "dd"], 11), ["Head\naa\n1/3", "bb\ncc\n2/3", "dd\n3/3"]);
  assert.deepEqual(paginate("H", ["a line too long", "b"], 5), ["H\na line too long\n1/2", "b\n2/2"]);
});

Deno.test("paginate() loses no line, repeats none, and keeps to the bytes", () => {
  const line = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }).filter((text) =>
    !text.includes("\n") && textLengthBytes(text) <= 40
  );
  fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 150 }), fc.integer({ min: 60, max: 232 }), (lines, bytes) => {
    const pages = paginate("Header", lines, bytes);
    for (const page of pages) assert(textLengthBytes(page) <= bytes);
    const bodies = pages.length === 1 ? pages : pages.map((page, index) => {
      const footer = `\n${index + 1}/${pages.length}`;
      assert(page.endsWith(footer));
      return page.slice(0, -footer.length);
    });
    assert.deepEqual(bodies.join("\n").split("\n"), ["Header", ...lines]);
  }));
});
