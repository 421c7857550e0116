/** All that a run has shown, as the report and the verdict use it. */
import type { NodeIdentity, ProbeKind } from "./events.ts";
import type { Mode } from "./mode.ts";
import type { PathReport } from "./path.ts";
import type { LossCause, Phase, ProbeCounts, Tally } from "./tally.ts";
import type { Target } from "./target.ts";
import { drawTimeline } from "./timeline.ts";

/** Columns of the timeline. */
export const TIMELINE_COLUMNS = 60;

/** What has been read, in numbers. `bytes` is for the raw mode, which reads nothing else. */
export interface ReadTotals {
  readonly frames: number;
  readonly skippedFrames: number;
  readonly skippedBytes: number;
  readonly bytes?: number;
}

/** The smallest, the middle and the greatest of the round trips, milliseconds. */
export interface RoundTripSummary {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** A run in numbers. */
export interface Summary {
  readonly target: Target;
  readonly mode: Mode;
  /** How long it took, from the first connection on. */
  readonly durationMs: number;
  /** It was stopped before its time. */
  readonly stoppedEarly: boolean;
  readonly path: PathReport;
  readonly node: NodeIdentity | undefined;
  readonly connections: number;
  readonly handshakes: number;
  readonly failedDials: number;
  readonly restarts: number;
  /** 0 to 1. */
  readonly uptime: number;
  readonly disconnects: number;
  readonly causes: Readonly<Record<LossCause, number>>;
  readonly longestGapMs: number;
  readonly longestSilenceMs: number;
  readonly phase: Phase;
  readonly packets: number;
  readonly ports: Readonly<Record<string, number>>;
  readonly totals: ReadTotals;
  readonly probes: Readonly<Record<ProbeKind, ProbeCounts>>;
  readonly roundTripMs: RoundTripSummary | undefined;
  readonly fought: boolean;
  readonly otherReader: boolean;
  readonly timeline: string;
}

/** The tally as it is at this moment. */
export function summarize(
  tally: Tally,
  rest: Pick<Summary, "target" | "mode" | "path" | "stoppedEarly" | "totals"> & { readonly nowMs: number },
): Summary {
  const { nowMs, ...about } = rest;
  return {
    ...about,
    durationMs: nowMs - tally.startedAtMs,
    node: tally.node,
    connections: tally.connections,
    handshakes: tally.handshakes,
    failedDials: tally.failedDials,
    restarts: tally.restarts,
    uptime: tally.uptime,
    disconnects: tally.disconnects,
    causes: tally.causes,
    longestGapMs: tally.longestGapMs,
    longestSilenceMs: tally.longestSilenceMs,
    phase: tally.phase,
    packets: tally.packets,
    ports: tally.ports,
    probes: structuredClone(tally.probes),
    roundTripMs: spread(tally.roundTripsMs),
    fought: tally.fought,
    otherReader: tally.otherReader,
    timeline: drawTimeline({
      spans: tally.spans,
      lostAtMs: tally.lostAtMs,
      fromMs: tally.startedAtMs,
      toMs: nowMs,
      columns: TIMELINE_COLUMNS,
    }),
  };
}

function spread(values: readonly number[]): RoundTripSummary | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] as number;
  const median = Number.isInteger(middle) ? ((sorted[middle - 1] as number) + upper) / 2 : upper;
  return { min: sorted[0] as number, median, max: sorted.at(-1) as number };
}
