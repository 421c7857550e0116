import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { type Clock, systemClock } from "../../src/clock.ts";
import { type ConnectFunction, connectTcp, type Socket } from "../../src/link/connection.ts";
import { encode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import { encodeFrame, WAKE_BYTES } from "../../src/link/frame.ts";
import type { Direction } from "../../src/record/redact.ts";
import { openRecorder, type RecorderOptions } from "../../src/record/recorder.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { linkRig, settle } from "../support/link_rig.ts";
import { fromHex } from "../support/recording.ts";
import { holding, plantedFrames, secretBytes } from "../support/secrets.ts";

const BEATS = 900;

interface Line {
  readonly t: number;
  readonly dir: string;
  readonly bytes?: string;
  readonly leftOut?: number;
  readonly by?: string;
  readonly why?: string;
}

/** A socket that takes all and gives what it is told to. */
function scriptedSocket(chunks: readonly Uint8Array[], takes = Infinity): Socket {
  const left = [...chunks];
  return {
    read(into) {
      const chunk = left.shift();
      if (chunk === undefined) return Promise.resolve(null);
      into.set(chunk);
      return Promise.resolve(chunk.length);
    },
    write: (bytes) => Promise.resolve(Math.min(bytes.length, takes)),
    close() {},
  };
}

const never = new AbortController().signal;

/** Records what is done with one connection over `socket`; gives the file. */
async function record(
  socket: Socket | ConnectFunction,
  use: (socket: Socket) => Promise<void>,
  options: Partial<RecorderOptions> & { readonly clock?: Clock } = {},
): Promise<{ text: string; lines: Line[]; mode: number | null }> {
  const folder = await Deno.makeTempDir({ prefix: "meshbot-record-" });
  const path = join(folder, "link.jsonl");
  try {
    {
      await using recorder = await openRecorder({ path, clock: createFakeClock(), withSecrets: false, ...options });
      const connect = recorder.tap(typeof socket === "function" ? socket : () => Promise.resolve(socket));
      try {
        await use(await connect("192.0.2.7", 4403, never));
      } catch (error) {
        if (typeof socket !== "function") throw error;
      }
    }
    const text = await Deno.readTextFile(path);
    return { text, lines: text.trim().split("\n").map((line) => JSON.parse(line) as Line), mode: (await Deno.stat(path)).mode };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function readAll(socket: Socket): Promise<void> {
  const buffer = new Uint8Array(65_536);
  while (await socket.read(buffer) !== null);
}

async function writeAll(socket: Socket, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await socket.write(bytes.subarray(at));
}

const heartbeat = encodeFrame(encode("ToRadio", { payloadVariant: { case: "heartbeat", value: {} } }));
const queueStatus = encodeFrame(encode("FromRadio", { payloadVariant: { case: "queueStatus", value: { free: 16, maxlen: 16 } } }));

Deno.test("openRecorder() records every frame both ways, connections and their ends, with times, for the owner alone", async () => {
  const clock = createFakeClock();
  const { lines, mode } = await record(scriptedSocket([queueStatus]), async (socket) => {
    await writeAll(socket, WAKE_BYTES);
    await clock.tick(1500);
    await writeAll(socket, heartbeat);
    await clock.tick(20);
    await readAll(socket);
    socket.close();
  }, { clock });
  assert.deepEqual(lines.map(({ t, dir, bytes }) => ({ t, dir, bytes })).slice(1), [
    { t: 0, dir: "open", bytes: undefined },
    { t: 0, dir: "to", bytes: "c3".repeat(32) },
    { t: 1.5, dir: "to", bytes: hex(heartbeat) },
    { t: 1.52, dir: "from", bytes: hex(queueStatus) },
    { t: 1.52, dir: "eof", bytes: undefined },
  ]);
  assert.deepEqual([lines.at(0)?.dir, lines.at(-1)?.by], ["start", "node"]);
  if (Deno.build.os !== "windows") assert.equal((mode ?? 0) & 0o777, 0o600);
});

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

Deno.test("openRecorder() puts frames together that come in pieces, and records one once that is written in pieces", async () => {
  const pieces = [queueStatus.slice(0, 3), queueStatus.slice(3), new Uint8Array([...queueStatus, ...queueStatus])];
  const { lines } = await record(scriptedSocket(pieces, 5), async (socket) => {
    await writeAll(socket, heartbeat);
    await readAll(socket);
  });
  assert.deepEqual(lines.filter(({ dir }) => dir === "from").map(({ bytes }) => bytes), Array(3).fill(hex(queueStatus)));
  assert.deepEqual(lines.filter(({ dir }) => dir === "to").map(({ bytes }) => bytes), [hex(heartbeat)]);
});

Deno.test("openRecorder() tells who ended a connection and why a dial failed, the same failure once", async () => {
  const broken = { ...scriptedSocket([]), read: () => Promise.reject(new Error("connection reset by peer")) };
  const reset = await record(broken, async (socket) => {
    await assert.rejects(readAll(socket), /reset/);
    socket.close();
  });
  assert.deepEqual(reset.lines.filter(({ dir }) => dir === "eof").map(({ by, why }) => ({ by, why })), [
    { by: "network", why: "connection reset by peer" },
  ]);
  const ours = await record(scriptedSocket([]), (socket) => Promise.resolve(socket.close()));
  assert.equal(ours.lines.at(-1)?.by, "us");
  const refused = await record(() => Promise.reject(new Error("Connection refused")), () => Promise.resolve());
  assert.deepEqual(refused.lines.map(({ dir, why }) => ({ dir, why })).slice(1), [{ dir: "refused", why: "Connection refused" }]);
});

Deno.test("openRecorder() writes no secret of any frame to the file, raw, in hexadecimal or base64, with random cuts and debug text between", async () => {
  const debug = fc.array(fc.uint8Array({ minLength: 8, maxLength: 60 }), { maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(plantedFrames(), debug), { minLength: 1, maxLength: 12 }), fc.nat(), async (planted, seed) => {
      const secrets: { what: string; bytes: Uint8Array }[] = [];
      const sides: Record<Direction, number[]> = { from: [], to: [] };
      for (const [{ direction, payload, secrets: some }, texts] of planted) {
        if (payload.length > 512) continue;
        secrets.push(...some);
        // Half a frame, too: what follows it must not be taken for its end.
        if (seed % 3 === 0) sides[direction].push(...encodeFrame(payload).subarray(0, 4 + payload.length - 1));
        for (const text of texts) if (direction === "from") sides.from.push(...text);
        sides[direction].push(...encodeFrame(payload));
      }
      const { text } = await record(scriptedSocket(cut(new Uint8Array(sides.from), seed)), async (socket) => {
        for (const chunk of cut(new Uint8Array(sides.to), seed + 1)) await writeAll(socket, chunk);
        await readAll(socket);
      });
      for (const { what, bytes } of secrets) assertAbsent(text, bytes, what);
    }),
    { numRuns: 60 },
  );
});

/** Pieces of 1 to 300 bytes. */
function cut(bytes: Uint8Array, seed: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let state = seed >>> 0;
  for (let at = 0; at < bytes.length;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const length = 1 + state % 300;
    pieces.push(bytes.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/** Looks for it as it is, in the bytes that the hexadecimal stands for, in base64 at every offset, reversed and escaped. */
function assertAbsent(text: string, secret: Uint8Array, what: string): void {
  const file = new TextEncoder().encode(text);
  assert.ok(!holding(file, secret), `${what} raw`);
  const inHex = hex(secret);
  assert.ok(!text.toLowerCase().includes(inHex), `${what} in hexadecimal`);
  assert.ok(!text.toLowerCase().includes([...inHex].reverse().join("")), `${what} in hexadecimal, backwards`);
  for (let skip = 0; skip < 3; skip += 1) {
    const whole = btoa(String.fromCharCode(...new Uint8Array(skip), ...secret));
    // The characters at both ends depend on the neighbours.
    const middle = whole.slice(Math.ceil(skip * 4 / 3), -4);
    if (middle.length >= 6) assert.ok(!text.includes(middle), `${what} in base64`);
  }
  assert.ok(!text.includes(secret.toString()), `${what} as numbers`);
  for (const line of text.trim().split("\n")) {
    const { bytes } = JSON.parse(line) as Line;
    if (bytes !== undefined) assert.ok(!holding(fromHex(bytes), secret), `${what} in the bytes`);
  }
  const letters = new TextDecoder().decode(secret);
  if (!letters.includes("\ufffd")) assert.ok(!text.includes(JSON.stringify(letters).slice(1, -1)), `${what} in JSON`);
}

Deno.test("openRecorder() makes the node's debug text filler: it names keys and texts", async () => {
  const said = new TextEncoder().encode("DEBUG | 12:00:00 5 [Admin] Set admin key to 12 34 56\n");
  const { lines, text } = await record(scriptedSocket([said]), readAll);
  assert.equal(lines.filter(({ dir }) => dir === "from").reduce((sum, { bytes = "" }) => sum + bytes.length / 2, 0), said.length);
  assertAbsent(text, said.slice(27, 43), "debug text");
});

Deno.test("openRecorder() leaves out a frame that it cannot read, and says how long it was", async () => {
  const inner = encodeFrame(encode("FromRadio", { payloadVariant: { case: "configCompleteId", value: 5 } }));
  const packet = {
    from: 1,
    to: BROADCAST_NUM,
    id: 5,
    payloadVariant: { case: "decoded" as const, value: { portnum: PortNum.TEXT_MESSAGE_APP, payload: inner } },
  };
  const frame = encodeFrame(encode("FromRadio", { payloadVariant: { case: "packet", value: packet } }));
  const { lines } = await record(scriptedSocket([frame]), readAll);
  assert.deepEqual(lines.filter(({ dir }) => dir === "from").map(({ bytes, leftOut }) => ({ bytes, leftOut })), [
    { bytes: undefined, leftOut: frame.length },
  ]);
});

Deno.test("openRecorder() with secrets records every byte as it was", async () => {
  const chunks = [secretBytes(50), encodeFrame(encode("FromRadio", { payloadVariant: { case: "logRecord", value: { message: "key" } } }))];
  const { lines } = await record(scriptedSocket(chunks), readAll, { withSecrets: true });
  const bytes = lines.filter(({ dir }) => dir === "from").map((line) => line.bytes).join("");
  assert.equal(bytes, chunks.map(hex).join(""));
});

Deno.test("openRecorder() records the link of a bot to its node, and a later file begins with the handshake", async () => {
  const folder = await Deno.makeTempDir({ prefix: "meshbot-record-" });
  const path = join(folder, "link.jsonl");
  try {
    {
      await using recorder = await openRecorder({ path, clock: systemClock, withSecrets: false, file: { maxBytes: 40_000 } });
      await using rig = await linkRig({ node: { nodes: 3 }, link: { connect: recorder.tap(connectTcp) } });
      while (rig.link.state.kind !== "ready") await settle(rig.clock, rig.clock.tick(50));
      let beats = 0;
      const heard = Promise.withResolvers<void>();
      rig.node.on("toRadio", () => void ((beats += 1) === BEATS && heard.resolve()));
      for (let beat = 0; beat < BEATS; beat += 1) rig.link.send({ payloadVariant: { case: "heartbeat", value: {} } });
      await settle(rig.clock, heard.promise);
    }
    const [older, newer] = await Promise.all([`${path}.1`, path].map((name) => Deno.readTextFile(name)));
    assert.ok((older ?? "").length <= 40_000 && (newer ?? "").length <= 40_000);
    for (const text of [older, newer]) {
      const dirs = (text ?? "").split("\n").slice(0, 30).map((line) => line.slice(line.indexOf('"dir"'), 40));
      assert.match(dirs.join(" "), /^"dir":"start".* "dir":"open"/);
      assert.match(text ?? "", /"dir":"to","bytes":"94c3/);
    }
    const complete = /"dir":"from","bytes":"94c3....38/;
    assert.match(older ?? "", complete);
    assert.match(newer ?? "", complete);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
