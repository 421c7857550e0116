import assert from "node:assert/strict";
import { TimeLimitError } from "../../src/errors.ts";
import { encode } from "../../src/link/codec.ts";
import { Connection, describeCause, dial, type DialOptions, type EndCause } from "../../src/link/connection.ts";
import { encodeFrame, WAKE_BYTES } from "../../src/link/frame.ts";
import type { FromRadio, Init } from "../../src/link/messages.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { FakeSocket } from "../support/fake_socket.ts";
import { logged } from "../support/logged.ts";

const DISCONNECT: Init<"ToRadio"> = { payloadVariant: { case: "disconnect", value: true } };
const HEARTBEAT: Init<"ToRadio"> = { payloadVariant: { case: "heartbeat", value: { nonce: 0 } } };

function open(onMessage: DialOptions["onMessage"] = () => {}) {
  const clock = createFakeClock();
  const socket = new FakeSocket();
  const messages: FromRadio[] = [];
  const connection = new Connection(socket, "192.0.2.1", {
    clock,
    onMessage(message, bytes) {
      messages.push(message);
      onMessage(message, bytes);
    },
  });
  return { clock, socket, connection, messages };
}

function configComplete(id: number): Init<"FromRadio"> {
  return { payloadVariant: { case: "configCompleteId", value: id } };
}

function ids(messages: readonly FromRadio[]): unknown[] {
  return messages.map(({ payloadVariant }) => payloadVariant.value);
}

function frameOf(message: Init<"ToRadio">): Uint8Array {
  return encodeFrame(encode("ToRadio", message));
}

async function endOf(connection: Connection): Promise<EndCause> {
  return await connection.ended;
}

function dialOptions(changes: Partial<DialOptions>): DialOptions {
  return {
    addresses: ["192.0.2.1"],
    port: 4403,
    clock: createFakeClock(),
    dialTimeoutMs: 5000,
    signal: new AbortController().signal,
    connect: () => Promise.resolve(new FakeSocket()),
    onMessage: () => {},
    ...changes,
  };
}

Deno.test("dial() tries the addresses in order and takes the first that answers", async () => {
  const tried: string[] = [];
  const connection = await dial(dialOptions({
    addresses: ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
    connect(address, port) {
      tried.push(`${address}:${port}`);
      return address === "192.0.2.2" ? Promise.resolve(new FakeSocket()) : Promise.reject(new Deno.errors.ConnectionRefused("refused"));
    },
  }));
  assert.deepEqual(tried, ["192.0.2.1:4403", "192.0.2.2:4403"]);
  assert.equal(connection.address, "192.0.2.2");
});

Deno.test("dial() throws the last address's error, and says so when there is no address", async () => {
  const connect = (address: string) => Promise.reject(new Error(`nobody at ${address}`));
  await assert.rejects(dial(dialOptions({ addresses: ["192.0.2.1", "192.0.2.2"], connect })), /nobody at 192\.0\.2\.2/);
  await assert.rejects(dial(dialOptions({ addresses: [] })), /no address/);
});

Deno.test("dial() gives each address its own time limit", async () => {
  const clock = createFakeClock();
  const tried: string[] = [];
  const dialing = dial(dialOptions({
    clock,
    addresses: ["192.0.2.1", "192.0.2.2"],
    connect(address, _port, signal) {
      tried.push(address);
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  }));
  const failed = assert.rejects(
    dialing,
    (error) => error instanceof TimeLimitError && /no answer from 192\.0\.2\.2:4403 within 5 s/.test(error.message),
  );
  await clock.tick(4999);
  assert.deepEqual(tried, ["192.0.2.1"]);
  await clock.tick(1);
  assert.deepEqual(tried, ["192.0.2.1", "192.0.2.2"]);
  await clock.tick(5000);
  await failed;
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("dial() ends with the signal's reason, in the middle of an attempt and before one", async () => {
  const stop = new AbortController();
  const clock = createFakeClock();
  const started = Promise.withResolvers<void>();
  let dials = 0;
  const options = dialOptions({
    clock,
    addresses: ["192.0.2.1", "192.0.2.2"],
    signal: stop.signal,
    connect(_address, _port, signal) {
      dials += 1;
      started.resolve();
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  });
  const failed = assert.rejects(dial(options), /enough/);
  await started.promise;
  stop.abort(new Error("enough"));
  await failed;
  await assert.rejects(dial(options), /enough/);
  assert.equal(dials, 1);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("Connection writes 32 x 0xC3 first, then whole frames in the order of the calls", async () => {
  const { clock, socket, connection } = open();
  const held = Promise.withResolvers<void>();
  socket.onWrite = async (bytes) => {
    await held.promise;
    return bytes.length;
  };
  for (let nonce = 1; nonce <= 3; nonce += 1) assert(connection.send({ payloadVariant: { case: "heartbeat", value: { nonce } } }));
  held.resolve();
  connection.start();
  await clock.tick(1);
  socket.fin();
  await endOf(connection);
  assert.deepEqual(socket.writes[0], WAKE_BYTES);
  assert.deepEqual(socket.messages().map(({ payloadVariant }) => payloadVariant.case === "heartbeat" && payloadVariant.value.nonce), [
    1,
    2,
    3,
  ]);
});

Deno.test("Connection goes on where a short write stopped", async () => {
  const { clock, socket, connection, messages } = open();
  socket.onWrite = (bytes) => Promise.resolve(Math.min(3, bytes.length));
  connection.send(HEARTBEAT);
  connection.send({ payloadVariant: { case: "wantConfigId", value: 7 } });
  connection.start();
  await clock.tick(1);
  assert.deepEqual(socket.messages().map(({ payloadVariant }) => payloadVariant.case), ["heartbeat", "wantConfigId"]);
  assert.equal(messages.length, 0);
  socket.fin();
  await endOf(connection);
});

Deno.test("Connection gives every message in order, with bytes that stay as they came", async () => {
  const kept: Uint8Array[] = [];
  const { socket, connection, messages } = open((_message, bytes) => kept.push(bytes));
  connection.start();
  const frames = [1, 2, 3, 4].map((id) => encodeFrame(encode("FromRadio", configComplete(id))));
  socket.arrive(new Uint8Array([...frames[0]!, ...frames[1]!, ...frames[2]!.slice(0, 3)]));
  socket.arrive(frames[2]!.slice(3));
  socket.arrive(frames[3]!);
  socket.fin();
  assert.deepEqual(await endOf(connection), { kind: "fin" });
  assert.deepEqual(ids(messages), [1, 2, 3, 4]);
  assert.deepEqual(kept, [1, 2, 3, 4].map((id) => encode("FromRadio", configComplete(id))));
  assert.equal(connection.counts.frames, 4);
});

Deno.test("Connection counts what is no message as text, and shows it line by line in the debug log", async () => {
  const lines = await logged(async () => {
    const { socket, connection, messages } = open();
    connection.start();
    const text = ["\x1b[32mINFO \x1b[0m| boot", " 2.7\r\n\nhalf a line"].map((part) => new TextEncoder().encode(part));
    for (const part of text) socket.arrive(part);
    socket.say(configComplete(1));
    // A marker and a length, but the payload is no FromRadio.
    const impostor = encodeFrame(new Uint8Array(9).fill(0xff));
    socket.arrive(impostor);
    socket.say(configComplete(2));
    socket.fin();
    await endOf(connection);
    assert.deepEqual(ids(messages), [1, 2]);
    assert.equal(connection.counts.skippedBytes, [...text, impostor].reduce((sum, bytes) => sum + bytes.length, 0));
  }, { debug: true });
  const said = lines.filter((line) => line.includes("node says")).map((line) => line.replace(/^.*node says: /, ""));
  assert.deepEqual(said.slice(0, 1), ["INFO | boot 2.7"]);
});

Deno.test("Connection survives a user who throws, and logs the stack", async () => {
  const lines = await logged(async () => {
    const { socket, connection, messages } = open((message) => {
      if (message.payloadVariant.value === 1) throw new Error("a fault of ours");
    });
    connection.start();
    socket.say(configComplete(1));
    socket.say(configComplete(2));
    socket.fin();
    assert.deepEqual(await endOf(connection), { kind: "fin" });
    assert.deepEqual(ids(messages), [1, 2]);
  }, { debug: true });
  const text = lines.join("\n");
  assert.match(text, /ERROR {3}link: could not handle a configCompleteId message: Error: a fault of ours/);
  assert.match(text, /connection_test\.ts/);
});

Deno.test("Connection ends when a read fails, and closes its socket once", async () => {
  const { socket, connection } = open();
  connection.start();
  const error = new Deno.errors.ConnectionReset("reset by peer");
  socket.failRead(error);
  assert.deepEqual(await endOf(connection), { kind: "readFailed", error });
  assert.equal(socket.closes, 1);
  connection.drop("late");
  await connection.leave();
  assert.equal(socket.closes, 1);
});

Deno.test("Connection ends when a write fails while a read stays pending", async () => {
  const { socket, connection } = open();
  connection.start();
  const error = new Deno.errors.BrokenPipe("broken pipe");
  socket.onWrite = () => Promise.reject(error);
  assert(connection.send(HEARTBEAT));
  assert.deepEqual(await endOf(connection), { kind: "writeFailed", error });
  assert.equal(socket.closes, 1);
  assert.equal(connection.send(HEARTBEAT), false);
});

Deno.test("Connection ends when the very first write fails, before it was started", async () => {
  const clock = createFakeClock();
  const socket = new FakeSocket();
  socket.onWrite = () => Promise.reject(new Deno.errors.BrokenPipe("broken pipe"));
  const connection = new Connection(socket, "192.0.2.1", { clock, onMessage: () => {} });
  connection.start();
  assert.equal((await endOf(connection)).kind, "writeFailed");
  assert.equal(socket.closes, 1);
});

Deno.test("Connection.send() refuses what no frame can hold, before it spoils the stream", () => {
  const { connection } = open();
  const packet: Init<"MeshPacket"> = {
    to: 1,
    payloadVariant: { case: "decoded", value: { portnum: 1, payload: new Uint8Array(600) } },
  };
  assert.throws(() => connection.send({ payloadVariant: { case: "packet", value: packet } }), RangeError);
  assert(connection.send(HEARTBEAT));
});

Deno.test("Connection.drop() says `disconnect` and closes at once", async () => {
  const { clock, socket, connection } = open();
  connection.start();
  await clock.tick(1);
  connection.drop("no answer");
  const cause = await endOf(connection);
  assert.deepEqual(cause, { kind: "dropped", reason: "no answer" });
  assert.equal(describeCause(cause), "no answer");
  assert.equal(socket.closes, 1);
  assert.deepEqual(socket.messages().map(({ payloadVariant }) => payloadVariant), [{ case: "disconnect", value: true }]);
});

Deno.test("Connection.drop() says nothing in the middle of a frame", async () => {
  const { clock, socket, connection } = open();
  connection.start();
  await clock.tick(1);
  const hanging = Promise.withResolvers<number>();
  socket.onWrite = () => hanging.promise;
  connection.send(HEARTBEAT);
  connection.drop("no answer");
  assert.equal((await endOf(connection)).kind, "dropped");
  hanging.resolve(2);
  await Promise.resolve();
  assert.deepEqual(socket.messages(), []);
  assert.equal(socket.writes.filter((bytes) => bytes.length === frameOf(DISCONNECT).length).length, 0);
});

Deno.test("Connection.leave() says `disconnect`, and what comes until the node closes still counts", async () => {
  const { clock, socket, connection, messages } = open();
  connection.start();
  const left = connection.leave();
  const leftAgain = connection.leave();
  assert.equal(connection.send(HEARTBEAT), false);
  socket.say(configComplete(1));
  await clock.tick(100);
  assert.equal(socket.closes, 0);
  socket.fin();
  await Promise.all([left, leftAgain]);
  assert.deepEqual(await endOf(connection), { kind: "left" });
  assert.deepEqual(ids(messages), [1]);
  assert.deepEqual(socket.messages().map(({ payloadVariant }) => payloadVariant.case), ["disconnect"]);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("Connection.leave() waits half a second for a node that does not close, also when the write hangs", async () => {
  for (const hangs of [false, true]) {
    const { clock, socket, connection } = open();
    connection.start();
    await clock.tick(1);
    if (hangs) socket.onWrite = () => new Promise(() => {});
    const left = connection.leave();
    await clock.tick(499);
    assert.equal(socket.closes, 0);
    await clock.tick(1);
    await left;
    assert.equal(socket.closes, 1);
    assert.deepEqual(await endOf(connection), { kind: "left" });
    assert.equal(clock.pendingTimers(), 0);
  }
});

Deno.test("Connection.leave() calls it leave also when the node resets instead of closing", async () => {
  for (const error of [new Deno.errors.ConnectionReset("reset"), new Deno.errors.BrokenPipe("pipe")]) {
    const { clock, socket, connection } = open();
    connection.start();
    await clock.tick(1);
    if (error instanceof Deno.errors.BrokenPipe) socket.onWrite = () => Promise.reject(error);
    const left = connection.leave();
    if (error instanceof Deno.errors.ConnectionReset) socket.failRead(error);
    await left;
    assert.deepEqual(await endOf(connection), { kind: "left" });
  }
});

Deno.test("Connection tells when it last heard and spoke", async () => {
  const { clock, socket, connection } = open();
  connection.start();
  assert.deepEqual([connection.lastReceivedAtMs, connection.lastSentAtMs], [0, 0]);
  await clock.tick(1000);
  connection.send(HEARTBEAT);
  await clock.tick(1000);
  // A single byte is a sign of life, though no frame.
  socket.arrive(new Uint8Array([0x0a]));
  await clock.tick(1000);
  assert.deepEqual([connection.lastReceivedAtMs, connection.lastSentAtMs], [2000, 1000]);
  socket.fin();
  await endOf(connection);
});

Deno.test("describeCause() has words for every end", () => {
  const causes: EndCause[] = [
    { kind: "fin" },
    { kind: "readFailed", error: new Error("a") },
    { kind: "writeFailed", error: new Error("b") },
    { kind: "dropped", reason: "c" },
    { kind: "left" },
  ];
  assert.deepEqual(causes.map(describeCause), ["closed by the node (FIN)", "read failed (a)", "write failed (b)", "c", "closed by us"]);
});

Deno.test("Connection.leave() a second time resolves when the connection has ended, not before", async () => {
  const { clock, socket, connection } = open();
  connection.start();
  await clock.tick(1);
  const done: string[] = [];
  const left = [connection.leave().then(() => done.push("first")), connection.leave().then(() => done.push("second"))];
  await clock.tick(100);
  assert.deepEqual(done, []);
  socket.fin();
  await Promise.all(left);
  assert.deepEqual(done.sort(), ["first", "second"]);
});
