import assert from "node:assert/strict";
import { findFile, readFault } from "../../src/config/file.ts";

Deno.test("readFault() tells what each kind of error asks for", () => {
  const text = (error: unknown) => readFault("/etc/meshbot/meshbot.toml", error);
  assert.match(text(new Deno.errors.NotFound("x")), /no such file; "meshbot config --example > meshbot\.toml"/);
  assert.match(text(new Deno.errors.PermissionDenied("x")), /may not read it/);
  assert.match(text(new Deno.errors.IsADirectory("x")), /is a folder/);
  assert.match(text(new Deno.errors.NotCapable("x")), /--allow-read/);
  assert.equal(text(new Error("I/O error (os error 5)")), "/etc/meshbot/meshbot.toml cannot be read: I/O error (os error 5)");
});

Deno.test("findFile() takes a named file as seen from the working directory, even when it does not exist", () => {
  assert.equal(findFile("x/y.toml", "/srv"), "/srv/x/y.toml");
  assert.equal(findFile("/y.toml", "/srv"), "/y.toml");
});
