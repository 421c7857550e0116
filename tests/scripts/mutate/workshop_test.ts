import assert from "node:assert/strict";
import { join } from "node:path";
import { Areas } from "../../../scripts/mutate/area.ts";
import { mutantOf } from "../../../scripts/mutate/mutant.ts";
import { mutationsOf } from "../../../scripts/mutate/mutations.ts";
import { failingFiles, ROOT, Workshop } from "../../../scripts/mutate/workshop.ts";

const PROJECT = {
  "deno.json": '{ "lock": false }',
  "src/link/half.ts": "export function half(value: number): number {\n  return value < 0 ? 0 : value / 2;\n}\n",
  "tests/link/half_test.ts":
    'import { half } from "../../src/link/half.ts";\nDeno.test("half() halves", () => {\n  if (half(4) !== 2) throw new Error("no");\n});\n',
  "tests/link/broken_test.ts": 'Deno.test("fails whatever happens", () => {\n  throw new Error("no");\n});\n',
};

Deno.test("Workshop.judge() tells what is caught, what survives and what no compiler takes, and leaves broken tests out", async () => {
  const root = await Deno.makeTempDir({ prefix: "mutate-test-" });
  try {
    for (const [path, text] of Object.entries(PROJECT)) {
      await Deno.mkdir(join(root, path, ".."), { recursive: true });
      await Deno.writeTextFile(join(root, path), text);
    }
    for (const path of ["main.ts", "deno.lock", "README.md", "CONTRIBUTING.md", "LICENSE"]) await Deno.writeTextFile(join(root, path), "");
    await Deno.mkdir(join(root, "scripts"));
    const file = "src/link/half.ts";
    const source = PROJECT[file];
    const stages = new Areas(root).stagesOf(file);
    assert.deepEqual(stages, [["tests/link/half_test.ts"], ["tests/link/broken_test.ts"]]);
    await using workshop = await Workshop.open(root);
    const verdicts: string[] = [];
    for (const mutation of mutationsOf(source)) {
      const mutant = mutantOf(file, source, mutation);
      const verdict = await workshop.judge(mutant, stages);
      verdicts.push(`${mutant.becomes}: ${verdict.kind === "caught" ? verdict.by : verdict.kind}`);
    }
    const untyped = { kind: "truth", from: source.indexOf("value / 2"), to: source.indexOf(";"), replacement: "true" } as const;
    assert.deepEqual(await workshop.judge(mutantOf(file, source, untyped), stages), { kind: "untyped" });
    assert.ok(verdicts.includes("return value < 0 ? 0 : value * 2;: half() halves (tests/link/half_test.ts)"), verdicts.join("\n"));
    assert.ok(verdicts.includes("return value <= 0 ? 0 : value / 2;: survived"), verdicts.join("\n"));
    assert.deepEqual(workshop.failing, ["tests/link/broken_test.ts"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("failingFiles() names each file once", () => {
  const output =
    "half() halves => ./tests/a_test.ts:2:6\nother => ./tests/a_test.ts:9:6\n./tests/b/c_test.ts (uncaught error)\nok => ./tests/d_test.tsx";
  assert.deepEqual(failingFiles(output), ["tests/a_test.ts", "tests/b/c_test.ts"]);
});

Deno.test("Areas.stagesOf() begins with the file's own test and ends with the whole bot's", () => {
  const stages = new Areas(ROOT).stagesOf("src/link/frame.ts");
  assert.ok(stages[0]?.includes("tests/link/frame_test.ts"));
  assert.ok(stages.at(-1)?.includes("tests/app_test.ts"));
  assert.equal(new Set(stages.flat()).size, stages.flat().length);
});
