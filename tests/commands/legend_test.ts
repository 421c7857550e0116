import assert from "node:assert/strict";
import { textLengthBytes } from "../../src/mesh/text.ts";
import { answer } from "../support/run_command.ts";

Deno.test("legend explains every icon of the other answers in one message", async () => {
  for (const language of ["en", "fr"] as const) {
    const text = await answer("legend", { language });
    assert(textLengthBytes(text) <= 200, `${textLengthBytes(text)}: ${text}`);
    for (const icon of ["🟢", "🟡", "🟠", "🔴", "⚫", "📶", "✅", "🔀", "🌐", "❔", "⏱️", "📍", "↔️", "🔋", "🔌", "🔑", "➡️", "⬅️"]) {
      assert(text.includes(icon), `${icon} ${language}`);
    }
  }
});
