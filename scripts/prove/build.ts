/** Compiling copies of the source, each in a folder of its own, so that nothing is left in the repository. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SOURCES = ["main.ts", "src", "scripts", "deno.json", "deno.lock"];
/** The last Deno that writes a program as the base from the package registry reads it. */
const COMPILER = "deno@2.8.3";

/** The targets, and what the base of each is called. */
export const TARGETS = { "x86_64-unknown-linux-gnu": "x64", "aarch64-unknown-linux-gnu": "arm64" } as const;

/** One of them. */
export type Target = keyof typeof TARGETS;

/** Copies the source, or a copy of it, to a folder that does not exist yet. */
export async function copySource(folder: string, from: string = ROOT): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  await run("cp", ["-r", ...SOURCES.map((name) => join(from, name)), folder], ROOT);
  return folder;
}

/** The path of the base runtime, which is downloaded where it is not there yet. */
export async function baseFor(target: Target): Promise<string> {
  const script = join(ROOT, "scripts/compile_base.mjs");
  return (await run("node", [script, TARGETS[target]], ROOT)).trim();
}

/** Runs the folder's own `deno task compile` for a target; gives the path of the program. */
export async function compileIn(folder: string, target: Target, base: string): Promise<string> {
  const args = ["-y", COMPILER, "run", "-A", join(folder, "scripts/compile.ts"), "--target", target];
  const said = await run("npx", args, folder, { DENORT_BIN: base });
  const name = /^[0-9a-f]{64} {2}(dist\/meshbot-\S+)/m.exec(said)?.[1];
  if (name === undefined) throw new Error(`it does not say what it made: ${said}`);
  return join(folder, name);
}

/** What sha256sum says of the program by the list beside it. */
export async function checkSums(program: string): Promise<void> {
  await run("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"], dirname(program));
}

/** The permissions that were compiled in, as Deno keeps them. */
export async function permissionsOf(program: string): Promise<Readonly<Record<string, unknown>>> {
  const text = new TextDecoder("latin1").decode(await Deno.readFile(program));
  const json = /"permissions":(\{"allow_env":[^}]*\})/.exec(text)?.[1];
  if (json === undefined) throw new Error("no permissions are found in the program");
  return JSON.parse(json);
}

async function run(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<string> {
  const output = await new Deno.Command(command, { args: [...args], cwd, env, stdin: "null", stdout: "piped", stderr: "piped" }).output();
  const [out, err] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
  if (!output.success) throw new Error(`${command} ended with code ${output.code}: ${(out + err).slice(-1000)}`);
  return out;
}
