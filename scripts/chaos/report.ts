/** The tables of a run, and its last line. */
import type { Standing } from "./invariants/invariant.ts";
import { type RecoveryRow, seconds } from "./invariants/recovery.ts";

const MAX_STORIES = 8;

/** The invariants, one a line, with the stories of those that broke. */
export function standingLines(standings: readonly Standing[]): string[] {
  const width = Math.max(...standings.map(({ name }) => name.length));
  return standings.flatMap(({ name, seen, broken }) => [
    `${broken.length === 0 ? "holds " : "BROKEN"}  ${name.padEnd(width)}  ${seen}`,
    ...broken.slice(0, MAX_STORIES).map((story) => `          ${story.replaceAll("\n", "\n          ")}`),
    ...(broken.length > MAX_STORIES ? [`          … and ${broken.length - MAX_STORIES} more`] : []),
  ]);
}

/** How long the bot took to be back, by fault. */
export function recoveryLines(rows: readonly RecoveryRow[]): string[] {
  const head = `${"recovery".padEnd(14)} ${"times".padStart(5)} ${"median".padStart(9)} ${"99 %".padStart(9)} ${"max".padStart(9)}  bound`;
  return [
    head,
    ...rows.toSorted((a, b) => a.kind.localeCompare(b.kind)).map(({ kind, count, medianMs, p99Ms, maxMs, bound }) => {
      const times = [medianMs, p99Ms, maxMs].map((ms) => seconds(ms).padStart(9)).join(" ");
      const bounds = [...(bound.medianMs === undefined ? [] : [`median ${seconds(bound.medianMs)}`]), `max ${seconds(bound.maxMs)}`].join(
        ", ",
      );
      return `${kind.padEnd(14)} ${String(count).padStart(5)} ${times}  ${bounds}`;
    }),
  ];
}

/** The last line: which invariants broke. */
export function lastLine(standings: readonly Standing[], seed: number): string {
  const broken = standings.filter(({ broken }) => broken.length > 0).map(({ name }) => name);
  return broken.length === 0 ? `chaos: all invariants hold (seed ${seed})` : `chaos: BROKEN: ${broken.join(", ")} (seed ${seed})`;
}
