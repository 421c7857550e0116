/** A client's TCP connection: frames both ways. What it does not read waits here, counted. */
import type { Clock } from "../clock.ts";
import { delay } from "../clock.ts";
import type { Outlet } from "./client.ts";
import type { Payload } from "./payload.ts";
import { StreamReader } from "./stream_reader.ts";
import { isFromBrowser } from "./web_page.ts";

const READ_BUFFER_BYTES = 4096;
const WRITE_BATCH_BYTES = 16_384;
// More than an app ever says; beyond, its bytes wait in the kernel and the others have their turn.
const MESSAGES_A_SECOND = 100;
const SECOND_MS = 1000;

/** What a connection needs. */
export interface TcpClientOptions {
  readonly conn: Deno.TcpConn;
  readonly clock: Clock;
  /** The payload of a frame. */
  readonly onPayload: (payload: Uint8Array) => void;
  readonly onText: (textNumber: number) => void;
  /** The connection is over, for whatever reason. */
  readonly onEnd: (reason: string) => void;
}

/** The connection. */
export class TcpClient implements Outlet {
  readonly #options: TcpClientOptions;
  readonly #reader: StreamReader;
  readonly #stop = new AbortController();
  #waiting: Payload[] = [];
  #unreadBytes = 0;
  #writing = false;
  #open = true;
  #taken = 0;
  #secondFromMs = 0;

  constructor(options: TcpClientOptions) {
    this.#options = options;
    // Packets are small and few: waiting for company would only delay them.
    options.conn.setNoDelay(true);
    this.#reader = new StreamReader((payload) => {
      this.#taken += 1;
      if (this.#open) options.onPayload(payload);
    });
  }

  /** Reads until the end. */
  start(): void {
    void this.#readLoop();
  }

  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  push(payload: Payload): void {
    if (!this.#open) return;
    this.#waiting.push(payload);
    this.#unreadBytes += payload.frame.length;
    if (!this.#writing) void this.#writeLoop();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#waiting = [];
    this.#unreadBytes = 0;
    this.#stop.abort();
    this.#options.conn.close();
  }

  async #readLoop(): Promise<void> {
    const buffer = new Uint8Array(READ_BUFFER_BYTES);
    let isFirst = true;
    try {
      while (this.#open) {
        const count = await this.#options.conn.read(buffer);
        if (count === null) return this.#end("it closed the connection");
        // The body of such a request could hold a frame, and so an order, that a web page has written.
        if (isFirst && isFromBrowser(buffer)) return this.#end("it speaks HTTP, as a browser does: [share] http has the port for that");
        isFirst = false;
        this.#reader.push(buffer.subarray(0, count));
        await this.#slowDown();
      }
    } catch (error) {
      this.#end(`reading failed: ${(error as Error).message}`);
    }
  }

  async #slowDown(): Promise<void> {
    const { clock } = this.#options;
    const sinceMs = clock.nowMs() - this.#secondFromMs;
    if (sinceMs >= SECOND_MS) {
      this.#secondFromMs = clock.nowMs();
      this.#taken = 0;
    } else if (this.#taken > MESSAGES_A_SECOND) await delay(clock, SECOND_MS - sinceMs, this.#stop.signal);
  }

  async #writeLoop(): Promise<void> {
    this.#writing = true;
    try {
      // What comes in the same turn goes out in one write.
      await Promise.resolve();
      while (this.#open && this.#waiting.length > 0) {
        const batch = this.#takeBatch();
        const lengthBytes = batch.reduce((sum, { frame }) => sum + frame.length, 0);
        await this.#write(batch, lengthBytes);
        if (!this.#open) return;
        this.#unreadBytes -= lengthBytes;
        for (const { textNumber } of batch) if (textNumber !== undefined) this.#options.onText(textNumber);
      }
    } catch (error) {
      this.#end(`writing failed: ${(error as Error).message}`);
    } finally {
      this.#writing = false;
    }
  }

  #takeBatch(): Payload[] {
    let count = 0;
    for (let bytes = 0; count < this.#waiting.length && bytes < WRITE_BATCH_BYTES; count += 1) {
      bytes += (this.#waiting[count] as Payload).frame.length;
    }
    const batch = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return batch;
  }

  async #write(batch: readonly Payload[], lengthBytes: number): Promise<void> {
    let bytes = (batch[0] as Payload).frame;
    if (batch.length > 1) {
      bytes = new Uint8Array(lengthBytes);
      let at = 0;
      for (const { frame } of batch) {
        bytes.set(frame, at);
        at += frame.length;
      }
    }
    for (let from = 0; from < bytes.length;) from += await this.#options.conn.write(bytes.subarray(from));
  }

  #end(reason: string): void {
    if (this.#open) this.#options.onEnd(reason);
  }
}
