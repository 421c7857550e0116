/** A mistake in a file, as people read it. */
import { stripTypeScriptTypes } from "node:module";
import { EQUIVALENT } from "./equivalent.ts";
import type { Mutation } from "./mutations.ts";

/** A file with one mistake in it. */
export interface Mutant {
  readonly file: string;
  readonly mutation: Mutation;
  readonly lineNumber: number;
  /** The first line that differs, before and after. */
  readonly line: string;
  readonly becomes: string;
  /** The whole file. */
  readonly source: string;
}

/** Makes the mistake. */
export function mutantOf(file: string, source: string, mutation: Mutation): Mutant {
  const mutated = source.slice(0, mutation.from) + mutation.replacement + source.slice(mutation.to);
  const before = source.split("\n");
  const after = mutated.split("\n");
  const at = Math.max(0, before.findIndex((line, index) => line !== after[index]));
  const line = (before[at] ?? "").trim();
  const becomes = (after[at] ?? "").trim();
  return { file, mutation, lineNumber: at + 1, line, becomes, source: mutated };
}

/** Whether the mistake is in a type alone: then the program is the same. */
export function isTypeOnly(mutant: Mutant, original: string): boolean {
  try {
    // It leaves the code where it is and puts blanks in the place of types.
    return squeezed(stripTypeScriptTypes(mutant.source)) === squeezed(stripTypeScriptTypes(original));
  } catch {
    // It cannot be read any more, or uses what cannot be stripped: the compiler and the tests will tell.
    return false;
  }
}

function squeezed(code: string): string {
  return code.replace(/\s+/g, " ");
}

/** Why nobody can tell it from the original; undefined when somebody may. */
export function equivalence(mutant: Mutant): string | undefined {
  const { file, line, becomes } = mutant;
  if (isLogAlone(mutant)) return "it changes the log alone";
  return EQUIVALENT.find((known) =>
    known.file === file && known.line === line && (known.becomes === "any" || known.becomes.includes(becomes))
  )?.reason;
}

/** Whether it leaves a line of the log out, changes when it is written, or what it says. */
function isLogAlone({ line, becomes, mutation: { kind, replacement } }: Mutant): boolean {
  if (kind === "call" && replacement === "" && /^(await )?log\./.test(line)) return true;
  const log = /^(?:(?:else )?if \(.*\) |else )?log\.\w+`.*`;$/;
  if (log.test(line) && log.test(becomes)) return true;
  // In a statement that does more, only the words of the line.
  const words = line.search(/\blog\.\w+`/);
  return words >= 0 && line.slice(0, words) === becomes.slice(0, words) && /`;$/.test(becomes);
}

/** `src/link/frame.ts:12 comparison: <before>  →  <after>`. */
export function describeMutant({ file, lineNumber, mutation, line, becomes }: Mutant): string {
  return `${file}:${lineNumber} ${mutation.kind}: ${line}  →  ${becomes === "" ? "(nothing)" : becomes}`;
}
