/** The lines of a recording: one JSON object each, with the seconds since its start. */

/** What a line tells. Bytes are in hexadecimal, as they crossed the socket; a `from` line may hold several frames or parts of one. */
export type RecordedLine =
  /** The first line. `secrets`: false when they were taken out. */
  | { readonly t: number; readonly dir: "start"; readonly wallMs: number; readonly version: string; readonly secrets: boolean }
  /** A connection is open. */
  | { readonly t: number; readonly dir: "open"; readonly wallMs: number; readonly address: string }
  | { readonly t: number; readonly dir: "to" | "from"; readonly bytes: string }
  /** So many bytes that were no frame, or one whose secrets could not be found. */
  | { readonly t: number; readonly dir: "to" | "from"; readonly leftOut: number }
  /** A connection is over; `by` is absent in recordings of other programs. */
  | { readonly t: number; readonly dir: "eof"; readonly by?: "node" | "us" | "network"; readonly why?: string }
  /** A dial failed. */
  | { readonly t: number; readonly dir: "refused"; readonly why: string }
  /** Lines that were lost because the disk was too slow. */
  | { readonly t: number; readonly dir: "lost"; readonly lines: number };

type WithoutTime<Line> = Line extends unknown ? Omit<Line, "t"> : never;

/** A line whose time is not known yet. */
export type LineContent = WithoutTime<RecordedLine>;

/** How every line of a recording begins. */
export const LINE_START = '{"t":';

/** The line as it is written, without its end. */
export function formatLine(tMs: number, content: LineContent): string {
  return JSON.stringify({ t: Math.round(tMs * 10) / 10_000, ...content });
}

/** Bytes in hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
