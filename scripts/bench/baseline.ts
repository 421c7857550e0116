/**
 * The ratios of an earlier run, and which of today's are worse. Times and rates depend on the machine, so only ratios to what was measured
 * in the same run are kept.
 */
import { ratioOf, short } from "./figure.ts";
import type { Machine } from "./machine.ts";
import { ratioKey, type Row } from "./row.ts";

/** A ratio that is worse by more than this share is worth a note. */
export const FALL = 0.2;

/** What is kept of a run. */
export interface Baseline {
  /** The day of the run, as 2030-12-31. */
  readonly saved: string;
  readonly machine: Machine;
  readonly ratios: Readonly<Record<string, number>>;
}

/** The ratios that a later run can be compared with, by the name of their row. */
export function steadyRatios(rows: readonly Row[]): Record<string, number> {
  const ratios: Record<string, number> = {};
  for (const row of rows) {
    const ratio = ratioOf(row);
    if (ratio !== undefined && row.rival?.unsteady !== true) ratios[ratioKey(row)] = Number(ratio.toPrecision(3));
  }
  return ratios;
}

/** One note for each ratio that fell by more than a fifth. */
export function fallNotes(rows: readonly Row[], baseline: Baseline | undefined): string[] {
  if (baseline === undefined) return [];
  return Object.entries(steadyRatios(rows)).flatMap(([key, ratio]) => {
    const before = Object.hasOwn(baseline.ratios, key) ? baseline.ratios[key] as number : 0;
    // A ratio of exactly the bound is no fall: what is compared has been rounded.
    if (!(before > 0) || ratio >= before * (1 - FALL)) return [];
    return [`note: ${key}: the ratio fell from ${short(before)} to ${short(ratio)} (−${Math.round((1 - ratio / before) * 100)} %)`];
  });
}

/** The baseline with the ratios of this run in it; those of figures that were not measured stay as they are, in the order of their names. */
export function mergeBaseline(
  before: Baseline | undefined,
  run: { readonly saved: string; readonly machine: Machine; readonly rows: readonly Row[]; readonly whole: boolean },
): Baseline {
  const ratios = { ...(run.whole ? {} : before?.ratios), ...steadyRatios(run.rows) };
  const sorted = Object.entries(ratios).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return { saved: run.saved, machine: run.machine, ratios: Object.fromEntries(sorted) };
}

/** The file as it is written. */
export function baselineText(baseline: Baseline): string {
  return `${JSON.stringify(baseline, null, 2)}\n`;
}

/** The file as it is read; throws an Error that says what to do when it is none. */
export function readBaseline(text: string): Baseline {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (cause) {
    throw new Error("The baseline is no JSON: write a new one with --save", { cause });
  }
  const { saved, machine, ratios } = (read ?? {}) as Partial<Baseline>;
  const sound = typeof saved === "string" && typeof machine === "object" && machine !== null && typeof ratios === "object" &&
    ratios !== null && Object.values(ratios).every((ratio) => typeof ratio === "number");
  if (!sound) throw new Error("The baseline does not hold what a run keeps: write a new one with --save");
  return { saved, machine, ratios };
}
