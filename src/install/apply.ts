/** Does what a plan says. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describeError } from "../errors.ts";
import { describeStep, type Step } from "./plan.ts";

/** Runs systemctl; gives what it wrote on standard error when it failed. */
export type Systemctl = (args: readonly string[]) => Promise<string | undefined>;

/** A step that could not be done; those before it are done. */
export class InstallError extends Error {
  override readonly name = "InstallError";
}

/** Does the steps one after the other and says each; throws InstallError at the first that cannot be done. */
export async function applySteps(
  steps: readonly Step[],
  { say, systemctl = runSystemctl }: { readonly say: (line: string) => void; readonly systemctl?: Systemctl },
): Promise<void> {
  for (const step of steps) {
    let failed: string | undefined;
    try {
      failed = await apply(step, systemctl);
    } catch (error) {
      failed = describeError(error);
    }
    if (failed === undefined) say(describeStep(step));
    else if (step.kind === "systemctl" && step.mayFail) say(`${describeStep(step)}: not needed (${failed})`);
    else throw new InstallError(`cannot ${describeStep(step)}: ${failed}`);
  }
}

/** What failed; undefined when it is done. */
async function apply(step: Step, systemctl: Systemctl): Promise<string | undefined> {
  switch (step.kind) {
    case "keep":
      return undefined;
    case "systemctl":
      return await systemctl(step.args);
    case "folder":
      if (existsSync(step.path)) return undefined;
      await Deno.mkdir(step.path, { recursive: true });
      await Deno.chmod(step.path, step.mode);
      return undefined;
    case "remove":
      await Deno.remove(step.path, { recursive: true }).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
      return undefined;
    case "copy":
      return await replace(step.path, async (draft) => {
        await Deno.copyFile(step.from, draft);
        await Deno.chmod(draft, step.mode);
      });
    case "write":
      return await replace(step.path, async (draft) => {
        // Who may read it is settled before there is anything to read.
        await Deno.writeTextFile(draft, "", { mode: 0o600 });
        if (step.gid !== undefined) await Deno.chown(draft, null, step.gid);
        await Deno.chmod(draft, step.mode);
        await Deno.writeTextFile(draft, step.text);
      });
  }
}

/** By a rename: a program that runs cannot be written to, and a power cut leaves the old file or the new one. */
async function replace(path: string, make: (draft: string) => Promise<void>): Promise<undefined> {
  // Deno 2.7 refuses mkdir on a folder with a program in it that may be run, such as /usr/local/bin, also when the folder is there.
  if (!existsSync(dirname(path))) await Deno.mkdir(dirname(path), { recursive: true });
  const draft = join(dirname(path), `.${basename(path)}.new`);
  try {
    await Deno.remove(draft).catch(() => {});
    await make(draft);
    using file = await Deno.open(draft, { read: true });
    await file.sync();
    await Deno.rename(draft, path);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}

async function runSystemctl(args: readonly string[]): Promise<string | undefined> {
  const program = ["/usr/bin/systemctl", "/bin/systemctl"].find((path) => existsSync(path));
  if (program === undefined) return "there is no systemctl on this machine";
  const { success, stderr, code } = await new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return undefined;
  return new TextDecoder().decode(stderr).trim().replaceAll("\n", "; ").slice(0, 500) || `exit code ${code}`;
}
