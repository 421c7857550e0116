/** The bench as JSON, for programs. */
import { isReached, type Measurement, ratioOf } from "./figure.ts";
import type { Machine } from "./machine.ts";
import type { Row } from "./row.ts";

/** One run. */
export interface Report {
  /** The day of the run, as 2030-12-31. */
  readonly date: string;
  readonly machine: Machine;
  readonly measurements: readonly ReportRow[];
  /** Which ratios are worse than those of the baseline. */
  readonly notes: readonly string[];
}

/** One figure; what it does not have is null, so that every row has the same names. */
export interface ReportRow {
  readonly letter: string;
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly target: Measurement["target"];
  readonly reached: boolean;
  readonly rival: { readonly name: string; readonly measured: number } | null;
  readonly ratio: number | null;
  readonly detail: string;
}

/** Puts a run together. */
export function reportOf(run: Pick<Report, "date" | "machine" | "notes"> & { readonly rows: readonly Row[] }): Report {
  const { date, machine, notes, rows } = run;
  return { date, machine, measurements: rows.map(reportRow), notes };
}

function reportRow(row: Row): ReportRow {
  const { letter, what, measured, unit, target, rival, detail } = row;
  return {
    letter,
    what,
    measured,
    unit,
    target,
    reached: isReached(row),
    rival: rival === undefined ? null : { name: rival.name, measured: rival.measured },
    ratio: ratioOf(row) ?? null,
    detail,
  };
}
