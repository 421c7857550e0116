/** What the bench was run on. Times depend on it, so they are only worth something beside it. */
import { cpus, release, totalmem } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { PACKAGES } from "./official.ts";

/** The machine and the versions of what is measured. */
export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Looks at this machine. */
export async function lookAtMachine(): Promise<Machine> {
  const processors = cpus();
  const node = await new Deno.Command("node", { args: ["--version"] }).output().then(
    ({ stdout }) => new TextDecoder().decode(stdout).trim().replace(/^v/, ""),
    () => "none",
  );
  using db = new DatabaseSync(":memory:");
  const { sqlite } = db.prepare("SELECT sqlite_version() AS sqlite").get() as { sqlite: string };
  const official = PACKAGES.map((name) => [name.slice(0, name.lastIndexOf("@")), name.slice(name.lastIndexOf("@") + 1)]);
  return {
    processor: processors[0]?.model.trim() ?? Deno.build.arch,
    processors: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${Deno.build.os} ${release()}`,
    versions: { deno: Deno.version.deno, v8: Deno.version.v8, sqlite, node, ...Object.fromEntries(official) },
  };
}

/** It in one line. */
export function machineLine({ processor, processors, memoryGiB, system, versions }: Machine): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
  return `${processor} × ${processors}, ${memoryGiB} GiB, ${system}; ${list}`;
}
