import assert from "node:assert/strict";
import { debianProgram } from "./debian.ts";

function registered(folder: string, ci: boolean): Deno.TestDefinition {
  const definitions: Deno.TestDefinition[] = [];
  debianProgram("tool", { folders: [folder], ci, register: (definition) => definitions.push(definition) }).test("x() works", () => {});
  assert.equal(definitions.length, 1);
  return definitions[0] as Deno.TestDefinition;
}

Deno.test("debianProgram() registers a test as it is where the program is installed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/tool`, "");
    for (const ci of [true, false]) {
      const { name, ignore } = registered(folder, ci);
      assert.deepEqual({ name, ignore }, { name: "x() works", ignore: undefined });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("debianProgram() names the absent program and ignores the test, or fails it with CI=true", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const here = registered(folder, false);
    assert.equal(here.ignore, true);
    assert.match(here.name, /^x\(\) works \(needs tool, which is not installed\)$/);
    const inCi = registered(folder, true);
    assert.equal(inCi.ignore, false);
    assert.throws(() => inCi.fn({} as Deno.TestContext), /Cannot test without tool/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
