/** The inputs that are known: made by hand, and those that once failed. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Target } from "./target.ts";

/** Where they are. */
export const CORPUS: string = fileURLToPath(new URL("../../tests/testdata/corpus", import.meta.url));

/** One of them. */
export interface KnownInput {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** All of a target: its own and its failures. */
export async function corpusOf(target: Pick<Target, "name">): Promise<KnownInput[]> {
  return [...await readFolder(join(CORPUS, target.name)), ...await readFolder(join(CORPUS, "failures", target.name))];
}

/** Saves an input that failed; gives its path. */
export async function saveFailure(target: Target, input: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", input.slice()));
  const name = Array.from(digest.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const folder = join(CORPUS, "failures", target.name);
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.${["bytes", "frames", "clientFrames", "packet"].includes(target.shape) ? "bin" : "txt"}`);
  await Deno.writeFile(path, input);
  return path;
}

async function readFolder(folder: string): Promise<KnownInput[]> {
  const inputs: KnownInput[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile) inputs.push({ name, bytes: await Deno.readFile(join(folder, name)) });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return inputs.sort((a, b) => a.name < b.name ? -1 : 1);
}
