import assert from "node:assert/strict";
import { decode, encode, make } from "../../src/link/codec.ts";
import { PortNum, RoutingError } from "../../src/link/enums.ts";
import type { FromRadio, MeshPacket } from "../../src/link/messages.ts";
import { FanOut } from "../../src/share/fan_out.ts";
import { MissedTexts } from "../../src/share/missed_texts.ts";
import { RequestTable } from "../../src/share/request_table.ts";
import type { SideChannels } from "../../src/share/side_channels.ts";
import { bytesField, join, varintField } from "../../src/share/wire.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { passTime, unhurried } from "../support/unhurried.ts";
import { connectFrom } from "../support/share_client.ts";
import { shareRig } from "../support/share_rig.ts";
import { dataPacket, routingOf, type TestClient, textOf, textPacket } from "../support/sim.ts";
import { fromRadio, listener } from "./support.ts";

const ALICE = 0x1000;

/** The client has been told everything up to now. */
async function upToNow(client: TestClient): Promise<FromRadio[]> {
  await client.send({ case: "heartbeat", value: {} });
  return (await client.until(({ payloadVariant }) => payloadVariant.case === "queueStatus" && payloadVariant.value.meshPacketId === 0))
    .slice(0, -1);
}

Deno.test("Share gives every packet from the mesh to every client with the radio's own bytes", async () => {
  const fromRadio: Uint8Array[] = [];
  await using rig = await shareRig({
    clock: createFakeClock(),
    onFromRadio: (message, bytes) => message.payloadVariant.case === "packet" && fromRadio.push(bytes),
  });
  const port = await rig.port();
  await using one = await connectFrom("127.0.0.1", port, rig.node.nodeNum);
  await using other = await connectFrom("127.0.0.1", port, rig.node.nodeNum);
  for (const client of [one, other]) {
    await client.handshake(69420);
    client.payloads.length = 0;
  }
  fromRadio.length = 0;
  for (let id = 1; id <= 30; id += 1) {
    rig.node.receiveFromMesh({ ...textPacket(`text ${id}`, { from: ALICE + id % 3, id }), hopLimit: 2, hopStart: 3, rxSnr: 1.25 });
  }
  for (const client of [one, other]) {
    await client.packet(({ id }) => id === 30);
    assert.deepEqual(client.payloads, fromRadio);
  }
});

Deno.test("Share passes packets on with fields that nobody knows", async () => {
  await using rig = await shareRig({ clock: createFakeClock() });
  await using client = await connectFrom("127.0.0.1", await rig.port(), rig.node.nodeNum);
  await client.handshake(69420);
  const packet = join([
    encode("MeshPacket", textPacket("hello", { from: ALICE, id: 9, pkiEncrypted: true })),
    bytesField(200, new Uint8Array([1, 2])),
  ]);
  const bytes = join([varintField(1, 5), bytesField(2, packet)]);
  rig.share.fromRadio(
    { payloadVariant: { case: "packet", value: textPacket("hello", { from: ALICE, id: 9 }) } } as unknown as FromRadio,
    bytes,
  );
  await client.packet(({ id }) => id === 9);
  assert.deepEqual(client.payloads.at(-1), bytes);
});

Deno.test("Share gives nothing to a client before its first handshake", async () => {
  await using rig = await shareRig({ clock: createFakeClock() });
  await using silent = await rig.client();
  await using ready = await rig.ready();
  rig.node.receiveFromMesh(textPacket("hello", { from: ALICE, id: 3 }));
  await ready.packet(({ id }) => id === 3);
  assert.deepEqual(await upToNow(silent), []);
});

Deno.test("Share gives acknowledgements, administrative answers and answers to a request to the client that asked", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock, node: { nodes: [{ num: ALICE, longName: "Alice", shortName: "Ali" }] } });
  await using asker = await rig.ready();
  await using other = await rig.ready();
  const text = textPacket("hi", { to: ALICE, id: 500, wantAck: true });
  const transmitted = rig.node.waitFor("transmit");
  await asker.sendPacket(text);
  await unhurried(clock, transmitted);
  assert.deepEqual((await asker.take("queueStatus")).meshPacketId, 500);
  // A neighbour repeats it.
  rig.node.receiveFromMesh({ ...text, from: rig.node.nodeNum });
  assert.equal((await asker.routing(500)).error, RoutingError.NONE);
  await asker.sendPacket(dataPacket(PortNum.TRACEROUTE_APP, new Uint8Array(0), { to: ALICE, id: 501 }, { wantResponse: true }));
  await asker.take("queueStatus", ({ meshPacketId }) => meshPacketId === 501);
  rig.node.receiveFromMesh(
    dataPacket(PortNum.TRACEROUTE_APP, new Uint8Array(0), { from: ALICE, to: rig.node.nodeNum, id: 77 }, { requestId: 501 }),
  );
  await asker.packet(({ id }) => id === 77);
  await asker.barrier();
  const told = await upToNow(other);
  assert.deepEqual(
    told.map(({ payloadVariant }) =>
      payloadVariant.case === "packet" ? [payloadVariant.value.id, payloadVariant.value.from] : payloadVariant.case
    ),
    [
      [500, rig.node.nodeNum],
      [501, rig.node.nodeNum],
    ],
  );
});

Deno.test("Share tells the other clients what one of them sends, with the time, and not its sender", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  await using sender = await rig.ready();
  await using other = await rig.ready();
  await sender.sendPacket(textPacket("hello all", { id: 42 }));
  const seen = await other.packet(({ id }) => id === 42);
  assert.deepEqual([textOf(seen), seen.from, seen.rxTime], ["hello all", rig.node.nodeNum, Math.floor(clock.wallMs() / 1000)]);
  await sender.take("queueStatus");
  assert.deepEqual((await upToNow(sender)).filter(({ payloadVariant }) => payloadVariant.case === "packet"), []);
  rig.botSays("an answer");
  await passTime(clock, 2200);
  for (const client of [sender, other]) assert.equal(textOf(await client.packet()), "an answer");
});

Deno.test("Share gives each of two clients with the same packet id its own answers", async () => {
  await using rig = await shareRig({ clock: createFakeClock() });
  await using one = await rig.ready();
  await using two = await rig.ready();
  const request = (id: number) =>
    dataPacket(PortNum.ADMIN_APP, encode("AdminMessage", { payloadVariant: { case: "getDeviceMetadataRequest", value: true } }), {
      id,
      to: rig.node.nodeNum,
    }, { wantResponse: true });
  for (const client of [one, two]) {
    await client.sendPacket(request(600));
    assert.equal((await client.take("queueStatus", ({ meshPacketId }) => meshPacketId !== 0)).meshPacketId, 600);
    const answer = await client.packet();
    assert.equal(answer.payloadVariant.case === "decoded" && answer.payloadVariant.value.requestId, 600);
  }
  assert.deepEqual((await upToNow(one)).length, 0);
});

Deno.test("Share maps the id of a reply back for the client whose id was taken, and for no other", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  await using one = await rig.ready();
  await using two = await rig.ready();
  await one.sendPacket(textPacket("first", { id: 700 }));
  await one.take("queueStatus");
  await two.packet(({ id }) => id === 700);
  const onAir = rig.node.waitFor(
    "toRadio",
    ({ message }) => message.payloadVariant.case === "packet" && textOf(message.payloadVariant.value) === "second",
  );
  await two.sendPacket(textPacket("second", { id: 700 }));
  await passTime(clock, 2200);
  const sent = (await onAir).message.payloadVariant;
  const radioId = sent.case === "packet" ? sent.value.id : 0;
  assert.ok(radioId !== 700 && radioId !== 0);
  assert.equal((await one.packet(({ from }) => from === rig.node.nodeNum)).id, radioId);
  rig.node.receiveFromMesh(textPacket("a reply", { from: ALICE, id: 701, replyId: radioId }));
  const replies = await Promise.all([one, two].map(async (client) => {
    const { payloadVariant } = await client.packet(({ id }) => id === 701);
    return payloadVariant.case === "decoded" ? payloadVariant.value.replyId : 0;
  }));
  assert.deepEqual(replies, [radioId, 700]);
});

Deno.test("Share forwards no heartbeat, answers each at once, and ends a connection that takes its leave", async () => {
  await using rig = await shareRig({ clock: createFakeClock() });
  await using client = await rig.ready();
  const beats: number[] = [];
  rig.node.on("toRadio", ({ message }) => message.payloadVariant.case === "heartbeat" && beats.push(message.payloadVariant.value.nonce));
  await client.send({ case: "heartbeat", value: { nonce: 0 } }, { case: "heartbeat", value: { nonce: 1 } });
  for (const _ of [0, 1]) assert.deepEqual([(await client.take("queueStatus")).res], [0]);
  await client.send({ case: "disconnect", value: true });
  assert.equal(await client.ended, "eof");
  assert.deepEqual(beats, []);
  assert.equal(rig.link.state.kind, "ready");
  assert.deepEqual(rig.share.view.clients, []);
});

Deno.test("Share gives notices that name a packet to its sender, others to all", async () => {
  await using rig = await shareRig({ clock: createFakeClock() });
  await using one = await rig.ready();
  await using two = await rig.ready();
  await one.sendPacket(textPacket("x", { id: 800 }));
  await one.take("queueStatus");
  const say = (replyId: number) => {
    const value = { message: `about ${replyId}`, ...(replyId === 0 ? {} : { replyId }) };
    rig.share.fromRadio(
      { payloadVariant: { case: "clientNotification", value } } as FromRadio,
      encode("FromRadio", { payloadVariant: { case: "clientNotification", value } }),
    );
  };
  for (const id of [800, 801, 0]) say(id);
  const texts = (messages: FromRadio[]) =>
    messages.flatMap(({ payloadVariant }) => payloadVariant.case === "clientNotification" ? [payloadVariant.value.message] : []);
  assert.deepEqual(texts(await upToNow(one)), ["about 800", "about 0"]);
  assert.deepEqual(texts(await upToNow(two)), ["about 0"]);
});

Deno.test("Share hides strangers' commands and their answers from clients when it is told to", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({
    clock,
    node: { nodes: [{ num: ALICE, longName: "Alice", shortName: "Ali" }] },
    config: { hide_bot_traffic: true },
    share: { isBotTraffic: (packet) => textOf(packet)?.startsWith("/") === true },
  });
  await using client = await rig.ready();
  rig.node.receiveFromMesh(textPacket("/ping", { from: ALICE, to: rig.node.nodeNum, id: 900 }));
  rig.node.receiveFromMesh(textPacket("hello", { from: ALICE, to: rig.node.nodeNum, id: 901 }));
  await client.packet(({ id }) => id === 901);
  const given = rig.node.waitFor("transmit", ({ packet }) => packet.to === ALICE);
  rig.botSays("pong", { to: ALICE, answers: 900 });
  await unhurried(clock, given);
  assert.deepEqual((await upToNow(client)).filter(({ payloadVariant }) => payloadVariant.case === "packet").length, 0);
  assert.deepEqual(
    client.messages.flatMap(({ payloadVariant }) =>
      payloadVariant.case === "packet" && routingOf(payloadVariant.value) === undefined ? [payloadVariant.value.id] : []
    ),
    [901],
  );
});

/** Fanning out alone, to two clients that listen and one that does not. */
function fanRig(hides: (packet: MeshPacket) => boolean = () => false) {
  const clock = createFakeClock();
  const [one, two, deaf] = [listener(clock), listener(clock, { role: "no-admin", number: 2 }), listener(clock)];
  Object.defineProperty(deaf.client, "listens", { value: false });
  const table = new RequestTable(() => false);
  const texts = new MissedTexts({ clock });
  const aside: string[] = [];
  const fanOut = new FanOut({
    clients: () => [one, two, deaf].map(({ client }) => client),
    table,
    texts,
    sideChannels: { xmodemTo: () => void aside.push("xmodem"), mqttTo: () => void aside.push("mqtt") } as unknown as SideChannels,
    hides,
  });
  const say = (...variants: Variant[]) => {
    for (const variant of variants) fanOut.take(...fromRadio(variant));
  };
  /** What each client was told since the last time. */
  const told = () =>
    [one, two, deaf].map(({ outlet }) => outlet.payloads.splice(0).map(({ bytes }) => decode("FromRadio", bytes).payloadVariant));
  return { one: one.client, two: two.client, table, texts, aside, fanOut, say, told };
}

type Variant = Parameters<typeof fromRadio>[0];

function status(meshPacketId: number, res = 0): Variant {
  return { case: "queueStatus", value: { res, free: 3, maxlen: 16, meshPacketId } };
}

Deno.test("FanOut gives one report a packet to whoever sent it, under its own id; that it was not taken is news", () => {
  const { one, table, say, told } = fanRig();
  table.add(one, 5);
  const taken = () =>
    told().map((messages) => messages.map((message) => message.case === "queueStatus" && [message.value.meshPacketId, message.value.res]));
  say(status(5), status(5), status(5, 35), status(0), status(6));
  assert.deepEqual(taken(), [[[5, 0]], [], []]);
  say(status(5, 33));
  assert.deepEqual(taken(), [[[5, 33]], [], []]);
  const { request, radioId } = table.add(one, 5);
  // No room: it is tried again while the outbox follows it.
  say(status(radioId, 32));
  assert.deepEqual(taken(), [[], [], []]);
  request.open = false;
  say(status(radioId, 32));
  assert.deepEqual(taken(), [[[5, 32]], [], []]);
});

Deno.test("FanOut gives an answer to whoever asked, remembers a verdict, and holds a limit back that is tried again", () => {
  const { one, two, table, say, told } = fanRig();
  const { request } = table.add(one, 5);
  const answer = (payload: Uint8Array, portnum: number = PortNum.ROUTING_APP, requestId = 5) =>
    say({ case: "packet", value: dataPacket(portnum, payload, { from: ALICE, id: 77 }, { requestId }) });
  const routing = (error: number) => encode("Routing", { variant: { case: "errorReason", value: error as never } });
  const counts = () => told().map(({ length }) => length);
  answer(routing(RoutingError.RATE_LIMIT_EXCEEDED));
  assert.deepEqual([counts(), request.verdictTold], [[0, 0, 0], false]);
  answer(new Uint8Array([1]), PortNum.TELEMETRY_APP);
  assert.deepEqual([counts(), request.verdictTold], [[1, 0, 0], false]);
  answer(encode("Routing", { variant: { case: "routeRequest", value: {} } } as never));
  assert.deepEqual([counts(), request.verdictTold], [[1, 0, 0], false]);
  answer(new Uint8Array([0xff]));
  assert.deepEqual([counts(), request.verdictTold], [[1, 0, 0], false]);
  answer(new Uint8Array(0));
  assert.deepEqual([counts(), request.verdictTold], [[1, 0, 0], true]);
  const other = table.add(two, 6).request;
  answer(routing(RoutingError.NO_CHANNEL), PortNum.ROUTING_APP, 6);
  assert.deepEqual([counts(), other.verdictTold], [[0, 1, 0], true]);
  request.open = false;
  answer(routing(RoutingError.RATE_LIMIT_EXCEEDED));
  assert.deepEqual(counts(), [1, 0, 0]);
  // Answers to nobody's packets are nobody's business.
  for (const portnum of [PortNum.ROUTING_APP, PortNum.ADMIN_APP]) answer(new Uint8Array(0), portnum, 999);
  assert.deepEqual(counts(), [0, 0, 0]);
});

Deno.test("FanOut gives a notice to whom it names, under its own id, to nobody when nobody is, and to all without a name", () => {
  const { one, table, say, told } = fanRig();
  table.add(one, 1);
  const { radioId } = table.add(one, 1);
  const notice = (replyId?: number): Variant => ({
    case: "clientNotification",
    value: { message: "x", ...(replyId === undefined ? {} : { replyId }) },
  });
  const replies = () =>
    told().map((messages) => messages.map((message) => message.case === "clientNotification" && (message.value.replyId ?? 0)));
  say(notice(1), notice(radioId), notice(999));
  assert.deepEqual(replies(), [[1, 1], [], []]);
  say(notice(0), notice());
  assert.deepEqual(replies(), [[0, 0], [0, 0], []]);
});

Deno.test("FanOut tells restarts to all, the log to clients with all rights, and transfers and MQTT to whom they belong", () => {
  const { say, told, aside, fanOut } = fanRig();
  say({ case: "rebooted", value: true }, { case: "logRecord", value: { message: "x" } });
  assert.deepEqual(told().map((messages) => messages.map((message) => message.case)), [["rebooted", "logRecord"], ["rebooted"], []]);
  for (const kind of ["xmodemPacket", "mqttClientProxyMessage", "fileInfo"]) {
    fanOut.take({ payloadVariant: { case: kind, value: {} } } as unknown as FromRadio, new Uint8Array(0));
  }
  assert.deepEqual([aside, told()], [["xmodem", "mqtt"], [[], [], []]]);
});

Deno.test("FanOut keeps texts alone for those who are away, and none that are hidden", () => {
  const { say, told, texts, fanOut, one } = fanRig(({ id }) => id === 9);
  texts.left("away", 0);
  say(
    { case: "packet", value: textPacket("hello", { from: ALICE, id: 7 }) },
    { case: "packet", value: dataPacket(PortNum.POSITION_APP, new Uint8Array(0), { from: ALICE, id: 8 }) },
    { case: "packet", value: textPacket("hidden", { from: ALICE, id: 9 }) },
    { case: "packet", value: { from: ALICE, id: 10, payloadVariant: { case: "encrypted", value: new Uint8Array([1]) } } },
  );
  const ids = () => told().map((messages) => messages.map((message) => message.case === "packet" && message.value.id));
  assert.deepEqual([ids(), texts.since("away").texts.length], [[[7, 8, 10], [7, 8, 10], []], 1]);
  const sent = make("MeshPacket", textPacket("mine", { from: 5, id: 11 }));
  fanOut.echo(sent, fromRadio({ case: "packet", value: sent })[1], one);
  assert.deepEqual([ids(), texts.since("away").texts.length, one.lastTextNumber, texts.since("127.0.0.1").from], [[[], [11], []], 2, 2, 2]);
});

Deno.test("FanOut tells a text that is given to the radio once more, under the same id, only once", () => {
  const { fanOut, texts, told } = fanRig();
  const echo = (id: number, text: string) => {
    const packet = make("MeshPacket", textPacket(text, { from: 0xa1b2_0a01, id }));
    fanOut.echo(packet, encode("FromRadio", { payloadVariant: { case: "packet", value: packet } }), undefined);
  };
  const heard = () => told().map((messages) => messages.map((message) => message.case === "packet" && message.value.id));
  echo(7, "pong");
  echo(7, "pong");
  echo(8, "pong");
  assert.deepEqual(heard(), [[7, 8], [7, 8], []]);
  assert.equal(texts.newest, 2);
  // Without an id nothing says that it is the same.
  echo(0, "pong");
  echo(0, "pong");
  assert.deepEqual(heard(), [[0, 0], [0, 0], []]);
});
