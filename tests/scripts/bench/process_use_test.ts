import assert from "node:assert/strict";
import { processorMs, processorMsIn, residentMiB } from "../../../scripts/bench/process_use.ts";

Deno.test("processorMsIn() adds user and system time, whatever the program is called", () => {
  const rest = "S 1 1 1 0 -1 4194304 100 0 0 0 123 45 6 7 20 0 8 0 99";
  for (const name of ["deno", "a b", "x) S (y", ")"]) assert.equal(processorMsIn(`4711 (${name}) ${rest}\n`), 1680);
});

Deno.test("processorMsIn() throws on a text that tells no time", () => {
  for (const text of ["", "4711 (deno) S 1", "4711 (deno)"]) assert.throws(() => processorMsIn(text), /processor time/);
});

Deno.test({
  name: "processorMs() and residentMiB() see this process",
  // /proc is open only to a program with all permissions.
  ignore: Deno.build.os !== "linux" || Deno.permissions.querySync({ name: "ffi" }).state !== "granted",
  fn() {
    assert.ok(processorMs(Deno.pid) > 0);
    assert.ok(residentMiB(Deno.pid) > 1);
  },
});
