/** The official JavaScript client under Node, as a rival. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Its packages, each at one exact version. */
export const PACKAGES = ["@meshtastic/core@2.6.7", "@meshtastic/transport-node@0.0.2"];
const SCRIPTS = ["decode_official.mjs", "official_client.mjs"] as const;

/** What it is, for people. */
export const OFFICIAL = `${PACKAGES.join(" with ")} under Node`;

/** A script beside this file that needs the client. */
export type OfficialScript = typeof SCRIPTS[number];

let installing: Promise<string | undefined> | undefined;

/** Where the script lies with the client installed beside it; undefined when there is no Node here. Throws when npm cannot install it. */
export async function officialScript(name: OfficialScript): Promise<string | undefined> {
  const folder = await (installing ??= install());
  return folder === undefined ? undefined : join(folder, name);
}

/** Installs it once for all runs. */
async function install(): Promise<string | undefined> {
  const folder = join(Deno.env.get("TMPDIR") ?? "/tmp", `meshbot-bench-${PACKAGES.join("-").replace(/[^\w.-]/g, "_")}`);
  try {
    await Deno.mkdir(folder, { recursive: true });
    for (const script of SCRIPTS) await Deno.copyFile(fileURLToPath(new URL(script, import.meta.url)), join(folder, script));
    // Its preinstall script insists on another package manager.
    const args = ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", ...PACKAGES];
    const { success, stderr } = await new Deno.Command("npm", { args, cwd: folder }).output();
    if (!success) throw new Error(`Cannot install the official client: ${new TextDecoder().decode(stderr)}`);
    return folder;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
