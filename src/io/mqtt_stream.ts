/** A broker's stream as the library gets it: whole, foreseen frames alone. */
import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { FrameCheck } from "./mqtt_frames.ts";

/** What to do with the rest. */
export interface CheckedStreamOptions {
  /** Of one frame; a longer message is left out. */
  readonly maxBytes: number;
  onTooBig(): void;
  /** The stream was destroyed because of what came; called once. */
  onWrong(what: string): void;
}

/** Wraps a socket: what is read is checked, what is written passes. Closing one closes the other. */
export function checkedStream(socket: Duplex, options: CheckedStreamOptions): Duplex {
  const frames = new FrameCheck(options.maxBytes);
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (chunk, encoding, done) => void socket.write(chunk, encoding, done),
    // The library writes a frame in bits and corks meanwhile: one frame, one write.
    writev: (pieces, done) => void socket.write(Buffer.concat(pieces.map(({ chunk }) => chunk as Uint8Array)), done),
    final(done) {
      // Not waiting for the other side's end: a broker that never closes would keep the socket open.
      socket.end(() => {
        done();
        socket.destroy();
      });
    },
    destroy(error, done) {
      if (socket.closed) return done(error);
      socket.once("close", () => done(error));
      socket.destroy();
    },
  });
  socket.on("data", (chunk: Uint8Array) => {
    if (stream.destroyed) return;
    const { bytes, tooBig, wrong } = frames.push(chunk);
    for (let count = 0; count < tooBig; count++) options.onTooBig();
    if (bytes.length > 0 && !stream.push(bytes)) socket.pause();
    if (wrong === undefined) return;
    stream.destroy();
    options.onWrong(wrong);
  });
  socket.on("error", (error) => stream.destroy(error));
  socket.on("end", () => stream.push(null));
  socket.on("close", () => stream.destroy());
  return stream;
}
