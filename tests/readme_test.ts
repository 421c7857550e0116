import assert from "node:assert/strict";
import { createCommands } from "../src/commands/mod.ts";
import { KEYS } from "../src/config.ts";

const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));

Deno.test("the README has a line for every command", () => {
  for (const { name } of createCommands()) assert.match(readme, new RegExp(`\\| \`/${name}\\b`), `/${name} is missing`);
});

Deno.test("the README has a line for every key of the configuration", () => {
  for (const key of Object.keys(KEYS)) {
    const [section, name] = key.includes(".") ? key.split(".") : [undefined, key];
    const shown = section === undefined ? `\`${name}\`` : `\`[${section}] ${name}\``;
    assert.ok(readme.includes(`| ${shown} `), `${shown} is missing`);
  }
});

Deno.test("the README names every package of deno.json", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url))) as { imports: Record<string, string> };
  for (const [name, specifier] of Object.entries(imports)) {
    assert.match(specifier, /@\d+\.\d+\.\d+$/, `${name} has no exact version`);
    assert.ok(readme.includes(`\`${name}\``), `${name} is missing`);
  }
});
