import assert from "node:assert/strict";
import { encodeFrame } from "../../src/link/frame.ts";
import { Payload } from "../../src/share/payload.ts";
import { TcpClient } from "../../src/share/tcp_client.ts";
import { createFakeClock, type FakeClock } from "../support/fake_clock.ts";
import { ioTurn } from "../support/link_rig.ts";

/** Our side of a connection, which the test answers for. */
interface Rig extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly tcp: TcpClient;
  /** Whoever is at the other end. */
  readonly peer: Deno.TcpConn;
  readonly payloads: Uint8Array[];
  readonly texts: number[];
  readonly ends: string[];
  /** Sizes of what was written, one for each write. */
  readonly writes: number[];
  /** How it was told to treat small packets. */
  readonly noDelay: boolean[];
}

async function connect({ maxWriteBytes = Infinity } = {}): Promise<Rig> {
  const clock = createFakeClock();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [conn, peer] = await Promise.all([listener.accept(), Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port })]);
  const [payloads, texts, ends, writes]: [Uint8Array[], number[], string[], number[]] = [[], [], [], []];
  const write = conn.write.bind(conn);
  conn.write = async (bytes) => {
    writes.push(bytes.length);
    return await write(bytes.subarray(0, Math.min(bytes.length, maxWriteBytes)));
  };
  const setNoDelay = conn.setNoDelay.bind(conn);
  const noDelay: boolean[] = [];
  conn.setNoDelay = (on) => {
    noDelay.push(on ?? true);
    setNoDelay(on);
  };
  const tcp = new TcpClient({
    conn,
    clock,
    onPayload: (payload) => void payloads.push(payload),
    onText: (number) => void texts.push(number),
    onEnd(reason) {
      ends.push(reason);
      tcp.close();
    },
  });
  return {
    clock,
    tcp,
    peer,
    payloads,
    texts,
    ends,
    writes,
    noDelay,
    [Symbol.asyncDispose]() {
      tcp.close();
      peer.close();
      return ioTurn();
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await ioTurn();
}

async function readExactly(conn: Deno.TcpConn, lengthBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(lengthBytes);
  for (let at = 0; at < lengthBytes;) at += await conn.read(bytes.subarray(at)) ?? assert.fail("it was closed");
  return bytes;
}

function payload(lengthBytes: number, fill = 1, textNumber?: number): Payload {
  return new Payload(new Uint8Array(lengthBytes).fill(fill), textNumber);
}

function joined(payloads: readonly Payload[]): Uint8Array {
  return new Uint8Array(payloads.flatMap(({ frame }) => [...frame]));
}

Deno.test("TcpClient.push() writes frames in their order, those of one turn at once, and counts what is not taken", async () => {
  await using rig = await connect();
  const payloads = [payload(3, 1, 7), payload(5, 2), payload(4, 3, 8)];
  for (const each of payloads) rig.tcp.push(each);
  assert.deepEqual([rig.tcp.unreadBytes, rig.texts], [3 * 4 + 12, []]);
  assert.deepEqual(await readExactly(rig.peer, 24), joined(payloads));
  await until(() => rig.tcp.unreadBytes === 0);
  assert.deepEqual([rig.writes, rig.texts], [[24], [7, 8]]);
  rig.tcp.push(payload(1, 4));
  assert.equal(rig.tcp.unreadBytes, 5);
  assert.deepEqual(await readExactly(rig.peer, 5), joined([payload(1, 4)]));
});

Deno.test("TcpClient lets no packet wait for company", async () => {
  await using rig = await connect();
  assert.deepEqual(rig.noDelay, [true]);
});

Deno.test("TcpClient writes again what the system did not take", async () => {
  await using rig = await connect({ maxWriteBytes: 7 });
  const payloads = [payload(10, 1), payload(10, 2)];
  for (const each of payloads) rig.tcp.push(each);
  assert.deepEqual(await readExactly(rig.peer, 28), joined(payloads));
  assert.deepEqual(rig.writes, [28, 21, 14, 7]);
});

Deno.test("TcpClient writes 16 KiB at a time, up to the frame that reaches them", async () => {
  await using rig = await connect();
  const payloads = Array.from({ length: 65 }, (_, index) => payload(252, index));
  for (const each of payloads) rig.tcp.push(each);
  assert.deepEqual(await readExactly(rig.peer, 65 * 256), joined(payloads));
  assert.deepEqual(rig.writes, [16_384, 256]);
  await until(() => rig.tcp.unreadBytes === 0);
  const larger = Array.from({ length: 66 }, (_, index) => payload(251, index));
  for (const each of larger) rig.tcp.push(each);
  await readExactly(rig.peer, 66 * 255);
  assert.deepEqual(rig.writes.slice(2), [65 * 255, 255]);
});

Deno.test("TcpClient gives payloads, and says when the other side has closed", async () => {
  await using rig = await connect();
  rig.tcp.start();
  await rig.peer.write(encodeFrame(new Uint8Array([1, 2])));
  await until(() => rig.payloads.length === 1);
  assert.deepEqual(rig.payloads, [new Uint8Array([1, 2])]);
  await rig.peer.closeWrite();
  await until(() => rig.ends.length > 0);
  await ioTurn();
  assert.deepEqual(rig.ends, ["it closed the connection"]);
});

Deno.test("TcpClient.close() gives nothing more, counts nothing more and says nothing", async () => {
  await using rig = await connect();
  rig.tcp.start();
  rig.tcp.push(payload(100));
  rig.tcp.close();
  rig.tcp.close();
  rig.tcp.push(payload(100));
  assert.equal(rig.tcp.unreadBytes, 0);
  await ioTurn();
  await ioTurn();
  assert.deepEqual([rig.ends, rig.tcp.unreadBytes, rig.writes], [[], 0, []]);
});

Deno.test("TcpClient that is closed by a payload gives none of those that came with it", async () => {
  const clock = createFakeClock();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [conn, peer] = await Promise.all([listener.accept(), Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port })]);
  const taken: number[] = [];
  const ends: string[] = [];
  const tcp = new TcpClient({
    conn,
    clock,
    onPayload(bytes) {
      taken.push(bytes[0] as number);
      if (taken.length === 2) tcp.close();
    },
    onText() {},
    onEnd: (reason) => void ends.push(reason),
  });
  tcp.start();
  await peer.write(new Uint8Array([1, 2, 3].flatMap((number) => [...encodeFrame(new Uint8Array([number]))])));
  await until(() => taken.length >= 2);
  await ioTurn();
  assert.deepEqual([taken, ends], [[1, 2], []]);
  peer.close();
});

Deno.test("TcpClient says that writing failed", async () => {
  const rig = await connect();
  rig.peer.close();
  await until(() => {
    if (rig.ends.length === 0) rig.tcp.push(payload(500));
    return rig.ends.length > 0;
  });
  assert.match(rig.ends[0] ?? "", /^writing failed: ./);
  assert.equal(rig.ends.length, 1);
});

Deno.test("TcpClient reads no more for the rest of a second in which more than 100 messages came", async () => {
  await using rig = await connect();
  const frames = (count: number) => new Uint8Array(Array.from({ length: count }, () => [...encodeFrame(new Uint8Array([1]))]).flat());
  rig.tcp.start();
  await rig.clock.tick(5000);
  // The second begins with what comes first; it is not counted itself.
  await rig.peer.write(frames(1));
  await until(() => rig.payloads.length === 1);
  await rig.clock.tick(300);
  await rig.peer.write(frames(100));
  await until(() => rig.payloads.length === 101);
  await ioTurn();
  await rig.peer.write(frames(1));
  await until(() => rig.payloads.length === 102);
  await ioTurn();
  assert.equal(rig.clock.pendingTimers(), 1);
  await rig.peer.write(frames(1));
  for (let turn = 0; turn < 5; turn += 1) await ioTurn();
  await rig.clock.tick(699);
  for (let turn = 0; turn < 5; turn += 1) await ioTurn();
  assert.equal(rig.payloads.length, 102);
  await rig.clock.tick(1);
  await until(() => rig.payloads.length === 103);
  // A new second has begun.
  await rig.peer.write(frames(50));
  await until(() => rig.payloads.length === 153);
  assert.equal(rig.clock.pendingTimers(), 0);
});

Deno.test("TcpClient counts the messages of a whole second", async () => {
  await using rig = await connect();
  const frames = (count: number) => new Uint8Array(Array.from({ length: count }, () => [...encodeFrame(new Uint8Array([1]))]).flat());
  rig.tcp.start();
  await rig.peer.write(frames(100));
  await until(() => rig.payloads.length === 100);
  await rig.clock.tick(999);
  for (let turn = 0; turn < 5; turn += 1) await ioTurn();
  assert.equal(rig.clock.pendingTimers(), 0);
  await rig.peer.write(frames(1));
  await until(() => rig.payloads.length === 101);
  await until(() => rig.clock.pendingTimers() === 1);
  await rig.clock.tick(1);
  for (let turn = 0; turn < 5; turn += 1) await ioTurn();
  assert.equal(rig.clock.pendingTimers(), 0);
});

Deno.test("TcpClient hangs up on a browser that begins with a request, and on no app that sends such bytes later", async () => {
  const request = new TextEncoder().encode("POST / HTTP/1.1\r\n\r\n");
  {
    await using rig = await connect();
    rig.tcp.start();
    await rig.peer.write(new Uint8Array([...request, ...encodeFrame(new Uint8Array([1]))]));
    await until(() => rig.ends.length > 0);
    assert.match(rig.ends[0] ?? "", /^it speaks HTTP/);
    assert.deepEqual(rig.payloads, []);
  }
  await using rig = await connect();
  rig.tcp.start();
  await rig.peer.write(encodeFrame(new Uint8Array([1])));
  await until(() => rig.payloads.length === 1);
  await rig.peer.write(new Uint8Array([...request, ...encodeFrame(new Uint8Array([2]))]));
  await until(() => rig.payloads.length === 2);
  assert.deepEqual(rig.ends, []);
});

Deno.test("TcpClient that is closed while it makes the other side wait leaves no timer behind", async () => {
  await using rig = await connect();
  rig.tcp.start();
  await rig.peer.write(new Uint8Array(Array.from({ length: 300 }, () => [...encodeFrame(new Uint8Array([1]))]).flat()));
  await until(() => rig.clock.pendingTimers() > 0);
  rig.tcp.close();
  await ioTurn();
  assert.deepEqual([rig.clock.pendingTimers(), rig.ends], [0, []]);
});
