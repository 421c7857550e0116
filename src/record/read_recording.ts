/** A recording read back: its connections with what crossed them, as messages with their times. */
import { UsageError } from "../errors.ts";
import { decode } from "../link/codec.ts";
import { isMessage } from "../link/connection.ts";
import { FrameParser } from "../link/frame.ts";

/** What crossed a connection: the payload of a frame, or bytes outside frames. */
export interface Crossed {
  /** Milliseconds since the recording began. */
  readonly atMs: number;
  readonly dir: "to" | "from";
  readonly kind: "frame" | "text";
  readonly bytes: Uint8Array;
}

/** One connection. */
export interface RecordedConnection {
  readonly openMs: number;
  /** Undefined when the recording ends before it. */
  readonly endMs: number | undefined;
  /** Who ended it. */
  readonly endedBy: "node" | "us" | "network" | undefined;
  /** In the order in which it crossed. */
  readonly crossed: readonly Crossed[];
}

/** A whole recording. */
export interface Recording {
  readonly connections: readonly RecordedConnection[];
  readonly durationMs: number;
  /** When it began, milliseconds since 1970; undefined when nothing tells. */
  readonly startWallMs: number | undefined;
  /** Lines that could not be read. */
  readonly unreadableLines: number;
}

interface Line {
  readonly t: number;
  readonly dir: string;
  readonly bytes?: string;
  readonly wallMs?: number;
  readonly by?: string;
}

// Between two runs of a program that wrote to one file, where the clock tells nothing better.
const RESTART_MS = 1000;
const MAX_RESTART_MS = 600_000;
// A year: nothing records longer, and every second has to be played.
const MAX_SECONDS = 31_536_000;

/** Reads the text of a recording; throws UsageError when there is no connection in it. */
export function readRecording(text: string): Recording {
  const reader = new Reader();
  let unreadableLines = 0;
  for (const written of text.split("\n")) {
    if (written.trim() === "") continue;
    const line = parseLine(written);
    if (line === undefined) unreadableLines += 1;
    else reader.take(line);
  }
  const { connections, durationMs, startWallMs } = reader.end();
  if (connections.length === 0) throw new UsageError("this is no recording of a link: no line in it tells what crossed a connection");
  return { connections, durationMs, startWallMs, unreadableLines };
}

function isTime(seconds: unknown): boolean {
  return typeof seconds === "number" && Math.abs(seconds) <= MAX_SECONDS;
}

function parseLine(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Partial<Line> | null;
    if (typeof line !== "object" || line === null || !isTime(line.t) || typeof line.dir !== "string") return undefined;
    if (line.bytes !== undefined && !(typeof line.bytes === "string" && /^(?:[0-9a-f]{2})*$/i.test(line.bytes))) return undefined;
    if (line.wallMs !== undefined && !Number.isFinite(line.wallMs)) return undefined;
    return line as Line;
  } catch {
    return undefined;
  }
}

type Growing = { -readonly [Key in keyof RecordedConnection]: RecordedConnection[Key] } & { crossed: Crossed[] };

class Reader {
  readonly #connections: Growing[] = [];
  #open: Growing | undefined;
  #parsers: { readonly to: FrameParser; readonly from: FrameParser } | undefined;
  /** The run of the program that wrote it: when its seconds began, and what the clock said then. */
  #runMs: number | undefined;
  #runWallMs: number | undefined;
  #nowMs = 0;
  #startWallMs: number | undefined;

  take(line: Line): void {
    const lineMs = line.t * 1000;
    if (line.dir === "start") this.#startRun(line);
    this.#runMs ??= -lineMs;
    this.#nowMs = Math.max(this.#nowMs, this.#runMs + lineMs);
    switch (line.dir) {
      case "open":
        this.#close(undefined);
        this.#begin();
        return;
      case "to":
      case "from":
        if (line.bytes === undefined) return;
        // Recordings of other programs begin with what crosses the first connection.
        if (this.#open === undefined) this.#begin();
        this.#parsers?.[line.dir].push(bytesOf(line.bytes), this.#nowMs);
        return;
      case "eof":
        this.#close(line.by === "us" || line.by === "network" ? line.by : "node");
        return;
      default:
        return;
    }
  }

  end(): Pick<Recording, "connections" | "durationMs" | "startWallMs"> {
    this.#close(undefined);
    return { connections: this.#connections, durationMs: this.#nowMs, startWallMs: this.#startWallMs ?? this.#firstReception() };
  }

  /** Seconds begin anew in every run; a file that only continues one begins at its time. */
  #startRun({ t, wallMs }: Line): void {
    const startWallMs = wallMs === undefined ? undefined : wallMs - t * 1000;
    this.#startWallMs ??= wallMs;
    if (this.#runMs === undefined) {
      this.#runMs = -t * 1000;
    } else {
      this.#close("us");
      const passedMs = (startWallMs ?? 0) - (this.#runWallMs ?? 0) + this.#runMs - this.#nowMs;
      this.#runMs = this.#nowMs + (passedMs > 0 && passedMs <= MAX_RESTART_MS ? passedMs : RESTART_MS);
    }
    this.#runWallMs = startWallMs;
  }

  #begin(): void {
    const connection: Growing = { openMs: this.#nowMs, endMs: undefined, endedBy: undefined, crossed: [] };
    this.#open = connection;
    this.#connections.push(connection);
    const take = (dir: Crossed["dir"], kind: Crossed["kind"], bytes: Uint8Array): void => {
      connection.crossed.push({ atMs: this.#nowMs, dir, kind, bytes: bytes.slice() });
    };
    this.#parsers = {
      to: new FrameParser({ onFrame: (payload) => take("to", "frame", payload), onText: (bytes) => take("to", "text", bytes) }),
      from: new FrameParser({
        onFrame: (payload) => isFromRadio(payload) && (take("from", "frame", payload), true),
        onText: (bytes) => take("from", "text", bytes),
      }),
    };
  }

  #close(by: RecordedConnection["endedBy"]): void {
    if (this.#open === undefined) return;
    if (by !== undefined) {
      this.#open.endMs = this.#nowMs;
      this.#open.endedBy = hasLeft(this.#open) ? "us" : by;
    }
    this.#open = undefined;
  }

  /** What our node heard bears the time. */
  #firstReception(): number | undefined {
    for (const { crossed } of this.#connections) {
      for (const { atMs, dir, kind, bytes } of crossed) {
        if (dir !== "from" || kind !== "frame") continue;
        const { payloadVariant } = decode("FromRadio", bytes);
        if (payloadVariant.case === "packet" && payloadVariant.value.rxTime > 0) return payloadVariant.value.rxTime * 1000 - atMs;
      }
    }
    return undefined;
  }
}

function isFromRadio(payload: Uint8Array): boolean {
  try {
    return isMessage(decode("FromRadio", payload), payload);
  } catch {
    return false;
  }
}

/** Our leave: the node closes after it. */
function hasLeft({ crossed }: RecordedConnection): boolean {
  const last = crossed.findLast(({ dir, kind }) => dir === "to" && kind === "frame");
  if (last === undefined) return false;
  try {
    return decode("ToRadio", last.bytes).payloadVariant.case === "disconnect";
  } catch {
    return false;
  }
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) => parseInt(hex.slice(2 * index, 2 * index + 2), 16));
}
