import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { curlGet, CurlMissingError } from "../src/io/curl.ts";
import { programPath } from "../src/program_path.ts";
import { debianProgram } from "./support/debian.ts";

Deno.test("programPath() gives the first folder that has the program, else the name", async () => {
  const root = await Deno.makeTempDir({ prefix: "programs-" });
  try {
    const folders = ["a", "b", "c"].map((name) => join(root, name));
    for (const folder of folders) await Deno.mkdir(folder);
    for (const folder of folders.slice(1)) {
      await Deno.writeTextFile(join(folder, "tool"), "#!/bin/sh\n");
      await chmod(join(folder, "tool"), 0o755);
    }
    assert.equal(programPath("tool", folders), join(root, "b", "tool"));
    assert.equal(programPath("other", folders), "other");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("programPath() leaves a path as it is", () => {
  for (const path of ["/opt/tool", "./sh", "bin/sh"]) assert.equal(programPath(path), path);
});

debianProgram("curl").test("curlGet() finds curl where there is no PATH", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("clear sky"));
  const path = Deno.env.get("PATH");
  // Nothing is awaited before curl has been started: no other test of this file is under way without its PATH.
  Deno.env.delete("PATH");
  let answer: Promise<string>;
  try {
    answer = curlGet({
      url: new URL(`http://127.0.0.1:${server.addr.port}/`),
      who: "the server",
      signal: new AbortController().signal,
      timeoutMs: 20_000,
      maxBytes: 1000,
    });
  } finally {
    if (path !== undefined) Deno.env.set("PATH", path);
  }
  assert.equal(await answer, "clear sky");
});

Deno.test("curlGet() says that a program which is nowhere is not installed", async () => {
  const request = { url: new URL("http://127.0.0.1:9/"), who: "the server", timeoutMs: 20_000, maxBytes: 1000 };
  await assert.rejects(curlGet({ ...request, signal: new AbortController().signal, program: "no-such-program" }), CurlMissingError);
});
