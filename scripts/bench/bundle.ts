/** The minified bundle of the program, as an installed one is made from. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** Makes it in the folder and gives its path; throws when it cannot be made. */
export async function makeBundle(folder: string): Promise<string> {
  const bundle = join(folder, "meshbot.js");
  const args = ["bundle", "--quiet", "--minify", "-o", bundle, MAIN];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(`deno bundle failed: ${new TextDecoder().decode(stderr)}`);
  return bundle;
}

/** How it is run. */
export const BUNDLE_ARGS = ["run", "--no-prompt", "--no-config", "-A"] as const;
