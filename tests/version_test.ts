import assert from "node:assert/strict";
import denoJson from "../deno.json" with { type: "json" };
import { VERSION } from "../src/version.ts";

Deno.test("VERSION is the version in deno.json", () => {
  assert.equal(VERSION, denoJson.version);
});
