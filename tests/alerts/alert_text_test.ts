import assert from "node:assert/strict";
import fc from "fast-check";
import { joinAlerts } from "../../src/alerts/alert_text.ts";
import { beginsLikeBait } from "../../src/i18n/bait.ts";
import { sentences } from "../../src/i18n/mod.ts";
import { textLengthBytes } from "../../src/mesh/text.ts";

const EN = sentences("en");

Deno.test("joinAlerts() puts each on a line of its own", () => {
  assert.deepEqual(joinAlerts(["🌡️ 71C", "🟠 wind"], 200, EN), { text: "🌡️ 71C\n🟠 wind", count: 2 });
  assert.deepEqual(joinAlerts(["one"], 200, EN), { text: "one", count: 1 });
});

Deno.test("joinAlerts() leaves what does not fit for the next message, and says how many", () => {
  const texts = ["a", "b", "c", "d"].map((letter) => letter.repeat(90));
  assert.deepEqual(joinAlerts(texts, 200, EN), { text: `${texts[0]}\n${texts[1]}\n+2 to come`, count: 2 });
  assert.deepEqual(joinAlerts(texts, 200, sentences("fr")), { text: `${texts[0]}\n${texts[1]}\n+2 à suivre`, count: 2 });
  const long = "x".repeat(200);
  assert.deepEqual(joinAlerts([long, "b"], 200, EN), { text: `${"x".repeat(186)}…\n+1 to come`, count: 1 });
});

Deno.test("joinAlerts() never begins with what another bot answers", () => {
  assert.equal(joinAlerts(["test failed"], 200, EN).text, "🔔 test failed");
  assert.equal(joinAlerts(["!a1b2c3d4 is gone", "b"], 200, EN).text, "🔔 !a1b2c3d4 is gone\nb");
});

Deno.test("joinAlerts() keeps to the limit, whatever the texts", () => {
  const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 120 }), { minLength: 1, maxLength: 12 });
  fc.assert(fc.property(texts, fc.integer({ min: 20, max: 232 }), (texts, limitBytes) => {
    const { text, count } = joinAlerts(texts, limitBytes, EN);
    assert.ok(textLengthBytes(text) <= limitBytes, `${textLengthBytes(text)} > ${limitBytes}`);
    assert.ok(count >= 1 && count <= texts.length);
    assert.equal(beginsLikeBait(text), false);
  }));
});
