import assert from "node:assert/strict";
import { startClient } from "../../../scripts/bench/client_process.ts";

Deno.test("startClient() waits for the line that says ready, and ends the process at last", async () => {
  const told: string[] = [];
  const client = await startClient("/bin/sh", ["-c", "echo one; echo up and running >&2; exec sleep 600"], {
    ready: /running/,
    onLine: (line) => told.push(line),
  });
  assert.ok(client.lines.includes("up and running"));
  assert.deepEqual(told, client.lines);
  Deno.kill(client.pid, "SIGCONT");
  await client[Symbol.asyncDispose]();
  assert.throws(() => Deno.kill(client.pid, "SIGCONT"));
  await client[Symbol.asyncDispose]();
});

Deno.test("startClient() rejects with what was said when the process ends before it is ready", async () => {
  await assert.rejects(startClient("/bin/sh", ["-c", "echo no such host; exit 3"]), (error: Error) => {
    assert.match(error.message, /did not start: no such host/);
    assert.match(String((error.cause as Error).message), /ended with 3/);
    return true;
  });
});
