/** A process of its own: prints its port, and writes the prepared frames to whoever connects. */
import { encodeFrame } from "../../src/link/frame.ts";
import { packetPayloads } from "./packets.ts";

const frames = packetPayloads().map(encodeFrame);
const stream = new Uint8Array(frames.reduce((total, { length }) => total + length, 0));
let end = 0;
for (const frame of frames) {
  stream.set(frame, end);
  end += frame.length;
}

async function serve(conn: Deno.TcpConn): Promise<void> {
  using open = conn;
  const reading = readAll(open);
  try {
    for (let from = 0; from < stream.length;) from += await open.write(stream.subarray(from));
  } catch {
    // The client has what it wanted and is gone.
  }
  // The client ends it: at an end of the stream the official one throws away what it has not handled yet.
  await reading;
}

async function readAll(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(4096);
  try {
    while (await conn.read(buffer) !== null);
  } catch {
    // It is gone.
  }
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
Deno.stdout.writeSync(new TextEncoder().encode(`${listener.addr.port}\n`));
for await (const conn of listener) void serve(conn);
