import assert from "node:assert/strict";
import { FrameParser } from "../../src/link/frame.ts";
import { decode } from "../../src/link/codec.ts";
import type { CloseCause } from "../../src/simulator/client_socket.ts";
import { startSimulatedNode } from "../../src/simulator/node.ts";
import { connect, connectReady, dataPacket, dial, ONLY_CONFIG, startStillNode, textOf, textPacket } from "../support/sim.ts";

type StillNode = Awaited<ReturnType<typeof startStillNode>>;

const FRIEND = 0x0f0f_0f01;

Deno.test("SimulatedNode looks for a new connection every 100 ms, and the client does not notice the wait", async () => {
  await using node = await startStillNode({ acceptPollMs: 100 });
  await node.fake.tick(30);
  const dialed = node.waitFor("dial");
  await using client = await dial(node);
  await client.send({ case: "heartbeat", value: {} });
  await dialed;
  await node.fake.tick(69);
  assert.equal(node.connections.accepted, 0);
  await node.fake.tick(1);
  assert.equal(node.connections.accepted, 1);
  // What was said meanwhile is heard.
  await client.take("queueStatus");
});

Deno.test("SimulatedNode serves one client: a new connection ends the old one, even if it says nothing", async () => {
  await using node = await startStillNode();
  await using first = await connectReady(node);
  const closed = node.waitFor("closed");
  await using second = await connect(node);
  assert.equal(await first.ended, "eof");
  assert.deepEqual(await closed, { connection: 1, cause: "kicked" });
  assert.deepEqual(node.connections, { dialed: 2, accepted: 2, closed: 1, kicked: 1, current: true });
  await second.handshake(ONLY_CONFIG);
});

Deno.test("SimulatedNode takes the connections of one moment up one after the other", async () => {
  await using node = await startStillNode({ acceptPollMs: 100 });
  const bothDialed = node.waitFor("dial", ({ count }) => count === 2);
  await using first = await dial(node);
  await using second = await dial(node);
  await bothDialed;
  await node.fake.tick(100);
  assert.equal(node.connections.accepted, 1);
  await node.fake.tick(100);
  assert.equal(node.connections.accepted, 2);
  assert.equal(await first.ended, "eof");
  await second.handshake(ONLY_CONFIG);
});

Deno.test("SimulatedNode loses the client to a probe that has gone again before it was looked at", async () => {
  await using node = await startStillNode({ acceptPollMs: 100 });
  const firstDialed = node.waitFor("dial");
  await using client = await dial(node);
  await firstDialed;
  await node.fake.tick(100);
  const probed = node.waitFor("dial");
  (await dial(node)).close();
  await probed;
  await node.fake.tick(100);
  assert.equal(await client.ended, "eof");
});

Deno.test("SimulatedNode closes at once when the client says disconnect, and keeps what comes for the next one", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  const closed = node.waitFor("closed");
  await client.send({ case: "disconnect", value: true });
  assert.equal((await closed).cause, "disconnect");
  assert.equal(await client.ended, "eof");
  node.receiveFromMesh(textPacket("while you were out", { from: FRIEND }));
  await using next = await connect(node);
  await next.handshake(ONLY_CONFIG);
  assert.equal(textOf(await next.packet()), "while you were out");
});

Deno.test("SimulatedNode does not notice a plain FIN until a write fails: two of three texts are lost", async () => {
  await using node = await startStillNode();
  const client = await connectReady(node);
  const fin = node.waitFor("fin");
  client.close();
  await fin;
  assert.equal(node.connections.current, true);

  const written = node.waitFor("fromRadio");
  node.receiveFromMesh(textPacket("one", { from: FRIEND }));
  await written;
  const closed = node.waitFor("closed");
  node.receiveFromMesh(textPacket("two", { from: FRIEND }));
  assert.equal((await closed).cause, "writeFailed");
  node.receiveFromMesh(textPacket("three", { from: FRIEND }));

  await using next = await connect(node);
  await next.handshake(ONLY_CONFIG);
  assert.equal(textOf(await next.packet()), "three");
});

Deno.test("SimulatedNode still talks to a client that has only closed its sending side", async () => {
  await using node = await startStillNode();
  const accepted = node.waitFor("accept");
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: node.port });
  await accepted;
  const asked = node.waitFor("toRadio");
  await conn.write(new Uint8Array([0x94, 0xc3, 0, 4, 0x18, 0xac, 0x9e, 0x04]));
  await asked;
  await conn.closeWrite();
  node.receiveFromMesh(textPacket("still there", { from: FRIEND }));
  const texts: string[] = [];
  const parser = new FrameParser({
    onFrame(payload) {
      const { payloadVariant } = decode("FromRadio", payload.slice());
      if (payloadVariant.case === "packet") texts.push(textOf(payloadVariant.value) ?? "");
    },
  });
  const buffer = new Uint8Array(4096);
  while (texts.length === 0) parser.push(buffer.subarray(0, await conn.read(buffer) ?? assert.fail("the node closed")));
  assert.deepEqual(texts, ["still there"]);
});

Deno.test("SimulatedNode keeps 32 packets for its client: a text pushes the oldest out, anything else is lost", async () => {
  await using node = await startStillNode();
  for (let n = 1; n <= 32; n += 1) node.receiveFromMesh(textPacket(`text ${n}`, { from: FRIEND }));
  node.receiveFromMesh(dataPacket(3, new Uint8Array(0), { from: FRIEND }));
  node.receiveFromMesh(textPacket("text 33", { from: FRIEND }));
  assert.equal(node.queued, 32);
  await using client = await connect(node);
  await client.handshake(ONLY_CONFIG);
  const texts: (string | undefined)[] = [];
  for (let n = 0; n < 32; n += 1) texts.push(textOf(await client.packet()));
  assert.deepEqual([texts[0], texts.at(-1)], ["text 2", "text 33"]);

  await using small = await startStillNode({ queueSize: 8 });
  for (let n = 1; n <= 20; n += 1) small.receiveFromMesh(textPacket(`text ${n}`, { from: FRIEND }));
  assert.equal(small.queued, 8);
});

Deno.test("SimulatedNode closes a client that has sent no frame for 15 minutes, from 2.7.21 on", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  await node.fake.tick(899_000);
  const heard = node.waitFor("toRadio");
  await client.send({ case: "heartbeat", value: {} });
  await heard;
  await node.fake.tick(899_999);
  assert.equal(node.connections.current, true);
  await node.fake.tick(1);
  assert.equal(await client.ended, "eof");

  await using old = await startStillNode({ firmware: "2.6.11" });
  await using patient = await connectReady(old);
  await old.fake.tick(3_600_000);
  assert.equal(old.connections.current, true);
  await patient.barrier();
});

Deno.test("SimulatedNode.hangUp() is a FIN and reset() is a RST; both leave it listening", async () => {
  await using node = await startStillNode();
  for (
    const { fault, how, cause } of [
      { fault: () => node.hangUp(), how: "eof", cause: "hungUp" },
      { fault: () => node.reset(), how: "ConnectionReset", cause: "reset" },
    ] satisfies { fault: () => void; how: string; cause: CloseCause }[]
  ) {
    await using client = await connectReady(node);
    const closed = node.waitFor("closed");
    fault();
    assert.equal(await client.ended, how);
    assert.equal((await closed).cause, cause);
  }
  await using again = await connect(node);
  await again.handshake(ONLY_CONFIG);
});

Deno.test("SimulatedNode.goSilent() freezes everything with the sockets open; afterwards all is answered", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  node.goSilent(true);
  const taken: unknown[] = [];
  node.on("toRadio", (event) => taken.push(event));
  await client.send({ case: "heartbeat", value: {} });
  node.receiveFromMesh(textPacket("kept", { from: FRIEND }));
  const dialed = node.waitFor("dial");
  const other = await dial(node);
  await dialed;
  assert.deepEqual([taken.length, node.queued, node.connections.accepted], [0, 1, 1]);
  other.close();
  await other.ended;

  // The dead dial is still in the backlog: it takes the connection over, as with a real node.
  const closed = node.waitFor("closed");
  node.goSilent(false);
  assert.equal((await closed).cause, "kicked");
  // What the client had said meanwhile was never read: its end may come as a RST.
  await client.ended;
});

Deno.test("SimulatedNode.goSilent() ends where it began when nobody dialled meanwhile", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  node.goSilent(true);
  await client.send({ case: "heartbeat", value: {} });
  node.receiveFromMesh(textPacket("kept", { from: FRIEND }));
  node.goSilent(false);
  assert.equal(textOf(await client.packet()), "kept");
  await client.send({ case: "heartbeat", value: {} });
  await client.take("queueStatus");
});

Deno.test("SimulatedNode.goSilent() ends with reading: a client that took its leave meanwhile costs no packet", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  node.goSilent(true);
  await client.send({ case: "disconnect", value: true });
  node.receiveFromMesh(textPacket("kept", { from: FRIEND }));
  const closed = node.waitFor("closed");
  node.goSilent(false);
  assert.equal((await closed).cause, "disconnect");
  await using next = await connect(node);
  await next.handshake(ONLY_CONFIG);
  assert.equal(textOf(await next.packet()), "kept");
});

Deno.test("SimulatedNode.goSilent() ends with writing too when the client has said nothing meanwhile", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  node.goSilent(true);
  node.receiveFromMesh(textPacket("kept", { from: FRIEND }));
  node.goSilent(false);
  await node.fake.tick(100);
  assert.equal(textOf(await client.packet()), "kept");
});

Deno.test("SimulatedNode tells from which port a client came, when it dials and when it is taken up", async () => {
  await using node = await startStillNode();
  const dialed = node.waitFor("dial");
  const accepted = node.waitFor("accept");
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: node.port });
  const { port } = conn.localAddr as Deno.NetAddr;
  assert.deepEqual([(await dialed).remotePort, (await accepted).remotePort], [port, port]);
  conn.close();
});

Deno.test("SimulatedNode tells what its client will never get: pushed out, no room, lost by a restart", async () => {
  await using node = await startStillNode({ queueSize: 2 });
  await using client = await connectReady(node);
  node.mute();
  await client.send({ case: "heartbeat", value: {} });
  const lost: (string | undefined)[] = [];
  node.on("lost", ({ packet }) => lost.push(textOf(packet)));
  for (const text of ["one", "two", "three"]) node.receiveFromMesh(textPacket(text, { from: FRIEND }));
  assert.deepEqual(lost, ["one"]);
  node.reboot(0);
  assert.deepEqual(lost, ["one", "two", "three"]);
});

Deno.test("SimulatedNode.mute() leaves the one connection dead and serves the next", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  node.mute();
  await client.send({ case: "heartbeat", value: {} });
  node.receiveFromMesh(textPacket("kept", { from: FRIEND }));
  await using next = await connect(node);
  await next.handshake(ONLY_CONFIG);
  assert.equal(textOf(await next.packet()), "kept");
  await client.ended;
  assert.deepEqual(client.messages, []);
});

Deno.test("SimulatedNode.refuse() refuses until accept(), or for a while, on the same port", async () => {
  await using node = await startStillNode();
  const { port } = node;
  await using client = await connectReady(node);
  node.refuse();
  await assert.rejects(dial(node), { name: "ConnectionRefused" });
  // The connection that exists stays.
  await client.send({ case: "heartbeat", value: {} });
  await client.take("queueStatus");
  await node.accept();
  assert.equal(node.port, port);
  (await connect(node)).close();

  const listening = node.waitFor("listening");
  node.refuse(5000);
  await node.fake.tick(4999);
  await assert.rejects(dial(node), { name: "ConnectionRefused" });
  await node.fake.tick(1);
  await listening;
  await using again = await connect(node);
  await again.handshake(ONLY_CONFIG);
});

Deno.test("SimulatedNode.slowAccept() lets a client wait", async () => {
  await using node = await startStillNode();
  node.slowAccept(3000);
  const dialed = node.waitFor("dial");
  await using client = await dial(node);
  await dialed;
  await node.fake.tick(2999);
  assert.equal(node.connections.accepted, 0);
  await node.fake.tick(1);
  await client.handshake(ONLY_CONFIG);
});

Deno.test("SimulatedNode.garbage(), halfFrame() and splitWrites() cost no whole frame that a reader can know", async () => {
  await using node = await startStillNode();
  node.splitWrites(7);
  await using client = await connectReady(node);
  for (let round = 0; round < 20; round += 1) {
    node.garbage(round * 5);
    node.garbage(new TextEncoder().encode("INFO | a line of the node's log\r\n"));
    await client.send({ case: "heartbeat", value: {} });
    await client.take("queueStatus");
  }
  assert.ok(client.strayBytes > 1000, `${client.strayBytes} stray bytes`);
  const before = client.strayBytes;
  node.halfFrame();
  await client.send({ case: "disconnect", value: true });
  await client.ended;
  assert.equal(client.strayBytes, before);
});

Deno.test("SimulatedNode.steal() ends the connection in order, and counts as another client", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  node.steal();
  assert.equal(await client.ended, "eof");
  assert.deepEqual(node.connections, { dialed: 1, accepted: 2, closed: 1, kicked: 1, current: false });
  await using back = await connect(node);
  await back.handshake(ONLY_CONFIG);
});

Deno.test("SimulatedNode.reboot() ends the connection, refuses for a while, and forgets the time and what waited", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  node.station.setTime(1_800_000_000);
  node.reset();
  await client.ended;
  node.receiveFromMesh(textPacket("lost", { from: FRIEND }));
  const listening = node.waitFor("listening");
  node.reboot(2000);
  await assert.rejects(dial(node), { name: "ConnectionRefused" });
  await node.fake.tick(2000);
  await listening;
  await using next = await connect(node);
  const answers = await next.handshake(ONLY_CONFIG);
  const first = answers[0]?.payloadVariant;
  assert.ok(first?.case === "myInfo" && first.value.rebootCount === 1);
  assert.deepEqual([node.queued, node.station.timeS()], [0, 0]);
});

Deno.test("SimulatedNode.reboot() with another firmware is that firmware from then on", async () => {
  await using node = await startStillNode({ firmware: "2.6.11" });
  const { release } = node.station.firmware;
  node.reboot(0, "2.8.0");
  assert.notEqual(node.station.firmware.release, release);
  await using client = await connect(node);
  const told = await client.handshake(ONLY_CONFIG);
  const releases = told.flatMap(({ payloadVariant }) => payloadVariant.case === "metadata" ? [payloadVariant.value.firmwareVersion] : []);
  assert.deepEqual(releases, [node.station.firmware.release]);
  node.reboot(0);
  assert.equal(node.station.firmware.release, releases[0]);
});

Deno.test("SimulatedNode restarts when its client asks for it", async () => {
  await using node = await startStillNode();
  await using client = await connectReady(node);
  // AdminMessage.reboot_seconds = 5.
  await client.sendPacket(dataPacket(6, new Uint8Array([0x88, 0x06, 5]), { to: node.nodeNum }));
  await client.barrier();
  await node.fake.tick(5000);
  assert.equal(await client.ended, "eof");
  assert.equal(node.station.rebootCount, 1);
});

Deno.test("SimulatedNode closes a client that does not read, 10 s after its buffers are full", async () => {
  await using node = await startStillNode({ queueSize: 20_000 });
  const accepted = node.waitFor("accept");
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: node.port });
  await accepted;
  const configured = node.waitFor("configured");
  await conn.write(new Uint8Array([0x94, 0xc3, 0, 4, 0x18, 0xac, 0x9e, 0x04]));
  await configured;
  const payload = new Uint8Array(230).fill(65);
  for (let n = 0; n < 20_000; n += 1) node.receiveFromMesh(textPacket(payload, { from: FRIEND }));
  const closed = node.waitFor("closed");
  const startedAtMs = node.fake.nowMs();
  while (node.connections.current) {
    // A turn of the event loop for the socket, a second for the clock.
    await new Promise((resolve) => setTimeout(resolve, 0));
    await node.fake.tick(1000);
  }
  assert.equal((await closed).cause, "stalled");
  assert.ok(node.fake.nowMs() - startedAtMs >= 10_000);
  assert.ok(node.queued > 0, "the rest is kept");
});

Deno.test("SimulatedNode leaves out what fits no frame, and goes on", async () => {
  await using node = await startStillNode({ nodes: [{ num: 5, longName: "x".repeat(600) }, { num: 6, longName: "x".repeat(300) }] });
  await using client = await connect(node);
  const nums = (await client.handshake(1)).flatMap(({ payloadVariant }) =>
    payloadVariant.case === "nodeInfo" ? [payloadVariant.value.num] : []
  );
  assert.deepEqual(nums, [node.nodeNum, 6]);
});

Deno.test("startSimulatedNode() rejects when the port is taken, and leaves nothing behind", async () => {
  await using node = await startStillNode();
  await assert.rejects(startSimulatedNode({ port: node.port }), { code: "EADDRINUSE" });
});

Deno.test("SimulatedNode.waitFor() rejects when the node is stopped first", async () => {
  const node: StillNode = await startStillNode();
  const waiting = node.waitFor("accept");
  await node.stop();
  await assert.rejects(waiting, /stopped/);
});
