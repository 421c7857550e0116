import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { COUNT, parseTaskOptions, POSITIVE, SEED, someOf, TEXT } from "../../../scripts/support/options.ts";
import { UsageError } from "../../../src/errors.ts";

const KINDS = { minutes: POSITIVE, jobs: COUNT, seed: SEED, log: TEXT, only: someOf(["a", "b"]) };
const parse = (...args: string[]) => parseTaskOptions(args, KINDS, ["json"]);

Deno.test("parseTaskOptions() reads what was given, and leaves out what was not", () => {
  assert.deepEqual(parse(), { json: false });
  assert.deepEqual(parse("--minutes", "0.5", "--jobs=2", "--seed", "0", "--log", "x y", "--only", "b, a", "--json"), {
    minutes: 0.5,
    jobs: 2,
    seed: 0,
    log: "x y",
    only: ["b", "a"],
    json: true,
  });
});

Deno.test("parseTaskOptions() says in one sentence what is wrong", () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [["--minutes", "0"], /^--minutes is "0": must be a number above 0 and at most 100000, such as 10 or 0\.5$/],
    [["--minutes=-1"], /^--minutes is "-1": must be/],
    [["--minutes", "-1"], /^Option '--minutes' argument is ambiguous\.?$/],
    [["--minutes", "Infinity"], /must be a number above 0/],
    [["--minutes", "100001"], /at most 100000/],
    [["--minutes", "1e9"], /must be a number above 0/],
    [["--minutes"], /--minutes/],
    [["--jobs", "x"], /^--jobs is "x": must be a whole number from 1$/],
    [["--jobs", "1.5"], /must be a whole number from 1/],
    [["--seed", ""], /^--seed is "": must be a whole number from 0$/],
    [["--seed=-1"], /must be a whole number from 0/],
    [["--log", ""], /must be a text/],
    [["--only", "a,c"], /^--only is "a,c": must be some of a,b$/],
    [["--json=yes"], /--json/],
    [["--nonsense"], /^Unknown option '--nonsense'$/],
    [["--seed", "1", "--seed", "1"], /^--seed is given twice: keep one of them$/],
    [["word"], /^Unexpected argument 'word'$/],
  ];
  for (const [args, message] of wrong) {
    assert.throws(() => parse(...args), (error) => {
      assert.ok(error instanceof UsageError, args.join(" "));
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  }
});

for (const task of ["chaos", "fuzz", "soak", "bench", "mutate", "compile"]) {
  const program = fileURLToPath(new URL(`../../../scripts/${task}.ts`, import.meta.url));
  const run = (option: string) =>
    new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--v8-flags=--expose-gc", program, option], env: { NO_COLOR: "1" } }).output();

  Deno.test(`deno task ${task} tells its form: for --help, and with exit code 2 for what it does not know`, async () => {
    const [help, unknown] = await Promise.all([run("--help"), run("--nonsense")]);
    const said = { out: new TextDecoder().decode(help.stdout), error: new TextDecoder().decode(unknown.stderr) };
    assert.deepEqual([help.code, unknown.code, unknown.stdout.length], [0, 2, 0]);
    assert.match(said.out, new RegExp(`^deno task ${task} \\[`));
    assert.match(said.error, new RegExp(`^Unknown option '--nonsense'\ndeno task ${task} \\[`));
    assert.doesNotMatch(said.error, /^ +at /m);
  });
}
