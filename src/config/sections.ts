/** Values that are a list of sections, each under `[[name]]`. */
import * as v from "valibot";
import { nearest } from "../nearest.ts";
import type { Kind } from "./kinds.ts";

/** Up to `max` sections; `holds` says what each must have. */
export function sections<T>(name: string, holds: string, entry: v.GenericSchema<unknown, T>, max: number): Kind<T[]> {
  const expected = `up to ${max} sections [[${name}]], each with ${holds}`;
  return { schema: v.pipe(v.array(entry, expected), v.maxLength(max, expected)), expected, fileOnly: true, fromText: (text) => text };
}

/** The message for a name that a section cannot have or lacks. */
export function entryFault(section: string, known: readonly string[], needed: string): (issue: v.BaseIssue<unknown>) => string {
  return (issue) => {
    if (issue.expected !== "never") return `a section ${section} with ${needed}`;
    const near = typeof issue.input === "string" ? nearest(issue.input, known) : undefined;
    return near === undefined ? `known under ${section} are ${known.join(", ")}` : `did you mean ${near}?`;
  };
}
