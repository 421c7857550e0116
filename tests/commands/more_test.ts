import assert from "node:assert/strict";
import { makeContext } from "../support/context.ts";
import { answer, commandNamed, testCommands } from "../support/run_command.ts";

Deno.test("rule 15: more gives the rest of the last answer, marked as one", async () => {
  assert.equal(await answer("more", { rest: "ping the rest" }), "… ping the rest");
});

Deno.test("rule 15: more says when there is nothing left", async () => {
  assert.equal(await answer("more"), "📄 That was all.");
  assert.equal(await answer("more", { language: "fr" }), "📄 C'était tout.");
});

Deno.test("rule 15: more asks for the asker's own rest", async () => {
  const asked: number[] = [];
  const context = { ...makeContext({ message: { from: 77 } }), more: { next: (num: number) => String(asked.push(num)) } };
  assert.equal(await commandNamed(testCommands(), "more").run(context), "… 1");
  assert.deepEqual(asked, [77]);
});
