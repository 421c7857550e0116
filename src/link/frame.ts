/**
 * Frames of the Meshtastic stream API: 0x94 0xC3, two length bytes (big endian), a payload of 0…512 bytes.
 * Bytes outside a frame are the node's debug text (firmware, StreamAPI.cpp).
 */

const START1 = 0x94;
const START2 = 0xc3;
const HEADER_BYTES = 4;

/** The longest payload that the firmware writes or accepts (MAX_TO_FROM_RADIO_SIZE). */
export const MAX_PAYLOAD_BYTES = 512;

/** Sent first on a new connection: wakes a sleeping node and ends a frame that an earlier client left half written. */
export const WAKE_BYTES: Uint8Array = new Uint8Array(32).fill(START2);

// A frame that has stood half read for this long is given up when a read begins with a whole one: the node writes a frame
// in one go, so its parts come closer together.
const STALLED_MS = 50;

/** One payload as a frame; throws RangeError when it is longer than 512 bytes. */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_PAYLOAD_BYTES) {
    throw new RangeError(`Cannot frame a payload longer than ${MAX_PAYLOAD_BYTES} bytes: it has ${payload.length}`);
  }
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  frame[0] = START1;
  frame[1] = START2;
  frame[2] = payload.length >> 8;
  frame[3] = payload.length & 0xff;
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/** Who takes what the parser finds. */
export interface FrameSink {
  /**
   * A payload: a view of the chunk that was pushed, or of memory of the parser's own. Returning false says that it is no message: its marker was debug text or
   * the head of a frame that was never finished, and the bytes behind the marker are searched again.
   */
  onFrame(payload: Uint8Array): boolean | void;
  /** Bytes outside frames, valid only during the call. */
  onText?(bytes: Uint8Array): void;
}

/** Bytes in, payloads out, whatever way the stream is cut; nothing that a peer sends makes it throw or stop. */
export class FrameParser {
  readonly #sink: FrameSink;
  /** The start of a frame whose end has not come yet: at most 515 bytes, beginning with 0x94. */
  #pending: Uint8Array = new Uint8Array(0);
  #pendingSinceMs = 0;
  #skippedBytes = 0;
  #skippedFrames = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Bytes seen outside frames so far. */
  get skippedBytes(): number {
    return this.#skippedBytes;
  }

  /** Markers that began no whole message so far: garbled or unfinished frames, or debug text that looks like one. */
  get skippedFrames(): number {
    return this.#skippedFrames;
  }

  /** Takes the next bytes of the stream; `nowMs` (monotonic) lets it give up a frame that stalled. */
  push(chunk: Uint8Array, nowMs = 0): void {
    let data = chunk;
    if (this.#pending.length > 0) {
      if (nowMs - this.#pendingSinceMs >= STALLED_MS && frameEnd(chunk, 0) !== undefined) {
        this.#giveUpPending();
      } else data = concat(this.#pending, chunk);
    }
    const restFrom = this.#parse(data);
    if (data === chunk || restFrom > 0) this.#pendingSinceMs = nowMs;
    this.#pending = restFrom < data.length ? data.slice(restFrom) : new Uint8Array(0);
  }

  /** Its marker is text now. Whole frames may stand behind it, and further ones that were never finished. */
  #giveUpPending(): void {
    while (this.#pending.length > 0) {
      this.#skippedFrames += 1;
      this.#pending = this.#pending.subarray(this.#parse(this.#pending, 2));
    }
  }

  /** Parses what is whole, from `at` on; returns where the unfinished rest begins. */
  #parse(data: Uint8Array, at = 0): number {
    let textFrom = 0;
    while (at < data.length) {
      if (data[at] !== START1) {
        at = data.indexOf(START1, at);
        if (at < 0) break;
      }
      if (at + 1 === data.length) return this.#rest(data, textFrom, at);
      if (data[at + 1] !== START2) {
        at += 1;
        continue;
      }
      if (at + HEADER_BYTES > data.length) return this.#rest(data, textFrom, at);
      const lengthBytes = ((data[at + 2] as number) << 8) | (data[at + 3] as number);
      if (lengthBytes > MAX_PAYLOAD_BYTES) {
        this.#skippedFrames += 1;
        at += 2;
        continue;
      }
      const end = at + HEADER_BYTES + lengthBytes;
      if (end > data.length) return this.#rest(data, textFrom, at);
      if (swallowsFrame(data, at, end) || this.#sink.onFrame(data.subarray(at + HEADER_BYTES, end)) === false) {
        this.#skippedFrames += 1;
        at += 2;
        continue;
      }
      this.#skip(data, textFrom, at);
      at = end;
      textFrom = end;
    }
    this.#skip(data, textFrom, data.length);
    return data.length;
  }

  #rest(data: Uint8Array, textFrom: number, restFrom: number): number {
    this.#skip(data, textFrom, restFrom);
    return restFrom;
  }

  #skip(data: Uint8Array, from: number, to: number): void {
    if (from >= to) return;
    this.#skippedBytes += to - from;
    this.#sink.onText?.(data.subarray(from, to));
  }
}

/** Where the frame that begins at `at` ends; undefined when none does or it is not whole. */
function frameEnd(data: Uint8Array, at: number): number | undefined {
  if (at + HEADER_BYTES > data.length || data[at] !== START1 || data[at + 1] !== START2) return undefined;
  const lengthBytes = ((data[at + 2] as number) << 8) | (data[at + 3] as number);
  const end = at + HEADER_BYTES + lengthBytes;
  return lengthBytes <= MAX_PAYLOAD_BYTES && end <= data.length ? end : undefined;
}

/**
 * Whether the frame is half written and would swallow a whole one. A frame is followed by the next one or by nothing yet;
 * when other bytes follow it, and a marker inside it begins a row of frames that reaches beyond it and is itself followed
 * so, then the outer one was never finished. A marker that a sender puts into a text cannot do this, because the node
 * writes whole frames only, and the next one follows.
 */
function swallowsFrame(data: Uint8Array, at: number, end: number): boolean {
  if (isFollowed(data, end)) return false;
  for (let inner = data.indexOf(START1, at + 2); inner >= 0 && inner < end; inner = data.indexOf(START1, inner + 1)) {
    let rowEnd = frameEnd(data, inner);
    while (rowEnd !== undefined && rowEnd <= end) rowEnd = frameEnd(data, rowEnd);
    // Another half frame may be what follows the row.
    if (rowEnd !== undefined && (rowEnd === data.length || isHead(data, rowEnd))) return true;
  }
  return false;
}

/** Whether what stands behind a frame is what a node writes there: nothing yet, or a frame, as far as it can be seen. */
function isFollowed(data: Uint8Array, at: number): boolean {
  if (at === data.length) return true;
  if (!isHead(data, at)) return false;
  const end = frameEnd(data, at);
  return end === undefined || end === data.length || data[end] === START1;
}

/** Whether the head of a frame stands there, as far as it can be seen. */
function isHead(data: Uint8Array, at: number): boolean {
  if (data[at] !== START1 || (data[at + 1] ?? START2) !== START2) return false;
  return at + HEADER_BYTES > data.length || ((data[at + 2] as number) << 8 | (data[at + 3] as number)) <= MAX_PAYLOAD_BYTES;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** True when the bytes hold a frame's marker. */
export function holdsMarker(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(START1); at >= 0; at = bytes.indexOf(START1, at + 1)) if (bytes[at + 1] === START2) return true;
  return false;
}
