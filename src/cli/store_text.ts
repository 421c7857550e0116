/** Sizes and days as `meshbot store` prints them. */

/** `1.5 MiB`; 0 is `0 KiB`. */
export function formatBytes(bytes: number): string {
  return bytes >= 2 ** 20 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}

/** Minute in UTC; `none` when undefined. */
export function formatDay(wallMs: number | undefined): string {
  if (wallMs === undefined || !Number.isFinite(wallMs) || Math.abs(wallMs) > 8.64e15) return "none";
  return `${new Date(wallMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
