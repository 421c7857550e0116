/** The hours in which people sleep, by the clock on their wall. */
import type { QuietHours } from "../config.ts";

/**
 * True when the time of day at `wallMs` (milliseconds since 1970) lies within the quiet hours, in a time zone by name or in the system's.
 * Summer time moves nothing: what counts is what a clock shows there then.
 */
export function isQuiet(quiet: QuietHours | undefined, timezone: string | undefined, wallMs: number): boolean {
  if (quiet === undefined) return false;
  const { fromMin, toMin } = quiet;
  const nowMin = minuteOfDay(timezone, wallMs);
  return fromMin < toMin ? nowMin >= fromMin && nowMin < toMin : nowMin >= fromMin || nowMin < toMin;
}

// Making one takes longer than all the rest, and there is one zone in a configuration.
const formats = new Map<string | undefined, Intl.DateTimeFormat>();

function minuteOfDay(timezone: string | undefined, wallMs: number): number {
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      ...(timezone === undefined ? {} : { timeZone: timezone }),
    });
    formats.set(timezone, format);
  }
  const parts = format.formatToParts(wallMs);
  const [hour, minute] = ["hour", "minute"].map((type) => Number(parts.find((part) => part.type === type)?.value));
  return (hour ?? 0) * 60 + (minute ?? 0);
}
