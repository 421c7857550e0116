/** A copy of the tree in which a mistake can be made, and its tests run. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Stages } from "./area.ts";
import type { Mutant } from "./mutant.ts";

/** What became of a mistake. */
export type Verdict =
  | { readonly kind: "caught"; readonly by: string }
  | { readonly kind: "survived" }
  /** No compiler lets it pass. */
  | { readonly kind: "untyped" };

const COPIED = ["main.ts", "deno.json", "deno.lock", "README.md", "CONTRIBUTING.md", "LICENSE", "src", "tests", "scripts"];
const TIME_LIMIT_MS = 120_000;
const MAX_TURNS = 2;
const LEARN_LIMIT_MS = 300_000;
const NO_TYPES_MS = 60_000;

/** One copy; disposing of it removes it. */
export class Workshop implements AsyncDisposable {
  readonly #root: string;
  /** Tests that fail without any mistake of ours: they tell nothing. */
  readonly #failing = new Set<string>();
  readonly #known = new Set<string>();

  /** Those that fail without any mistake. */
  get failing(): readonly string[] {
    return [...this.#failing];
  }

  private constructor(root: string) {
    this.#root = root;
  }

  /** Copies the tree at `from`. */
  static async open(from: string): Promise<Workshop> {
    const root = await Deno.makeTempDir({ prefix: "meshbot-mutate-" });
    const { code, stderr } = await new Deno.Command("cp", { args: ["-r", ...COPIED, root], cwd: from, stdout: "null", stderr: "piped" })
      .output();
    if (code !== 0) throw new Error(`Cannot copy ${from}: ${new TextDecoder().decode(stderr)}`);
    return new Workshop(root);
  }

  /** Makes the mistake, runs the tests stage by stage until one fails, and takes the mistake back. */
  async judge(mutant: Mutant, stages: Stages): Promise<Verdict> {
    await this.#learn(stages);
    const path = join(this.#root, mutant.file);
    const original = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, mutant.source);
    try {
      const types = await this.#deno(["check", "--quiet", mutant.file], NO_TYPES_MS);
      // On a busy machine the check may not end in time: then the tests decide.
      if (types.failed === "code") return { kind: "untyped" };
      for (const stage of stages) {
        for (;;) {
          const caught = await this.#test(stage.filter((test) => !this.#failing.has(test)));
          if (caught === undefined) break;
          if (caught.file === undefined || isOwn(caught.file, mutant.file)) return { kind: "caught", by: caught.by };
          // A test of the whole bot may have failed because the machine is busy: then it fails without the mistake too.
          await Deno.writeTextFile(path, original);
          const { failed } = await this.#deno(["test", "-A", "--no-check", "--fail-fast", caught.file], TIME_LIMIT_MS);
          if (failed === undefined) return { kind: "caught", by: caught.by };
          this.#failing.add(caught.file);
          await Deno.writeTextFile(path, mutant.source);
        }
      }
      return { kind: "survived" };
    } finally {
      await Deno.writeTextFile(path, original);
    }
  }

  /** Finds out which of the tests fail anyway. */
  async #learn(stages: Stages): Promise<void> {
    const unknown = stages.flat().filter((test) => !this.#known.has(test));
    for (const test of unknown) this.#known.add(test);
    if (unknown.length === 0) return;
    const { failed, output } = await this.#deno(["test", "-A", "--no-check", "--parallel", ...unknown], LEARN_LIMIT_MS);
    if (failed === undefined) return;
    for (const test of failingFiles(output)) this.#failing.add(test);
    // Then it was not a test that failed, but all of them together.
    if (this.#failing.size === 0) throw new Error(`The tests do not run here: ${output.slice(-2000)}`);
  }

  /** Which test failed; undefined when none did. A test that fails once and then not again has found no mistake: the machine is busy. */
  async #test(files: readonly string[]): Promise<{ readonly by: string; readonly file?: string } | undefined> {
    for (let turn = 0; turn < MAX_TURNS && files.length > 0; turn += 1) {
      const { failed, output } = await this.#deno(["test", "-A", "--no-check", "--fail-fast", "--parallel", ...files], TIME_LIMIT_MS);
      if (failed !== "code") return failed === undefined ? undefined : { by: failed };
      const suspects = failingFiles(output);
      if (suspects.length === 0) return { by: /^error: (.*)$/m.exec(output)?.[1] ?? "a test" };
      for (const suspect of suspects) {
        const again = await this.#deno(["test", "-A", "--no-check", "--fail-fast", suspect], TIME_LIMIT_MS);
        if (again.failed === "the time limit") return { by: again.failed, file: suspect };
        if (again.failed === "code") {
          return { by: `${/^(.*) \.\.\..*FAILED/m.exec(again.output)?.[1]?.trim() ?? "a test"} (${suspect})`, file: suspect };
        }
      }
    }
    return undefined;
  }

  async #deno(
    args: readonly string[],
    limitMs: number,
  ): Promise<{ readonly failed: "code" | "the time limit" | undefined; readonly output: string }> {
    // `timeout` ends the whole group: a test's own processes too.
    const command = new Deno.Command("timeout", {
      args: ["-k", "2", String(limitMs / 1000), Deno.execPath(), ...args],
      cwd: this.#root,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    const { code, stdout, stderr } = await command.output();
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return { failed: code === 0 ? undefined : code === 124 || code === 137 ? "the time limit" : "code", output };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#root, { recursive: true });
  }
}

/** Whether a test is one of the room of the file. */
function isOwn(test: string, file: string): boolean {
  return test.split("/")[1] === file.split("/")[1];
}

/** The test files that an output calls failed. */
export function failingFiles(output: string): string[] {
  const places = output.matchAll(/=> \.\/(tests\/\S+_test\.ts):\d+|\.\/(tests\/\S+_test\.ts) \((?:uncaught|import) error\)/g);
  return [...new Set(Array.from(places, ([, test, module]) => test ?? module ?? ""))];
}

/** The root of this tree. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));
