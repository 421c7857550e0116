import assert from "node:assert/strict";
import { describeError, isExpectedNetworkError, SlotTakenError, TimeLimitError } from "../src/errors.ts";

Deno.test("isExpectedNetworkError() knows what networks do every day", async () => {
  const refused = await Deno.connect({ hostname: "127.0.0.1", port: 1 }).catch((error: unknown) => error);
  assert.equal(isExpectedNetworkError(refused), true);
  for (const code of ["ECONNRESET", "EPIPE", "EHOSTUNREACH", "ENOTFOUND", "ETIMEDOUT"]) {
    assert.equal(isExpectedNetworkError(Object.assign(new Error("x"), { code })), true, code);
  }
  assert.equal(isExpectedNetworkError(new TimeLimitError("late")), true);
  assert.equal(isExpectedNetworkError(new SlotTakenError("held")), true);
  assert.equal(isExpectedNetworkError(new DOMException("stopped", "AbortError")), true);
  assert.equal(isExpectedNetworkError(new Error("failed to lookup address information: Name or service not known")), true);
});

Deno.test("isExpectedNetworkError() takes a fault of the program for what it is", () => {
  for (const error of [new TypeError("x is undefined"), new RangeError("too long"), new Error("whatever"), "text", undefined]) {
    assert.equal(isExpectedNetworkError(error), false);
  }
});

Deno.test("describeError() tells an error and its cause in one line, without a stack", () => {
  const error = new Error("cannot visit", { cause: new Error("refused", { cause: "port closed" }) });
  assert.equal(describeError(error), "cannot visit: refused: port closed");
  assert.equal(describeError("just text"), "just text");
});
