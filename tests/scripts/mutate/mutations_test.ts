import assert from "node:assert/strict";
import { join } from "node:path";
import { EQUIVALENT } from "../../../scripts/mutate/equivalent.ts";
import { listFiles } from "../../../scripts/mutate/area.ts";
import { drawMutants } from "../../../scripts/mutate/draw.ts";
import { describeMutant, equivalence, isTypeOnly, mutantOf } from "../../../scripts/mutate/mutant.ts";
import { mutationsOf } from "../../../scripts/mutate/mutations.ts";
import { tokensOf } from "../../../scripts/mutate/tokens.ts";
import { ROOT } from "../../../scripts/mutate/workshop.ts";

/** All that a source can become. */
function mutantsOf(source: string): string[] {
  return mutationsOf(source).map((mutation) => mutantOf("src/x.ts", source, mutation).source);
}

Deno.test("mutationsOf() makes each kind of mistake", () => {
  assert.deepEqual(mutantsOf("x = a < b;"), ["x = a <= b;"]);
  assert.deepEqual(mutantsOf("x = a === b && c;"), ["x = a !== b && c;", "x = a === b || c;"]);
  assert.deepEqual(mutantsOf("x = a + -b;"), ["x = a - -b;"]);
  assert.deepEqual(mutantsOf("x = 1_000;"), ["x = 1001;", "x = 999;"]);
  assert.deepEqual(mutantsOf("x = 0;"), ["x = 1;"]);
  assert.deepEqual(mutantsOf("if (a) b = c;"), ["if (!(a)) b = c;"]);
  assert.deepEqual(mutantsOf("x = a ? f(b, c) : `${d}: e`;"), ["x = a ? `${d}: e` : f(b, c);"]);
  assert.deepEqual(mutantsOf("x = a ? b : c ? d : e;"), ["x = a ? c ? d : e : b;", "x = a ? b : c ? e : d;"]);
  assert.deepEqual(mutantsOf("x = await y;"), ["x = y;"]);
  assert.deepEqual(mutantsOf("a.b(c)[d].#e();"), [";"]);
  assert.deepEqual(mutantsOf("x = true;"), ["x = false;"]);
  assert.deepEqual(mutantsOf("x = a & b << c;"), ["x = a | b << c;", "x = a & b >> c;"]);
});

Deno.test("EQUIVALENT names lines that are there", () => {
  const stale = EQUIVALENT.filter(({ file, line }) =>
    !Deno.readTextFileSync(join(ROOT, file)).split("\n").some((written) => written.trim() === line)
  );
  assert.deepEqual(stale.map(({ file, line }) => `${file}: ${line}`), []);
});

Deno.test("mutationsOf() leaves strings, comments, patterns, imports and types alone", () => {
  const sources = [
    "x = 'a < 1 && await b';",
    "x = `a < 1 \\` + 2`;",
    "// if (a < 1) b();\n/* a + 1 */",
    "x = /[/a+1]+ && \\/1/gu;",
    'import { a } from "./a1.ts";',
    "interface A { readonly b: 1 | 2; c(d: true): E<3>; }",
    "type A = B extends 1 ? true : { a: 2 };",
    "const x: Map<string, Set<number>> = y;",
    "for await (const a of b) c = d;",
    "await using a = b;",
    "x = a?.b;",
  ];
  for (const source of sources) assert.deepEqual(mutantsOf(source), [], source);
});

Deno.test("mutationsOf() finds the code within templates", () => {
  assert.deepEqual(mutantsOf("x = `a ${b + `${c}`} < 1`;"), ["x = `a ${b - `${c}`} < 1`;"]);
});

Deno.test("tokensOf() leaves nothing of the program out", () => {
  for (const file of ["link", "mesh", "router"].flatMap((room) => listFiles(ROOT, `src/${room}`))) {
    const source = Deno.readTextFileSync(join(ROOT, file));
    let at = 0;
    for (const token of tokensOf(source)) {
      assert.equal(source.slice(at, token.at).trim(), "", `${file} at ${at}`);
      assert.equal(source.slice(token.at, token.at + token.text.length), token.text);
      at = token.at + token.text.length;
    }
    assert.equal(source.slice(at).trim(), "", file);
  }
});

Deno.test("drawMutants() draws the same for the same seed, and nothing twice", () => {
  const sources = new Map([["src/a.ts", "x = a < b + 1;\nlog.info(x);\nif (a) b();"], ["src/b.ts", "x = await y ? 1 : 2;"]]);
  const first = [...drawMutants(sources, 5)].map(describeMutant);
  assert.deepEqual([...drawMutants(sources, 5)].map(describeMutant), first);
  assert.notDeepEqual([...drawMutants(sources, 6)].map(describeMutant), first);
  assert.equal(new Set(first).size, first.length);
  assert.ok(first.includes("src/a.ts:3 negation: if (a) b();  →  if (!(a)) b();"), first.join("\n"));
});

Deno.test("isTypeOnly() knows a mistake in a type from one in the program", () => {
  const source = "function f(a: A & { b: 1 }): number {\n  return a.b & 1;\n}";
  const [inType, ...others] = mutationsOf(source).filter(({ kind }) => kind === "bits").map((mutation) =>
    mutantOf("src/a.ts", source, mutation)
  );
  assert.deepEqual([inType, ...others].map((mutant) => mutant !== undefined && isTypeOnly(mutant, source)), [true, false]);
});

Deno.test("equivalence() knows a log's call that is left out for one", () => {
  const source = "log.set(x);\nlogs.set(x);";
  const reasons = mutationsOf(source).map((mutation) => equivalence(mutantOf("src/a.ts", source, mutation)));
  assert.deepEqual(reasons, ["it changes the log alone", undefined]);
});

Deno.test("equivalence() lets a mistake pass that changes the log alone, and no other in the same line", () => {
  const reasonFor = (source: string, mutated: string) => {
    const mutants = mutationsOf(source).map((mutation) => mutantOf("src/x.ts", source, mutation));
    const mutant = mutants.find(({ source }) => source === mutated);
    assert.ok(mutant !== undefined, mutants.map(({ source }) => source).join(" | "));
    return equivalence(mutant);
  };
  const alone = "it changes the log alone";
  assert.equal(reasonFor("log.info`${a + b} came`;", "log.info`${a - b} came`;"), alone);
  assert.equal(reasonFor("if (a) log.info`came`;", "if (!(a)) log.info`came`;"), alone);
  assert.equal(reasonFor("if (a) return log.info`${b + c}`;", "if (a) return log.info`${b - c}`;"), alone);
  assert.equal(reasonFor("if (a) return log.info`${b + c}`;", "if (!(a)) return log.info`${b + c}`;"), undefined);
  assert.equal(reasonFor("x = a + b;", "x = a - b;"), undefined);
});
