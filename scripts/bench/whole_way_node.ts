// deno-lint-ignore-file no-console -- tells its parent the port
/**
 * A node that tells its whole mesh at once to whoever has shaken hands, as fast as the connection takes it. Argument: so many packets a
 * second instead. Prints its port.
 */
import { delay, systemClock } from "../../src/clock.ts";
import { decode } from "../../src/link/codec.ts";
import { encodeFrame, FrameParser } from "../../src/link/frame.ts";
import { handshake } from "../../src/simulator/handshake.ts";
import { Station } from "../../src/simulator/station.ts";
import { makeMeshPayloads, PACKETS } from "./whole_way_stream.ts";

const WRITE_BYTES = 65_536;
// Its clock is a little ahead: a packet from before now would be one that has waited at the node, which no packet of a flood has.
const AHEAD_MS = 600_000;

const STEP_MS = 10;

const packetsASecond = Deno.args[0] === undefined ? undefined : Number(Deno.args[0]);
const station = new Station({ clock: systemClock, channels: [{ name: "" }, { name: "Club" }] });
const stream = framesOf(makeMeshPayloads(station.nodeNum, Math.floor((systemClock.wallMs() + AHEAD_MS) / 1000)));
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
    await (packetsASecond === undefined ? tellAll(connection) : tellAt(packetsASecond, connection));
  }
  connection.close();
}

async function tellAll(connection: Deno.TcpConn): Promise<void> {
  for (let from = 0; from < stream.length; from += WRITE_BYTES) await writeAll(connection, stream.subarray(from, from + WRITE_BYTES));
}

/** Keeps the pace on the average, whatever the machine does meanwhile. */
async function tellAt(pace: number, connection: Deno.TcpConn): Promise<void> {
  const startedMs = systemClock.nowMs();
  for (let told = 0; told < stream.length;) {
    await delay(systemClock, STEP_MS);
    const due = Math.min(stream.length, Math.floor((systemClock.nowMs() - startedMs) / 1000 * pace * stream.length / PACKETS));
    await writeAll(connection, stream.subarray(told, due));
    told = due;
  }
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
