import assert from "node:assert/strict";
import * as fc from "fast-check";
import { ServiceError } from "../../src/errors.ts";
import { htmlTexts } from "../../src/io/html.ts";

async function words(html: string): Promise<string[]> {
  return (await htmlTexts(html)).map((text) => text.trim());
}

Deno.test("htmlTexts() gives text nodes in document order", async () => {
  assert.deepEqual(await words("<h2>one</h2><p>two <b>three</b> four<br>five</p><ul><li>six<li>seven</ul>"), [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
  ]);
  assert.deepEqual(await words(""), []);
  assert.deepEqual(await words("no markup at all"), ["no markup at all"]);
});

Deno.test("htmlTexts() decodes entities", async () => {
  assert.deepEqual(await words("<p>d&eacute;partement&#115; d&#x27;&icirc;les &amp; mers&nbsp;: &lt;b&gt;</p>"), [
    "départements d'îles & mers\u00a0: <b>",
  ]);
});

Deno.test("htmlTexts() leaves out what is read out to nobody", async () => {
  const hidden = ["script", "style", "template", "noscript", "iframe", "select", "textarea", "nav", "footer", "svg", "title"];
  for (const name of hidden) {
    assert.deepEqual(await words(`<p>before</p><${name}><option>no</option><p>no</p></${name}><p>after</p>`), ["before", "after"], name);
  }
  assert.deepEqual(await words("<p>a<!-- no <p>no</p> -->b</p><![CDATA[ no ]]><!DOCTYPE html><?php no ?>"), ["a", "b"]);
  assert.deepEqual(await words('<script>if (a < b) { document.write("</p><p>no") }</script><p title="no">yes</p>'), ["yes"]);
});

Deno.test("htmlTexts() reads broken markup to the end", async () => {
  assert.deepEqual(await words("<div><p>one<div></p></b>two</span><li>three<td>four</table><i>five<p"), [
    "one",
    "two",
    "three",
    "four",
    "five",
  ]);
  assert.deepEqual(await words("<p>a < b && c > d</p>"), ["a < b && c > d"]);
  assert.deepEqual(await words("<p class='x>one</p><p>two</p>'>three"), ["three"]);
});

Deno.test("htmlTexts() refuses elements nested beyond reason", async () => {
  assert.deepEqual(await words(`${"<b>".repeat(400)}deep`), ["deep"]);
  for (const tag of ["<b>", "<div>", "<a href=x>", "<p><table><tr><td>"]) {
    await assert.rejects(htmlTexts(`${tag.repeat(300_000)}</i>`), { name: "ServiceError", fault: "unreadable" }, tag);
  }
});

Deno.test("htmlTexts() says that it cannot read a page with an entity beyond every number", async () => {
  await assert.rejects(
    htmlTexts(`<p>before</p>&#xe${"a".repeat(300)};`),
    (error) => error instanceof ServiceError && error.fault === "unreadable" && error.message === "the page's markup is broken",
  );
});

Deno.test("htmlTexts() gives texts or says that it cannot, whatever the page", async () => {
  const parts = [
    "<",
    ">",
    "</",
    "<p>",
    "</p>",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "&#",
    ";",
    "&#xffffff;",
    "'",
    '"',
    "=",
    "<![CDATA[",
    "]]>",
  ];
  const page = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.array(fc.constantFrom(...parts, "a", " ")).map((some) => some.join("")),
  );
  await fc.assert(
    fc.asyncProperty(page, async (html) => {
      try {
        for (const text of await htmlTexts(html)) assert.equal(typeof text, "string");
      } catch (error) {
        assert(error instanceof ServiceError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
