// deno-lint-ignore-file no-console -- a script's answer goes to the terminal
/**
 * Makes the program one file: `deno task compile [--target aarch64-unknown-linux-gnu | x86_64-unknown-linux-gnu]`, into `dist/`, with
 * its checksum in `dist/SHA256SUMS`. The program is bundled and minified first: that starts faster and needs less memory.
 */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "../src/version.ts";
import { someOf, taskOptions } from "./support/options.ts";

const TARGETS = ["aarch64-unknown-linux-gnu", "x86_64-unknown-linux-gnu"] as const;
const USAGE = `deno task compile [--target ${TARGETS.join(" | ")}]; 64-bit systems only`;
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const SUMS = join(DIST, "SHA256SUMS");
/** What the program may do. Files and hosts are named in its configuration, so the fence around those is systemd's. */
const PERMISSIONS = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  // Each key of the configuration is a variable too.
  "--allow-env",
  "--allow-sys=loadavg,networkInterfaces,osUptime,statfs,systemMemoryInfo,uid",
  // All code is in the file.
  "--deny-import",
  // By path: by name Deno would look for them at the start, and refuse to start where there is no PATH.
  "--allow-run=/usr/bin/curl,/bin/curl,/usr/local/bin/curl,/usr/bin/vcgencmd,/bin/vcgencmd,/usr/bin/systemctl,/bin/systemctl",
];
const FLAGS = [
  "--quiet",
  "--no-prompt",
  "--no-config",
  // What is compiled by the engine would be kept in /tmp under a name that everybody can guess and write first.
  "--no-code-cache",
  // The datagrams to systemd.
  "--unstable-net",
];
/** The machine in the head of an ELF file (elf(5), e_machine). */
const ELF_MACHINES: Readonly<Record<string, number>> = { "aarch64-unknown-linux-gnu": 183, "x86_64-unknown-linux-gnu": 62 };

async function main(): Promise<number> {
  const { target: targets = TARGETS } = taskOptions(USAGE, { target: someOf(TARGETS) });
  await Deno.mkdir(DIST, { recursive: true });
  // Not a folder of a random name: the path goes into the file.
  const work = join(DIST, "build");
  await Deno.mkdir(work, { recursive: true });
  try {
    const bundle = join(work, "meshbot.js");
    await run(["bundle", "--quiet", "--minify", "--output", bundle, join(ROOT, "main.ts")], ROOT);
    for (const target of targets) await compile(bundle, target, work);
  } catch (error) {
    console.error(`deno task compile: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  return 0;
}

async function compile(bundle: string, target: string, work: string): Promise<void> {
  const output = join(DIST, `meshbot-${VERSION}-${target}`);
  // The names of both files, the source's time and nothing of the folder go into the program: the same ones give the same bytes.
  await Deno.utime(bundle, 0, 0);
  const draft = join(work, basename(output));
  await run(["compile", ...FLAGS, ...PERMISSIONS, "--target", target, "--output", draft, basename(bundle)], work);
  await requireMachine(draft, target);
  // A program that is running cannot be written to, but replaced.
  await Deno.rename(draft, output);
  const { size } = await Deno.stat(output);
  const sum = await sha256(output);
  await writeSum(basename(output), sum);
  console.log(`${sum}  dist/${basename(output)}  ${(size / 2 ** 20).toFixed(1)} MiB`);
}

async function run(args: readonly string[], cwd: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const text = new TextDecoder().decode(stderr).split("\nStack backtrace")[0]?.trim() ?? "";
  if (/dl\.deno\.land|denort/.test(text) && Deno.env.get("DENORT_BIN") === undefined) {
    throw new Error(
      "Deno's download server (dl.deno.land), which has the base runtime of the program, cannot be reached: set DENORT_BIN to the path " +
        `of a denort for that target from Deno ${Deno.version.deno}`,
    );
  }
  throw new Error(`deno ${args[0]} failed:\n${text}`);
}

/** Throws when the program is for another machine than the target's: DENORT_BIN names one base, whatever the target. */
async function requireMachine(path: string, target: string): Promise<void> {
  using file = await Deno.open(path);
  const head = new Uint8Array(20);
  await file.read(head);
  if (new DataView(head.buffer).getUint16(18, true) === ELF_MACHINES[target]) return;
  throw new Error(`the base runtime that DENORT_BIN names is not for ${target}: set DENORT_BIN for one --target at a time`);
}

async function sha256(path: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await Deno.readFile(path)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One line a file, as sha256sum writes and checks them. */
async function writeSum(name: string, sum: string): Promise<void> {
  const old = await Deno.readTextFile(SUMS).catch(() => "");
  const lines = old.split("\n").filter((line) => line !== "" && !line.endsWith(`  ${name}`));
  await Deno.writeTextFile(SUMS, [...lines, `${sum}  ${name}`].sort().join("\n") + "\n");
}

if (import.meta.main) Deno.exit(await main());
