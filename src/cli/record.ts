/** `--record FILE`, as `meshbot run` and `meshbot diag` have it. */
import { resolve } from "node:path";
import { systemClock } from "../clock.ts";
import { describeError, UsageError } from "../errors.ts";
import type { ConnectFunction } from "../link/connection.ts";

/** The options. */
export const RECORD_OPTIONS = {
  record: {
    type: "text",
    value: "FILE",
    help: "Record the link to FILE, at most 16 MiB, and FILE.1 before it; without keys, passwords and direct texts",
  },
  "with-secrets": { type: "flag", help: "Record keys, passwords and direct texts, too: for yourself alone" },
} as const;

/** Where and how it is recorded. */
export interface RecordArgs {
  readonly path: string;
  readonly withSecrets: boolean;
}

/** What the command line says; throws UsageError when it makes no sense. */
export function recordArgs(
  args: { readonly record: string | undefined; readonly "with-secrets": boolean },
  cwd: string,
): RecordArgs | undefined {
  if (args.record !== undefined) return { path: resolve(cwd, args.record), withSecrets: args["with-secrets"] };
  if (args["with-secrets"]) throw new UsageError("--with-secrets says how to record: say where, too: --record FILE --with-secrets");
  return undefined;
}

/** Begins the recording; dispose of it when the link is closed. Throws UsageError when the file cannot be used. */
export async function startRecording({ path, withSecrets }: RecordArgs): Promise<AsyncDisposable & { readonly connect: ConnectFunction }> {
  const [{ openRecorder }, { connectTcp }] = await Promise.all([import("../record/recorder.ts"), import("../link/connection.ts")]);
  const recorder = await openRecorder({ path, clock: systemClock, withSecrets }).catch((error) => {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--record: ${path} cannot be written: ${describeError(error)}`, { cause: error });
  });
  return { connect: recorder.tap(connectTcp), [Symbol.asyncDispose]: () => recorder[Symbol.asyncDispose]() };
}
