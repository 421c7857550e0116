import assert from "node:assert/strict";
import { answersTo, demoLines } from "../../scripts/prove/demo.ts";
import { expect } from "../../scripts/prove/ledger.ts";
import { runProgram, startProgram } from "../../scripts/prove/program.ts";

const SHELL = { command: ["/bin/sh", "-c"], cwd: "/" };

Deno.test("runProgram() gives no variables but those named, and both outputs with the exit code", async () => {
  const ended = await runProgram(SHELL, ['/usr/bin/env; echo "$A" >&2; exit 3'], { env: { A: "b" } });
  assert.deepEqual([ended.code, ended.err], [3, "b\n"]);
  // The shell itself adds its folder.
  assert.deepEqual(ended.out.split("\n").filter((line) => line !== "" && !/^(PWD|OLDPWD|_|SHLVL)=/.test(line)), ["A=b"]);
});

Deno.test("runProgram() kills a program that goes on beyond its limit", async () => {
  await assert.rejects(runProgram(SHELL, ["while :; do :; done"], { limitMs: 50 }), /did not end within 0\.05 s/);
});

Deno.test("Started.waitFor() finds what came in pieces, and fails when the program ends without it", async () => {
  await using echo = startProgram({ command: ["/bin/cat"], cwd: "/" }, []);
  await echo.write("list");
  await echo.write("ening\n");
  assert.equal((await echo.waitFor(/listen(ing)/)).match[1], "ing");
  await echo.endInput();
  await assert.rejects(echo.waitFor(/never/), /ended without/);
});

Deno.test("answersTo() gives the answer of each time that a question was asked", () => {
  const lines = demoLines(
    [
      { text: "/ping", id: 1, replyId: 0 },
      { id: 1, delivery: "delivered" },
      { text: "one", id: 2, replyId: 1 },
      { text: "/ping", id: 3, replyId: 0 },
      { text: "/ping", id: 4, replyId: 9 },
    ].map((line) => JSON.stringify(line)).join("\n"),
  );
  assert.deepEqual(answersTo("/ping", lines), ["one", undefined]);
});

Deno.test("expect() throws what is said when it does not hold", () => {
  expect(true, "no");
  assert.throws(() => expect(false, "this is why"), { message: "this is why" });
});
