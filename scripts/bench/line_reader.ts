/** What a process prints, a line at a time. */

/** Reads lines from a stream. */
export class LineReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next line; rejects when the stream ends without one. */
  async next(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("a process of the bench ended too early");
      this.#text += value;
    }
  }

  /** Reads no more. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }
}
