/** Counts of packets and bytes in words. */
import type { Sentences } from "../../i18n/mod.ts";
import type { Sum } from "../../store/questions.ts";

const KILO = 1000;

/** `230pkt 14kB`. */
export function sumText(sum: Sum, say: Sentences): string {
  return `${sum.packets}${say.stats.units.packets} ${bytesText(sum.bytes, say)}`;
}

/** `812B`, `1.4kB`, `23kB`, `1.2MB`. */
export function bytesText(bytes: number, { stats, units }: Sentences): string {
  if (bytes < KILO) return `${bytes}${stats.units.byte}`;
  if (bytes < 999.5 * KILO) return `${shortNumber(bytes / KILO)}${stats.units.kilobyte}`;
  return `${shortNumber(bytes / KILO ** 2)}${units.megabytes}`;
}

/** One decimal below 10, none above. */
function shortNumber(number: number): string {
  return number < 9.95 ? number.toFixed(1) : number.toFixed(0);
}

/** `40.6%`. */
export function shareText(part: number, whole: number, decimals = 1): string {
  return `${(whole === 0 ? 0 : 100 * part / whole).toFixed(decimals)}%`;
}
