// deno-lint-ignore-file no-console -- tells its parent the port
/** A node that tells its whole mesh at once, as fast as the connection takes it, to whoever has shaken hands. Prints its port. */
import { systemClock } from "../../src/clock.ts";
import { decode } from "../../src/link/codec.ts";
import { encodeFrame, FrameParser } from "../../src/link/frame.ts";
import { handshake } from "../../src/simulator/handshake.ts";
import { Station } from "../../src/simulator/station.ts";
import { makeMeshPayloads } from "./whole_way_stream.ts";

const WRITE_BYTES = 65_536;

const station = new Station({ clock: systemClock, channels: [{ name: "" }, { name: "Club" }] });
const stream = framesOf(makeMeshPayloads(station.nodeNum, Math.floor(systemClock.wallMs() / 1000)));
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log((listener.addr as Deno.NetAddr).port);
for await (const connection of listener) serve(connection).catch(() => connection.close());

async function serve(connection: Deno.TcpConn): Promise<void> {
  let nonce: number | undefined;
  let left = false;
  const parser = new FrameParser({
    onFrame(payload) {
      const { payloadVariant } = decode("ToRadio", payload.slice());
      if (payloadVariant.case === "wantConfigId") nonce = payloadVariant.value;
      if (payloadVariant.case === "disconnect") left = true;
    },
  });
  const buffer = new Uint8Array(4096);
  let told = false;
  while (!left) {
    const count = await connection.read(buffer);
    if (count === null) break;
    parser.push(buffer.subarray(0, count));
    if (nonce === undefined) continue;
    await writeAll(connection, framesOf([...handshake(station, nonce)]));
    nonce = undefined;
    if (told) continue;
    told = true;
    for (let from = 0; from < stream.length; from += WRITE_BYTES) await writeAll(connection, stream.subarray(from, from + WRITE_BYTES));
  }
  connection.close();
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length;) from += await connection.write(bytes.subarray(from));
}

function framesOf(payloads: readonly Uint8Array[]): Uint8Array {
  const frames = payloads.map(encodeFrame);
  const all = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    all.set(frame, at);
    at += frame.length;
  }
  return all;
}
