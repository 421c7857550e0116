// deno-lint-ignore-file no-console -- a script's answer goes to the terminal
/** Checks that imports point down only, and that only the link dials. `deno task layers` runs it. */
import { fileURLToPath } from "node:url";
import { relative, resolve } from "node:path";
import type { Fact } from "./layers/facts_plugin.ts";
import { judge, roomOf } from "./layers/rules.ts";

interface LintOutput {
  readonly diagnostics: readonly {
    readonly filename: string;
    readonly range: { readonly start: { readonly line: number; readonly col: number } };
    readonly message: string;
  }[];
  readonly errors: readonly { readonly file_path: string; readonly message: string }[];
}

/** What was found: one line for each fault, in the order of files and lines. */
export interface LayersReport {
  readonly files: number;
  readonly imports: number;
  readonly faults: readonly string[];
}

/** Checks `main.ts` and `src` below `root`, a folder; throws when Deno cannot read them. */
export async function checkLayers(root: string): Promise<LayersReport> {
  const { diagnostics, errors } = await readFacts(root);
  const faults: { readonly path: string; readonly line: number; readonly what: string }[] = [];
  for (const { file_path, message } of errors) {
    faults.push({ path: pathFrom(root, file_path), line: 1, what: `cannot be read: ${message.split("\n")[0]}` });
  }
  let imports = 0;
  for (const { filename, range, message } of diagnostics) {
    const path = pathFrom(root, filename);
    const fact = JSON.parse(message) as Fact;
    if (fact.kind === "import") imports += 1;
    const what = judge(path, fact, (specifier) => pathFrom(root, new URL(specifier, new URL(filename, "file:///")).href));
    if (what !== undefined) faults.push({ path, line: range.start.line, what });
  }
  const paths = sourcesIn(root);
  for (const path of paths) {
    if (roomOf(path) === undefined) faults.push({ path, line: 1, what: "is in no room; scripts/layers/rules.ts has the table" });
    faults.push(...await hiddenParts(resolve(root, path), path));
  }
  faults.sort((a, b) => a.path.localeCompare(b.path) || a.line - b.line);
  return { files: paths.length, imports, faults: faults.map(({ path, line, what }) => `${path}:${line} ${what}`) };
}

function sourcesIn(root: string, folder = ""): string[] {
  return [...Deno.readDirSync(resolve(root, folder))].flatMap(({ name, isDirectory }) => {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (folder === "" && path !== "main.ts" && path !== "src") return [];
    if (isDirectory) return sourcesIn(root, path);
    return /\.[cm]?[jt]sx?$/.test(name) ? [path] : [];
  });
}

async function readFacts(root: string): Promise<LintOutput> {
  const config = fileURLToPath(new URL("./layers/lint.json", import.meta.url));
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["lint", "--quiet", "--json", "--config", config, ...sourcesIn(root).map((path) => resolve(root, path))],
    env: { NO_COLOR: "1" },
  }).output();
  try {
    return JSON.parse(new TextDecoder().decode(stdout)) as LintOutput;
  } catch (cause) {
    throw new Error(`Cannot read the sources in ${root} with deno lint: ${new TextDecoder().decode(stderr).trim()}`, { cause });
  }
}

/** A directive that silences every rule of the linter, or ours by name, would silence this check too. */
async function hiddenParts(file: string, path: string): Promise<{ path: string; line: number; what: string }[]> {
  const lines = (await Deno.readTextFile(file)).split("\n");
  return lines.flatMap((text, index) => {
    const directive = /^\s*\/[/*]\s*deno-lint-ignore(?:-file)?\b(.*)$/.exec(text);
    if (directive === null) return [];
    const rules = (directive[1] ?? "").split("--")[0]?.replace("*/", "").trim() ?? "";
    if (rules !== "" && !rules.includes("layers/")) return [];
    return [{ path, line: index + 1, what: "silences this check: name the lint rule that is meant" }];
  });
}

function pathFrom(root: string, file: string): string {
  return relative(resolve(root), file.startsWith("file:") ? fileURLToPath(file) : file).replaceAll("\\", "/");
}

if (import.meta.main) {
  const { files, imports, faults } = await checkLayers(Deno.args[0] ?? fileURLToPath(new URL("..", import.meta.url)));
  for (const fault of faults) console.error(fault);
  if (faults.length === 0) console.log(`Layers: ${files} files, ${imports} imports, all pointing down; only src/link dials`);
  else console.error(`Layers: ${faults.length} fault${faults.length === 1 ? "" : "s"} in ${files} files`);
  Deno.exit(faults.length === 0 ? 0 : 1);
}
