/** The time of day as a clock on the wall shows it. */

// Making one takes longer than all the rest, and there is one zone in a configuration.
const formats = new Map<string | undefined, Intl.DateTimeFormat>();

/** `14:05`, in a time zone by name or in the system's, for milliseconds since 1970. */
export function timeOfDay(wallMs: number, timezone: string | undefined): string {
  let format = formats.get(timezone);
  if (format === undefined) {
    const zone = timezone === undefined ? {} : { timeZone: timezone };
    format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zone });
    formats.set(timezone, format);
  }
  return format.format(wallMs);
}
