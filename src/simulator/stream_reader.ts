/**
 * How the node finds the client's frames in the stream: byte by byte, as the firmware does, with its weaknesses (after
 * a marker's first byte the next one is thrown away whatever it is). StreamAPI.cpp, handleRecStream.
 */

const START1 = 0x94;
const START2 = 0xc3;
const HEADER_BYTES = 4;
const MAX_PAYLOAD_BYTES = 512;

/** Bytes in, payloads out. */
export class StreamReader {
  readonly #onPayload: (payload: Uint8Array) => void;
  readonly #buffer = new Uint8Array(HEADER_BYTES + MAX_PAYLOAD_BYTES);
  #length = 0;

  constructor(onPayload: (payload: Uint8Array) => void) {
    this.#onPayload = onPayload;
  }

  /** Takes the next bytes; a payload is the listener's to keep. */
  push(chunk: Uint8Array): void {
    for (const byte of chunk) this.#take(byte);
  }

  #take(byte: number): void {
    const at = this.#length;
    this.#buffer[at] = byte;
    this.#length += 1;
    if (at === 0 && byte !== START1) this.#length = 0;
    else if (at === 1 && byte !== START2) this.#length = 0;
    if (this.#length < HEADER_BYTES) return;
    const payloadBytes = (this.#buffer[2] as number) << 8 | (this.#buffer[3] as number);
    if (payloadBytes > MAX_PAYLOAD_BYTES) this.#length = 0;
    else if (this.#length === HEADER_BYTES + payloadBytes) {
      this.#length = 0;
      this.#onPayload(this.#buffer.slice(HEADER_BYTES, HEADER_BYTES + payloadBytes));
    }
  }
}
