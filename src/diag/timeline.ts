/** The life of the link in one line of characters. */
import type { Phase, Span } from "./tally.ts";
import { formatMs } from "./words.ts";

const SIGNS: Readonly<Record<Phase, string>> = { linked: "=", handshake: "~", silent: "?", away: "." };
// Whatever of a cell was not in order is what one looks for.
const WORST_FIRST: readonly Phase[] = ["silent", "away", "handshake", "linked"];

/** What the signs mean. */
export const LEGEND = "= in use   ~ handshake   . no connection   ? open but silent   x connection lost";

/** What to draw; times are monotonic milliseconds. */
export interface TimelineOptions {
  readonly spans: readonly Span[];
  readonly lostAtMs: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly columns: number;
}

/** One sign for each part of the time. */
export function drawTimeline({ spans, lostAtMs, fromMs, toMs, columns }: TimelineOptions): string {
  const stepMs = Math.max(toMs - fromMs, 1) / columns;
  return Array.from({ length: columns }, (_, column) => {
    const startMs = fromMs + column * stepMs;
    const endMs = startMs + stepMs;
    const isLast = column === columns - 1;
    if (lostAtMs.some((atMs) => atMs >= startMs && (atMs < endMs || isLast && atMs <= toMs))) return "x";
    const phases = new Set(
      spans.filter((span, index) => span.fromMs < endMs && (spans[index + 1]?.fromMs ?? Infinity) > startMs).map(({ phase }) => phase),
    );
    // The moments of the first connection would show as trouble in every short run.
    if (column === 0 && phases.size > 1) phases.delete("away");
    return SIGNS[WORST_FIRST.find((phase) => phases.has(phase)) ?? "away"];
  }).join("");
}

/** The line below it: both ends of the time. */
export function timelineScale(durationMs: number, columns: number): string {
  const end = formatMs(durationMs);
  return `0${end.padStart(columns - 1)}`;
}
