/** Numbers as the mesh sees them: short, ASCII, the unit at once behind. */
import type { Sentences } from "./mod.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

// Beyond this a reading is no signal: LoRa modules report SNR within ±32 dB and RSSI down to about −150 dBm.
const ABSURD_LEVEL = 300;

/** `45s 12m 3h 2d`: full units gone by; a time in the future counts as now. */
export function formatAge(ageMs: number, say: Sentences): string {
  const { second, minute, hour, day } = say.units;
  if (!(ageMs >= MINUTE_MS)) return `${Math.max(0, Math.floor(ageMs / SECOND_MS)) || 0}${second}`;
  if (ageMs < HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)}${minute}`;
  if (ageMs < DAY_MS) return `${Math.floor(ageMs / HOUR_MS)}${hour}`;
  return `${Math.floor(ageMs / DAY_MS)}${day}`;
}

/** How long to wait, rounded up, so that coming back then is never too early: `42s`, `5m`. */
export function formatWait(waitMs: number, say: Sentences): string {
  const seconds = Math.max(1, Math.ceil(waitMs / SECOND_MS));
  return seconds < 60 ? `${seconds}${say.units.second}` : `${Math.ceil(seconds / 60)}${say.units.minute}`;
}

/** A span in its two or three largest units: `1d 2h 3m`, `4h 0m`, `12m`, `45s`. */
export function formatSpan(spanMs: number, say: Sentences): string {
  if (!(spanMs >= MINUTE_MS)) return formatAge(spanMs, say);
  const { minute, hour, day } = say.units;
  const minutes = Math.floor(spanMs / MINUTE_MS);
  const parts = [`${minutes % 60}${minute}`];
  if (minutes >= 60) parts.unshift(`${Math.floor(minutes / 60) % 24}${hour}`);
  if (minutes >= 24 * 60) parts.unshift(`${Math.floor(minutes / 60 / 24)}${day}`);
  return parts.join(" ");
}

/** `557m`, `3.4km`, `12km`. */
export function formatDistance(distanceM: number): string {
  const metres = Math.round(distanceM);
  if (metres < 1000) return `${metres}m`;
  const tenths = Math.round(metres / 100) / 10;
  return tenths < 10 ? `${tenths.toFixed(1)}km` : `${Math.round(tenths)}km`;
}

/** A level in dB or dBm without its unit, at most `decimals` decimals (`-3.4`, `7`); `?` when unknown or absurd. */
export function formatLevel(level: number | undefined, decimals = 1): string {
  if (level === undefined || !(Math.abs(level) <= ABSURD_LEVEL)) return "?";
  const scale = 10 ** decimals;
  // String() writes -0 as 0.
  return String(Math.round(level * scale) / scale);
}

/** `12.3%`; undefined stays undefined, also for what cannot be a share. */
export function formatPercent(percent: number | undefined): string | undefined {
  if (percent === undefined || !(percent >= 0 && percent <= 100)) return undefined;
  return `${percent.toFixed(1)}%`;
}
