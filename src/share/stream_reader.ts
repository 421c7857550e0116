/**
 * A client's frames out of its stream, as the firmware finds them (StreamAPI.cpp, handleRecStream): a marker, a length of
 * at most 512, the payload; whatever else comes is passed over.
 */

const START1 = 0x94;
const START2 = 0xc3;
const HEADER_BYTES = 4;

/** The longest ToRadio that the firmware takes (MAX_TO_FROM_RADIO_SIZE). */
export const MAX_TO_RADIO_BYTES = 512;

/** Bytes in, payloads out; holds less than one frame. */
export class StreamReader {
  readonly #onPayload: (payload: Uint8Array) => void;
  readonly #buffer = new Uint8Array(HEADER_BYTES + MAX_TO_RADIO_BYTES);
  #length = 0;

  constructor(onPayload: (payload: Uint8Array) => void) {
    this.#onPayload = onPayload;
  }

  /** Takes the next bytes; a payload is the listener's to keep. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#length < HEADER_BYTES) {
        this.#header(chunk[at] as number);
        at += 1;
      } else {
        const count = Math.min(HEADER_BYTES + this.#payloadBytes - this.#length, chunk.length - at);
        this.#buffer.set(chunk.subarray(at, at + count), this.#length);
        this.#length += count;
        at += count;
      }
      if (this.#length >= HEADER_BYTES && this.#length === HEADER_BYTES + this.#payloadBytes) {
        this.#length = 0;
        this.#onPayload(this.#buffer.slice(HEADER_BYTES, HEADER_BYTES + this.#payloadBytes));
      }
    }
  }

  get #payloadBytes(): number {
    return (this.#buffer[2] as number) << 8 | (this.#buffer[3] as number);
  }

  #header(byte: number): void {
    this.#buffer[this.#length] = byte;
    this.#length += 1;
    if (this.#length === 1 && byte !== START1) this.#length = 0;
    // The first of two equal bytes may be noise and the second the marker's.
    else if (this.#length === 2 && byte !== START2) this.#length = byte === START1 ? 1 : 0;
    else if (this.#length === HEADER_BYTES && this.#payloadBytes > MAX_TO_RADIO_BYTES) this.#length = 0;
  }
}
