/** What is shown while a run goes on: a line for each thing that happens and, on a terminal, a bar below them. */
import { formatMs } from "./words.ts";

/** How a run stands. */
export interface Progress {
  readonly elapsedMs: number;
  readonly durationMs: number;
  readonly packetsPerMinute: number;
  /** Undefined while there is no connection. */
  readonly silentForMs: number | undefined;
  /** Undefined before the first answer. */
  readonly roundTripMs: number | undefined;
}

const BAR_CELLS = 20;
// What is written ends with a line feed, which undoes it.
const LINE_UP = "\x1b[1A";
const CLEAR_LINE_ABOVE = "\x1b[1A\r\x1b[2K";

/** The bar and what stands beside it, at most `columns` wide. */
export function progressLine(progress: Progress, columns: number): string {
  const share = Math.min(1, progress.elapsedMs / progress.durationMs);
  const filled = Math.floor(share * BAR_CELLS);
  const bar = `[${"#".repeat(filled)}${"-".repeat(BAR_CELLS - filled)}] ${Math.floor(share * 100)} %`;
  const left = `${formatMs(Math.ceil(Math.max(0, progress.durationMs - progress.elapsedMs) / 1000) * 1000)} left`;
  return [bar, left, statusText(progress)].join("  ").slice(0, Math.max(10, columns - 1));
}

/** Packets a minute, silence and round trip. */
export function statusText({ packetsPerMinute, silentForMs, roundTripMs }: Progress): string {
  const link = silentForMs === undefined ? "no connection" : `silent for ${formatMs(Math.floor(silentForMs / 1000) * 1000)}`;
  const heartbeat = roundTripMs === undefined ? "" : `, heartbeat ${formatMs(roundTripMs)}`;
  return `${packetsPerMinute.toFixed(packetsPerMinute < 10 ? 1 : 0)} packets/min, ${link}${heartbeat}`;
}

/** Lines, and below them one that changes. */
export class Screen {
  readonly #write: (line: string) => void;
  /** Columns of the terminal; undefined when there is none. */
  readonly columns: number | undefined;
  #bar: string | undefined;

  constructor(write: (line: string) => void, columns: number | undefined) {
    this.#write = write;
    this.columns = columns;
  }

  line(text: string): void {
    if (this.#bar === undefined) return this.#write(text);
    this.#write(`${CLEAR_LINE_ABOVE}${text}`);
    this.#write(this.#bar);
  }

  /** Draws the bar; undefined takes it away. Without a terminal there is none. */
  bar(text: string | undefined): void {
    if (this.columns === undefined) return;
    // A line is all that can be written: the bar is one of its own, and the next thing is written over it.
    if (text !== undefined) this.#write(`${this.#bar === undefined ? "" : CLEAR_LINE_ABOVE}${text}`);
    else if (this.#bar !== undefined) this.#write(`${CLEAR_LINE_ABOVE}${LINE_UP}`);
    this.#bar = text;
  }
}
