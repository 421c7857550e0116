// deno-lint-ignore-file no-console -- a script's answer goes to the terminal
/**
 * Proves the program in one file: compiles it for both targets, runs the one for this machine with an empty environment and the other
 * under qemu. Each check is a line `ok …` or `FAILED …`; exit code 1 when one failed. Needs npm, curl, Mosquitto and qemu-aarch64-static.
 *
 * The base runtime comes from the package registry (scripts/compile_base.mjs), so that Deno's own server need not be reached.
 */
import { basename, join } from "node:path";
import { systemClock } from "../src/clock.ts";
import { VERSION } from "../src/version.ts";
import { baseFor, checkSums, compileIn, copySource, permissionsOf, type Target } from "./prove/build.ts";
import { demoAnswers } from "./prove/demo.ts";
import { expect, Ledger } from "./prove/ledger.ts";
import { proveLink } from "./prove/link.ts";
import { type Program, runProgram } from "./prove/program.ts";
import { proveServices } from "./prove/services.ts";

const TARGET_HERE = "x86_64-unknown-linux-gnu";
const QEMU = ["/usr/bin/qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"];
const QEMU_LIMIT_MS = 180_000;
const QUESTIONS = ["/ping", "/help"];
const PROGRAMS = [
  "/usr/bin/curl",
  "/bin/curl",
  "/usr/local/bin/curl",
  "/usr/bin/vcgencmd",
  "/bin/vcgencmd",
  "/usr/bin/systemctl",
  "/bin/systemctl",
];

async function main(): Promise<number> {
  const startedAtMs = systemClock.nowMs();
  const ledger = new Ledger();
  const folder = await Deno.makeTempDir({ prefix: "meshbot-proof-" });
  try {
    const source = await copySource(join(folder, "one"));
    const x64 = await proveBuild(TARGET_HERE, source, ledger);
    if (x64 !== undefined) {
      await ledger.prove("the same source in another folder gives the same bytes", async () => {
        const again = await compileIn(await copySource(join(folder, "another", "folder"), source), TARGET_HERE, await baseFor(TARGET_HERE));
        expect(await isSame(x64, again), "they differ");
      });
      await ledger.prove("it may run curl, vcgencmd and systemctl, and load no library and no code", () => provePermissions(x64));
      const program = await alone(folder, "x64", [x64]);
      await ledger.prove("x64 with an empty environment: version", () => proveVersion(program, "x86_64"));
      await ledger.prove("x64: a demo of two messages", () => demoAnswers(program, QUESTIONS));
      await proveLink(program, ledger);
      await proveServices(program, ledger);
    }
    const arm64 = await proveBuild("aarch64-unknown-linux-gnu", source, ledger);
    if (arm64 !== undefined) {
      const program = await alone(folder, "arm64", [...QEMU, arm64]);
      await ledger.prove("arm64 under qemu: version", () => proveVersion(program, "aarch64"));
      // Emulated, an answer takes longer to make than to send.
      await ledger.prove("arm64 under qemu: a demo of two messages", () => demoAnswers(program, QUESTIONS, { limitMs: QEMU_LIMIT_MS }));
    }
  } catch (error) {
    await ledger.prove("the rest could be tried", () => Promise.reject(error));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  console.log(`The proof took ${Math.round((systemClock.nowMs() - startedAtMs) / 1000)} s.`);
  return ledger.failed === 0 ? 0 : 1;
}

/** The path of the program; undefined when there is none. */
async function proveBuild(target: Target, source: string, ledger: Ledger): Promise<string | undefined> {
  let program: string | undefined;
  await ledger.prove(`compiled for ${target}, as SHA256SUMS has it`, async () => {
    program = await compileIn(source, target, await baseFor(target));
    await checkSums(program);
    const { size } = await Deno.stat(program);
    return `${basename(program)}, ${(size / 2 ** 20).toFixed(1)} MiB`;
  });
  return program;
}

/** The program as it is copied to a machine: in a folder with nothing else. */
async function alone(folder: string, name: string, command: readonly string[]): Promise<Program> {
  const cwd = join(folder, name);
  await Deno.mkdir(cwd);
  const copy = join(cwd, "meshbot");
  await Deno.copyFile(command.at(-1) as string, copy);
  return { command: [...command.slice(0, -1), copy], cwd };
}

async function proveVersion(program: Program, machine: string): Promise<string> {
  const { code, out, err } = await runProgram(program, ["version"], { limitMs: QEMU_LIMIT_MS });
  expect(code === 0 && out.includes(`meshbot ${VERSION} `) && out.includes(machine), `code ${code}: ${out}${err}`);
  return out.trim();
}

async function provePermissions(program: string): Promise<void> {
  const { allow_run, allow_ffi, deny_import, prompt } = await permissionsOf(program);
  const run = [...(allow_run as string[])].sort().join(" ");
  expect(run === [...PROGRAMS].sort().join(" "), `it may run ${run}`);
  expect(allow_ffi === null, `it may load ${JSON.stringify(allow_ffi)}`);
  expect(JSON.stringify(deny_import) === "[]", `it may import all but ${JSON.stringify(deny_import)}`);
  expect(prompt === false, "it asks for more permissions");
}

async function isSame(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => Deno.readFile(path))) as [Uint8Array, Uint8Array];
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

if (import.meta.main) Deno.exit(await main());
