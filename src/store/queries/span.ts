/** A span of time as the sums can give it: whole days, whole hours before them, and single packets before those. */
import type { Span } from "../questions.ts";
import { DAY_MS, HOUR_MS } from "../history_writer.ts";

/** Each `…Before` is the first that does not belong to it any more; nothing where it is not greater than `…From`. */
export interface SpanParts {
  readonly packetsFromUs: number;
  readonly packetsBeforeUs: number;
  readonly hourFrom: number;
  readonly hourBefore: number;
  readonly dayFrom: number;
  readonly dayBefore: number;
}

/** Cuts a span into its parts; what came within its last hour but after its end counts as well, which is now. */
export function partsOf({ fromMs, toMs }: Span): SpanParts {
  const lastHour = Math.floor(toMs / HOUR_MS);
  const hourFrom = Math.min(Math.ceil(fromMs / HOUR_MS), lastHour + 1);
  const dayBefore = Math.floor(toMs / DAY_MS) + 1;
  const dayFrom = Math.min(Math.ceil(fromMs / DAY_MS), dayBefore);
  const hourBefore = dayFrom < dayBefore ? dayFrom * 24 : lastHour + 1;
  return { packetsFromUs: Math.ceil(fromMs) * 1000, packetsBeforeUs: hourFrom * HOUR_MS * 1000, hourFrom, hourBefore, dayFrom, dayBefore };
}
