/**
 * One TCP connection to one node: bytes to messages and back. It is opened by `dial` and used once; staying connected
 * is the business of `link.ts`. The socket is left as the operating system gives it: no option is ever set.
 */
import type { Clock } from "../clock.ts";
import { describeError, TimeLimitError } from "../errors.ts";
import { logger } from "../log.ts";
import { decode, encode } from "./codec.ts";
import { encodeFrame, FrameParser, holdsMarker, WAKE_BYTES } from "./frame.ts";
import type { FromRadio, Init, MeshPacket } from "./messages.ts";

const log = logger("link");

// One read takes all that the kernel holds; a slow reader would make the node's short write close the link.
const READ_BUFFER_BYTES = 65_536;
// After `disconnect` the node closes within 0.1 s; what it sends until then still counts.
const LEAVE_LIMIT_MS = 500;
// A read that is not given back by then will not be: a link that waited for it would be lost.
const CLOSE_LIMIT_MS = 1000;
const MAX_TEXT_LINE_CHARS = 300;

/** The part of a TCP connection that is used; a test can put a broken one in its place. */
export type Socket = Pick<Deno.TcpConn, "read" | "write" | "close">;

/** What has been read: whole messages, markers that began none, and bytes outside messages (the node's debug text). */
export interface ReadCounts {
  readonly frames: number;
  readonly skippedFrames: number;
  readonly skippedBytes: number;
}

/** Opens a TCP connection. The signal ends the attempt. */
export type ConnectFunction = (address: string, port: number, signal: AbortSignal) => Promise<Socket>;

/** Why a connection ended. `fin`: the node closed it in order; `dropped`: we gave it up; `left`: we took our leave. */
export type EndCause =
  | { readonly kind: "fin" }
  | { readonly kind: "readFailed" | "writeFailed"; readonly error: unknown }
  | { readonly kind: "dropped"; readonly reason: string }
  | { readonly kind: "left" };

/** The cause in words for the log. */
export function describeCause(cause: EndCause): string {
  switch (cause.kind) {
    case "fin":
      return "closed by the node (FIN)";
    case "readFailed":
      return `read failed (${describeError(cause.error)})`;
    case "writeFailed":
      return `write failed (${describeError(cause.error)})`;
    case "dropped":
      return cause.reason;
    case "left":
      return "closed by us";
  }
}

/** What a connection needs to know. */
export interface DialOptions {
  /** Addresses of one node, tried in order. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly clock: Clock;
  /** Limit for each address. */
  readonly dialTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly connect: ConnectFunction;
  /** Every whole message in the turn in which its last byte was read; `bytes` is its payload and may be kept. */
  readonly onMessage: (message: FromRadio, bytes: Uint8Array) => void;
}

/** Dials the addresses in order; throws the last one's error, or the signal's reason. */
export async function dial(options: DialOptions): Promise<Connection> {
  let failure: unknown = new Error("the name has no address");
  for (const address of options.addresses) {
    const limit = new AbortController();
    const abort = () => limit.abort(options.signal.reason);
    options.signal.addEventListener("abort", abort, { once: true });
    const timer = options.clock.after(options.dialTimeoutMs, () => {
      limit.abort(new TimeLimitError(`no answer from ${address}:${options.port} within ${options.dialTimeoutMs / 1000} s`));
    });
    try {
      options.signal.throwIfAborted();
      return new Connection(await options.connect(address, options.port, limit.signal), address, options);
    } catch (error) {
      if (options.signal.aborted) throw options.signal.reason;
      failure = error;
    } finally {
      timer.cancel();
      options.signal.removeEventListener("abort", abort);
    }
  }
  throw failure;
}

/** The system's own connect: the only place in the program that dials a node. */
export function connectTcp(address: string, port: number, signal: AbortSignal): Promise<Socket> {
  return Deno.connect({ hostname: address, port, signal });
}

/** An open connection. */
export class Connection {
  readonly address: string;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #onMessage: DialOptions["onMessage"];
  readonly #parser: FrameParser;
  readonly #ended = Promise.withResolvers<EndCause>();
  readonly #outgoing: Uint8Array[] = [];
  #reading: Promise<void> = Promise.resolve();
  #open = true;
  #leaving = false;
  #writing = false;
  #debugText = "";
  #frames = 0;
  #lastReceivedAtMs: number;
  #lastSentAtMs: number;

  constructor(socket: Socket, address: string, options: Pick<DialOptions, "clock" | "onMessage">) {
    this.#socket = socket;
    this.address = address;
    this.#clock = options.clock;
    this.#onMessage = options.onMessage;
    this.#lastReceivedAtMs = this.#lastSentAtMs = options.clock.nowMs();
    this.#parser = new FrameParser({ onFrame: (payload) => this.#take(payload), onText: (bytes) => this.#takeText(bytes) });
    this.#write(WAKE_BYTES);
  }

  /** Starts reading; separate from the constructor so that the owner knows the connection before its first message. */
  start(): void {
    this.#reading = this.#readLoop();
  }

  /** Settles once, when the connection is over; the socket is closed by then. */
  get ended(): Promise<EndCause> {
    return this.#ended.promise;
  }

  /** Monotonic milliseconds of the last byte from the node. */
  get lastReceivedAtMs(): number {
    return this.#lastReceivedAtMs;
  }

  /** Monotonic milliseconds of the last frame to the node. */
  get lastSentAtMs(): number {
    return this.#lastSentAtMs;
  }

  /** Whole messages read so far, and what was seen outside them. */
  get counts(): ReadCounts {
    return { frames: this.#frames, skippedFrames: this.#parser.skippedFrames, skippedBytes: this.#parser.skippedBytes };
  }

  /** Queues one message for writing; false when the connection is over. Throws RangeError when it exceeds a frame. */
  send(message: Init<"ToRadio">): boolean {
    return this.sendBytes(encode("ToRadio", message));
  }

  /** Likewise, with a ToRadio that is encoded already. */
  sendBytes(toRadio: Uint8Array): boolean {
    const frame = encodeFrame(toRadio);
    if (!this.#open || this.#leaving) return false;
    this.#write(frame);
    return true;
  }

  /** Gives the connection up at once. The node is told, in case it still listens: a bare FIN loses what comes next. */
  drop(reason: string): void {
    if (!this.#open) return;
    this.#writeFarewell();
    this.#end({ kind: "dropped", reason });
  }

  /** Takes leave in order: `disconnect`, then reads until the node closes, at most half a second. */
  async leave(): Promise<void> {
    if (!this.#open || this.#leaving) return void await this.ended;
    this.send({ payloadVariant: { case: "disconnect", value: true } });
    this.#leaving = true;
    const limit = this.#clock.after(LEAVE_LIMIT_MS, () => this.#end({ kind: "left" }));
    await this.ended;
    limit.cancel();
  }

  async #readLoop(): Promise<void> {
    const buffer = new Uint8Array(READ_BUFFER_BYTES);
    try {
      while (this.#open) {
        const count = await this.#socket.read(buffer);
        if (count === null) return this.#end(this.#leaving ? { kind: "left" } : { kind: "fin" });
        if (!this.#open) return;
        this.#lastReceivedAtMs = this.#clock.nowMs();
        // One copy for all that was read: a copy of each payload would double the cost of decoding it.
        this.#parser.push(buffer.slice(0, count), this.#lastReceivedAtMs);
      }
    } catch (error) {
      this.#end(this.#leaving ? { kind: "left" } : { kind: "readFailed", error });
    }
  }

  #take(bytes: Uint8Array): boolean {
    let message: FromRadio;
    try {
      message = decode("FromRadio", bytes);
    } catch {
      return false;
    }
    if (!isMessage(message, bytes)) return false;
    this.#frames += 1;
    try {
      this.#onMessage(message, bytes);
    } catch (error) {
      // A fault in our own code must not cost the link; it is the one thing here that deserves its stack in the log.
      log.error`could not handle a ${message.payloadVariant.case ?? "FromRadio"} message: ${error}`;
    }
    return true;
  }

  /** Debug text of the node: shown a line at a time, because it often tells why the node is about to restart. */
  #takeText(bytes: Uint8Array): void {
    // deno-lint-ignore no-control-regex -- the terminal colours of the firmware's own log
    const text = this.#debugText + new TextDecoder().decode(bytes).replace(/\x1b\[[0-9;]*m/g, "");
    const lines = text.split(/\r?\n/);
    this.#debugText = (lines.pop() ?? "").slice(-MAX_TEXT_LINE_CHARS);
    for (const line of lines) if (line.trim() !== "") log.debug`node says: ${line.slice(0, MAX_TEXT_LINE_CHARS)}`;
  }

  #write(bytes: Uint8Array): void {
    this.#outgoing.push(bytes);
    this.#lastSentAtMs = this.#clock.nowMs();
    if (!this.#writing) void this.#writeLoop();
  }

  async #writeLoop(): Promise<void> {
    this.#writing = true;
    try {
      for (let bytes = this.#outgoing.shift(); bytes !== undefined && this.#open; bytes = this.#outgoing.shift()) {
        for (let from = 0; from < bytes.length;) from += await this.#socket.write(bytes.subarray(from));
      }
    } catch (error) {
      this.#end(this.#leaving ? { kind: "left" } : { kind: "writeFailed", error });
    } finally {
      this.#writing = false;
    }
  }

  /** `disconnect` without waiting; only between frames, because half a frame would garble what the node reads next. */
  #writeFarewell(): void {
    if (this.#writing) return;
    const frame = encodeFrame(encode("ToRadio", { payloadVariant: { case: "disconnect", value: true } }));
    this.#socket.write(frame).catch(() => {
      // The connection is being given up because it is dead: that a last word cannot be said is no news.
    });
  }

  #end(cause: EndCause): void {
    if (!this.#open) return;
    this.#open = false;
    this.#outgoing.length = 0;
    this.#socket.close();
    void this.#closed().then(() => this.#ended.resolve(cause));
  }

  /** The system closes a socket only when nothing reads from it any more: a dial before that would come to the node ahead of our FIN. */
  async #closed(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const limit = this.#clock.after(CLOSE_LIMIT_MS, resolve);
    await Promise.race([this.#reading, late]);
    limit.cancel();
  }
}

/**
 * Decoding alone accepts many byte strings that no node ever wrote; a message has a variant, which may be newer than
 * this program (an unknown length-delimited field), or is empty.
 */
export function isMessage(message: FromRadio, bytes: Uint8Array): boolean {
  if (message.payloadVariant.case === "packet") return isPacket(message.payloadVariant.value) || !holdsMarker(bytes);
  if (message.payloadVariant.case !== undefined || bytes.length === 0) return true;
  const unknown = (message as { $unknown?: { no: number; wireType: number }[] }).$unknown;
  return unknown !== undefined && unknown.every((field) => field.no < 100);
}

/**
 * A packet without an id is nobody's but a hostile sender's, and then our node says how it heard it. Without that, and
 * with a marker inside, it is the beginning of one frame with the end of another. (Whoever sends to us must not be able
 * to have a frame refused: its text would be searched for frames.)
 */
function isPacket({ id, rxRssi, viaMqtt }: MeshPacket): boolean {
  return id !== 0 || rxRssi !== 0 || viaMqtt;
}
