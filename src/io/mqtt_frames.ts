/** What a broker may say to somebody who only listens, checked before the library sees it. */

/** What a piece of the stream came to. */
export interface CheckedFrames {
  /** Whole frames, as they came. */
  readonly bytes: Uint8Array;
  /** Messages that were longer than the limit; they are left out. */
  readonly tooBig: number;
  /** Why the stream cannot be read on; undefined when it can. */
  readonly wrong: string | undefined;
}

// Control packets of MQTT 3.1.1 (part 2.2.1): the type with its flags. A listener with QoS 0 is sent nothing else.
const CONNACK = 0x20;
const PUBLISH = 0x30;
const PUBLISH_RETAINED = 0x31;
const SUBACK = 0x90;
const PINGRESP = 0xd0;

const MAX_LENGTH_BYTES = 4;
const NOTHING = new Uint8Array(0);

/**
 * A push parser that lets whole frames pass and nothing else. The library throws where nobody can catch on some short frames, and buffers
 * a frame of up to 256 MB; here a message over `maxBytes` is skipped as it comes, and any other disorder ends the stream.
 */
export class FrameCheck {
  readonly #maxBytes: number;
  #pending: Uint8Array = NOTHING;
  #skipBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes the next bytes. After `wrong` it must not be asked again. */
  push(chunk: Uint8Array): CheckedFrames {
    const skipped = Math.min(this.#skipBytes, chunk.length);
    this.#skipBytes -= skipped;
    const bytes = joined(this.#pending, chunk.subarray(skipped));
    const passed: Uint8Array[] = [];
    let tooBig = 0;
    let at = 0;
    while (at < bytes.length) {
      const head = readHead(bytes, at);
      if (head === undefined) break;
      const wrong = head === "endless" ? "a length without end" : wrongHead(head);
      if (wrong !== undefined || head === "endless") return { bytes: joined(...passed), tooBig, wrong };
      const end = head.bodyAt + head.bodyBytes;
      if (end - at > this.#maxBytes) {
        if (!isPublish(head.kind)) return { bytes: joined(...passed), tooBig, wrong: "a frame that is too long" };
        tooBig += 1;
        this.#skipBytes = Math.max(0, end - bytes.length);
        at = Math.min(end, bytes.length);
        continue;
      }
      if (end > bytes.length) break;
      if (isPublish(head.kind) && !hasTopic(bytes, head)) return { bytes: joined(...passed), tooBig, wrong: "a message without a topic" };
      passed.push(bytes.subarray(at, end));
      at = end;
    }
    // A copy: a view would keep the whole chunk.
    this.#pending = bytes.slice(at);
    return { bytes: joined(...passed), tooBig, wrong: undefined };
  }
}

interface FrameHead {
  readonly kind: number;
  readonly bodyAt: number;
  readonly bodyBytes: number;
}

/** The fixed header at `at`; undefined when it is not there as a whole. */
function readHead(bytes: Uint8Array, at: number): FrameHead | "endless" | undefined {
  let bodyBytes = 0;
  for (let index = 0; index < MAX_LENGTH_BYTES; index++) {
    const byte = bytes[at + 1 + index];
    if (byte === undefined) return undefined;
    bodyBytes += (byte & 0x7f) * 0x80 ** index;
    if (byte < 0x80) return { kind: bytes[at] as number, bodyAt: at + 2 + index, bodyBytes };
  }
  return "endless";
}

function wrongHead({ kind, bodyBytes }: FrameHead): string | undefined {
  switch (kind) {
    case CONNACK:
      return bodyBytes === 2 ? undefined : "a CONNACK of the wrong length";
    case PUBLISH:
    case PUBLISH_RETAINED:
      return bodyBytes >= 2 ? undefined : "a message without a topic";
    case SUBACK:
      return bodyBytes >= 3 ? undefined : "a SUBACK of the wrong length";
    case PINGRESP:
      return bodyBytes === 0 ? undefined : "a PINGRESP of the wrong length";
    default:
      return `a frame that begins with 0x${kind.toString(16).padStart(2, "0")}`;
  }
}

function isPublish(kind: number): boolean {
  return kind === PUBLISH || kind === PUBLISH_RETAINED;
}

function hasTopic(bytes: Uint8Array, { bodyAt, bodyBytes }: FrameHead): boolean {
  const topicBytes = ((bytes[bodyAt] as number) << 8) + (bytes[bodyAt + 1] as number);
  return topicBytes > 0 && 2 + topicBytes <= bodyBytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const filled = parts.filter(({ length }) => length > 0);
  if (filled.length <= 1) return filled[0] ?? NOTHING;
  const whole = new Uint8Array(filled.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of filled) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
