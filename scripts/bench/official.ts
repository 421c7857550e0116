/** The official client as a process: installed for Node in a folder of its own from the versions of deno.json. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../../deno.json" with { type: "json" };
import { LineReader } from "./line_reader.ts";
import { PACKETS } from "./packets.ts";

const PACKAGES = ["@meshtastic/core", "@meshtastic/transport-node"] as const;

/** One run of it. */
export interface OfficialRun {
  readonly ms: number;
  readonly received: number;
}

/** The running client. */
export interface OfficialClient extends AsyncDisposable {
  /** Reads all packets from a port of this machine. */
  read(port: number): Promise<OfficialRun>;
}

/** Starts it; throws when there is no Node, or the packages cannot be had. */
export async function startOfficialClient(): Promise<OfficialClient> {
  const folder = await Deno.makeTempDir({ prefix: "meshbot-bench-" });
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    await install(folder);
    // Node looks for packages from the folder of the file.
    await Deno.copyFile(fileURLToPath(new URL("./official_client.mjs", import.meta.url)), join(folder, "client.mjs"));
    // It tells on standard error of each packet that it throws away.
    const options = { args: ["client.mjs", String(PACKETS)], cwd: folder, stdin: "piped", stdout: "piped", stderr: "null" } as const;
    const child = new Deno.Command("node", options).spawn();
    const lines = new LineReader(child.stdout);
    const input = child.stdin.getWriter();
    return {
      async read(port) {
        await input.write(new TextEncoder().encode(`${port}\n`));
        return JSON.parse(await lines.next()) as OfficialRun;
      },
      async [Symbol.asyncDispose]() {
        child.kill("SIGKILL");
        await lines.cancel();
        await input.abort().catch(() => {});
        await child.status;
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The version of a package that deno.json names. */
export function versionOf(name: keyof typeof denoJson.imports): string {
  return denoJson.imports[name].slice(denoJson.imports[name].lastIndexOf("@") + 1);
}

async function install(folder: string): Promise<void> {
  const dependencies = Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)]));
  await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify({ type: "module", dependencies }));
  // Deno has these packages already, and makes a folder that Node understands.
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args: ["install", "--quiet"], cwd: folder, stdin: "null" })
    .output();
  if (!success) throw new Error(`Cannot install the official client: ${new TextDecoder().decode(stderr)}`);
}
