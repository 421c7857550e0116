/** What the figures were measured on. */
import { cpus } from "node:os";
import { versionOf } from "./official.ts";

/** Processor, its number, how busy it was, and the versions of all that was measured. */
export function describeMachine(): string {
  const processors = cpus();
  const load = Deno.loadavg()[0] ?? 0;
  const packages = ["@meshtastic/protobufs", "@bufbuild/protobuf", "@meshtastic/core", "@meshtastic/transport-node"] as const;
  return [
    `${processors.length} × ${processors[0]?.model.trim() ?? "unknown processor"}, load ${load.toFixed(1)} before`,
    `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    `Deno ${Deno.version.deno}`,
    `Node ${nodeVersion()}`,
    ...packages.map((name) => `${name} ${versionOf(name)}`),
  ].join("; ");
}

function nodeVersion(): string {
  try {
    const { stdout } = new Deno.Command("node", { args: ["--version"], stdin: "null" }).outputSync();
    return new TextDecoder().decode(stdout).trim().replace(/^v/, "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "none";
    throw error;
  }
}
