/** Which tests look after a file, in the order in which they are most likely to find a mistake in it. */
import { basename, dirname, join, normalize } from "node:path";
import { tokensOf } from "./tokens.ts";

/** Each stage runs when the one before found nothing. */
export type Stages = readonly (readonly string[])[];

/** Reads the tests of a tree once. */
export class Areas {
  readonly #root: string;
  readonly #tests: readonly string[];
  readonly #sources: readonly string[];
  readonly #imports = new Map<string, readonly string[]>();

  constructor(root: string) {
    this.#root = root;
    this.#tests = listFiles(root, "tests").filter((path) => path.endsWith("_test.ts")).sort();
    this.#sources = listFiles(root, "src");
  }

  /**
   * The room's tests that import the file; then all others that do, and those of the files that build on it; then the rest of the
   * room's; then those of the whole bot.
   */
  stagesOf(file: string): Stages {
    const room = file.split("/")[1] as string;
    const users = this.#sources.filter((source) => this.#importsOf(source).includes(file));
    const own = [file, ...users].map((source) => `tests/${source.slice("src/".length, -".ts".length)}_test.ts`);
    const first = this.#tests.filter((test) => own.includes(test) || this.#reaches(test, file));
    const ofRoom = this.#tests.filter((test) => test.startsWith(`tests/${room}/`));
    const near = first.filter((test) => ofRoom.includes(test));
    // A file's mistakes may show in who uses it: rooms above, and the bot from end to end.
    const whole = this.#tests.filter((test) => /^tests\/[^/]+_test\.ts$/.test(test) || test.startsWith("tests/app/"));
    const seen = new Set<string>();
    return [near, first, ofRoom, whole].map((stage) => stage.filter((test) => !seen.has(test) && seen.add(test))).filter(({ length }) =>
      length > 0
    );
  }

  /** Whether a test imports the file, itself or by its own helpers. */
  #reaches(test: string, file: string): boolean {
    const looked = new Set<string>();
    const open = [test];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (looked.has(path)) continue;
      looked.add(path);
      const imported = this.#importsOf(path);
      if (imported.includes(file)) return true;
      open.push(...imported.filter((next) => next.startsWith("tests/") && dirname(next) === dirname(test)));
    }
    return false;
  }

  #importsOf(path: string): readonly string[] {
    const known = this.#imports.get(path);
    if (known !== undefined) return known;
    let source = "";
    try {
      source = Deno.readTextFileSync(join(this.#root, path));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const found = tokensOf(source)
      .filter(({ kind, text }) => kind === "text" && /^["']\.{1,2}\/.*\.ts["']$/.test(text))
      .map(({ text }) => normalize(join(dirname(path), text.slice(1, -1))));
    this.#imports.set(path, found);
    return found;
  }
}

/** The files below a folder of the tree, by their paths from its root. */
export function listFiles(root: string, folder: string): string[] {
  return [...Deno.readDirSync(join(root, folder))].flatMap(({ name, isDirectory, isFile }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return listFiles(root, path);
    return isFile && basename(path).endsWith(".ts") ? [path] : [];
  }).sort();
}
