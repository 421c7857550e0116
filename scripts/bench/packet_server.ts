// deno-lint-ignore-file no-console -- tells its parent the port
/** Serves the packets of `packet_stream.ts` to whoever connects and says anything. Runs as a process of its own. */
import { encodeFrame } from "../../src/link/frame.ts";
import { makePayloads } from "./packet_stream.ts";

const frames = makePayloads().map(encodeFrame);
const stream = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
let at = 0;
for (const frame of frames) {
  stream.set(frame, at);
  at += frame.length;
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log((listener.addr as Deno.NetAddr).port);
for await (const connection of listener) serve(connection).catch(() => connection.close());

async function serve(connection: Deno.TcpConn): Promise<void> {
  await connection.read(new Uint8Array(512));
  for (let from = 0; from < stream.length;) from += await connection.write(stream.subarray(from, from + 65_536));
  while (await connection.read(new Uint8Array(512)) !== null);
  connection.close();
}
