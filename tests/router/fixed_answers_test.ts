import assert from "node:assert/strict";
import { createFixedAnswers } from "../../src/router/fixed_answers.ts";

const answerTo = createFixedAnswers([
  { words: ["wifi", "Code WLAN"], text: "It is open." },
  { words: ["qth", "où"], text: "Lyon" },
]);

Deno.test("rule 15: createFixedAnswers() answers a text that is one of the words, whatever its case and the blanks around", () => {
  for (const text of ["wifi", "WiFi", "  wifi\n", "code wlan", "CODE WLAN"]) assert.equal(answerTo(text), "It is open.", text);
  for (const text of ["QTH", "où", "OÙ", "ou\u0300"]) assert.equal(answerTo(text), "Lyon", text);
});

Deno.test("rule 15: createFixedAnswers() is silent to every other text", () => {
  for (const text of ["", " ", "wifi?", "the wifi", "wifi wifi", "code  wlan", "/wifi", "ou", "constructor", "__proto__"]) {
    assert.equal(answerTo(text), undefined, text);
  }
  assert.equal(createFixedAnswers([])("wifi"), undefined);
});
