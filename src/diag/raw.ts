/** Holds a bare TCP connection: what is left when the protocol is not to blame. */
import type { Clock } from "../clock.ts";
import { encode } from "../link/codec.ts";
import type { EndCause } from "../link/connection.ts";
import { encodeFrame } from "../link/frame.ts";
import type { DiagEvent } from "./events.ts";
import { passTime } from "./live.ts";
import type { OpenPath } from "./path.ts";

const READ_BUFFER_BYTES = 65_536;

/** What a run needs. */
export interface RawOptions {
  readonly open: OpenPath;
  readonly durationMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: (event: DiagEvent) => void;
  readonly heard: (atMs: number) => void;
  /** Called every second. */
  readonly onTick: () => void;
}

/**
 * Reads until the time is over or the connection ends; resolves to the number of bytes read, when the socket is closed. Nothing is
 * written but a farewell at the end, without which a node may keep its only slot for a client that has gone.
 */
export async function watchSocket(options: RawOptions, conclude: (bytes: number) => void): Promise<void> {
  const { clock, emit, open: { socket } } = options;
  const startedAtMs = clock.nowMs();
  const ended = new AbortController();
  const end = () => ended.abort();
  options.signal.addEventListener("abort", end, { once: true });
  if (options.signal.aborted) end();
  let bytes = 0;
  let leaving = false;
  async function read(): Promise<EndCause> {
    const buffer = new Uint8Array(READ_BUFFER_BYTES);
    try {
      for (let count = await socket.read(buffer); count !== null; count = await socket.read(buffer)) {
        bytes += count;
        options.heard(clock.nowMs());
      }
      return { kind: "fin" };
    } catch (error) {
      return { kind: "readFailed", error };
    }
  }
  const reading = read().then((cause) => {
    if (!leaving) emit({ type: "lost", cause, readyForMs: clock.nowMs() - startedAtMs });
    ended.abort();
  });
  await passTime(clock, options.durationMs, ended.signal, options.onTick);
  options.signal.removeEventListener("abort", end);
  leaving = true;
  conclude(bytes);
  const farewell = encodeFrame(encode("ToRadio", { payloadVariant: { case: "disconnect", value: true } }));
  socket.write(farewell).catch(() => {
    // The node has closed already.
  }).finally(() => socket.close());
  await reading;
}
