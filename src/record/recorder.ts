/** Records a link: every frame both ways, where it crosses the socket, without a change to what crosses it. */
import type { Clock } from "../clock.ts";
import { describeError } from "../errors.ts";
import { decode } from "../link/codec.ts";
import { isMessage } from "../link/connection.ts";
import type { ConnectFunction, Socket } from "../link/connection.ts";
import { encodeFrame, FrameParser } from "../link/frame.ts";
import { logger } from "../log.ts";
import { VERSION } from "../version.ts";
import { formatLine, type LineContent, toHex } from "./lines.ts";
import { openRecordingFile, type RecordingFile, type RecordingFileOptions } from "./recording_file.ts";
import { type Direction, filler, withoutSecrets } from "./redact.ts";

const log = logger("link");

// The byte that wakes a node, in a row of 32 (frame.ts): text of ours that holds nothing.
const WAKE = 0xc3;
// 250 nodes and what is asked meanwhile; a handshake that never ends must not fill the memory.
const MAX_HANDSHAKE_LINES = 2000;

/** What a recorder needs; `file` is for tests. */
export interface RecorderOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Keys, passwords and direct texts are recorded as they are. */
  readonly withSecrets: boolean;
  readonly file?: Partial<Pick<RecordingFileOptions, "maxBytes" | "maxWaitingBytes" | "open" | "freeBytes">>;
}

/** An open recording. */
export interface Recorder extends AsyncDisposable {
  /** The same way to a node, with every connection recorded. */
  tap(connect: ConnectFunction): ConnectFunction;
}

/** Begins a recording, behind what is in the file. Throws UsageError when something else is there, and the system's error when it cannot be written. */
export async function openRecorder(options: RecorderOptions): Promise<Recorder> {
  const lines = new Lines(options);
  lines.file = await openRecordingFile({
    path: options.path,
    clock: options.clock,
    head: () => lines.head(),
    lost: (count) => lines.format({ dir: "lost", lines: count }),
    ...options.file,
  });
  const what = options.withSecrets ? "with all keys, passwords and texts" : "without keys, passwords and direct texts";
  log.info`recording the link to ${options.path}, ${what}`;
  return {
    tap: (connect) => (address, port, signal) => tapped(lines, connect, address, port, signal),
    [Symbol.asyncDispose]: () => lines.file?.[Symbol.asyncDispose]() ?? Promise.resolve(),
  };
}

async function tapped(lines: Lines, connect: ConnectFunction, address: string, port: number, signal: AbortSignal): Promise<Socket> {
  try {
    const socket = await connect(address, port, signal);
    return new RecordedSocket(socket, address, lines);
  } catch (error) {
    lines.refused(describeError(error));
    throw error;
  }
}

/** What is written, and what a later file has to begin with. */
class Lines {
  file: RecordingFile | undefined;
  readonly #clock: Clock;
  readonly #withSecrets: boolean;
  readonly #startMs: number;
  /** The connection's beginning up to the end of its handshake. */
  #opening: LineContent[] = [];
  #inHandshake = false;
  #lastRefusal = "";

  constructor({ clock, withSecrets }: RecorderOptions) {
    this.#clock = clock;
    this.#withSecrets = withSecrets;
    this.#startMs = clock.nowMs();
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  format(content: LineContent): string {
    return formatLine(this.#clock.nowMs() - this.#startMs, content);
  }

  head(): string[] {
    const wallMs = this.#clock.wallMs();
    return [{ dir: "start", wallMs, version: VERSION, secrets: this.#withSecrets } as const, ...this.#opening].map((line) =>
      this.format(line)
    );
  }

  opened(address: string): void {
    this.#opening = [];
    this.#inHandshake = true;
    this.#lastRefusal = "";
    this.#write({ dir: "open", wallMs: this.#clock.wallMs(), address });
  }

  ended(by: "node" | "us" | "network", why: string): void {
    this.#inHandshake = false;
    this.#opening = [];
    this.#write({ dir: "eof", by, why });
  }

  /** A node that is away for a week fills no file. */
  refused(why: string): void {
    if (why === this.#lastRefusal) return;
    this.#lastRefusal = why;
    this.#write({ dir: "refused", why });
  }

  frame(direction: Direction, payload: Uint8Array): boolean {
    const end = direction === "from" ? readEnd(payload) : false;
    // What is no message is text to the parser, which looks for a frame in it.
    if (end === undefined) return false;
    const clean = this.#withSecrets ? payload : withoutSecrets(direction, payload);
    this.#write(
      clean === undefined ? { dir: direction, leftOut: payload.length + 4 } : { dir: direction, bytes: toHex(encodeFrame(clean)) },
    );
    if (end) this.#inHandshake = false;
    return true;
  }

  text(direction: Direction, bytes: Uint8Array): void {
    const harmless = this.#withSecrets || direction === "to" && bytes.every((byte) => byte === WAKE);
    this.#write({ dir: direction, bytes: toHex(harmless ? bytes : filler(bytes)) });
  }

  #write(content: LineContent): void {
    this.file?.write(this.format(content));
    if (!this.#inHandshake) return;
    this.#opening.push(content);
    if (this.#opening.length <= MAX_HANDSHAKE_LINES) return;
    this.#inHandshake = false;
    this.#opening = [];
  }
}

/** Whether it ends a handshake; undefined when it is no message, by the same measure as the link's. */
function readEnd(payload: Uint8Array): boolean | undefined {
  try {
    const message = decode("FromRadio", payload);
    return isMessage(message, payload) ? message.payloadVariant.case === "configCompleteId" : undefined;
  } catch {
    return undefined;
  }
}

/** The socket, with what crosses it read along. */
class RecordedSocket implements Socket {
  readonly #socket: Socket;
  readonly #lines: Lines;
  readonly #received: FrameParser;
  readonly #sent: FrameParser;
  /** Bytes at the beginning of the next write that were seen in the one before, which the system took in part. */
  #seenBytes = 0;
  #over = false;

  constructor(socket: Socket, address: string, lines: Lines) {
    this.#socket = socket;
    this.#lines = lines;
    this.#received = parser("from", lines);
    this.#sent = parser("to", lines);
    lines.opened(address);
  }

  async read(into: Uint8Array): Promise<number | null> {
    let count: number | null;
    try {
      count = await this.#socket.read(into);
    } catch (error) {
      this.#end("network", describeError(error));
      throw error;
    }
    if (count === null) this.#end("node", "closed by the node (FIN)");
    else this.#take(this.#received, into.slice(0, count));
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    // Before it is written: a farewell is followed at once by the end of the connection.
    this.#take(this.#sent, bytes.slice(this.#seenBytes));
    try {
      const count = await this.#socket.write(bytes);
      this.#seenBytes = bytes.length - count;
      return count;
    } catch (error) {
      this.#end("network", describeError(error));
      throw error;
    }
  }

  close(): void {
    this.#end("us", "closed by us");
    this.#socket.close();
  }

  /** A fault of the recording must not cost the link. */
  #take(from: FrameParser, bytes: Uint8Array): void {
    if (this.#over) return;
    try {
      from.push(bytes, this.#lines.nowMs());
    } catch (error) {
      log.error`a fault in recording the link: ${error}`;
    }
  }

  #end(by: "node" | "us" | "network", why: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#lines.ended(by, why);
  }
}

function parser(direction: Direction, lines: Lines): FrameParser {
  return new FrameParser({ onFrame: (payload) => lines.frame(direction, payload), onText: (bytes) => lines.text(direction, bytes) });
}
