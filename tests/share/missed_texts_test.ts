import assert from "node:assert/strict";
import { PortNum } from "../../src/link/enums.ts";
import { encode } from "../../src/link/codec.ts";
import { MissedTexts } from "../../src/share/missed_texts.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { connectFrom, type ShareClient } from "../support/share_client.ts";
import { type ShareRig, shareRig } from "../support/share_rig.ts";
import { dataPacket, textPacket } from "../support/sim.ts";
import { passTime, socketsSettle } from "../support/unhurried.ts";

const ALICE = 0x1000;
const HOUR_MS = 3_600_000;

/** The texts and what stood right before them. */
function received(client: ShareClient): (number | string)[] {
  return client.messages.flatMap(({ payloadVariant }): (number | string)[] =>
    payloadVariant.case === "packet" ? [payloadVariant.value.id] : payloadVariant.case === "configCompleteId" ? ["complete"] : []
  );
}

/** Nobody is connected any more. */
async function empty(rig: ShareRig): Promise<void> {
  while (rig.share.view.clients.length > 0) await socketsSettle();
}

async function upToNow(client: ShareClient): Promise<(number | string)[]> {
  await client.send({ case: "heartbeat", value: {} });
  await client.take("queueStatus");
  return received(client);
}

Deno.test("Share gives a client that comes back the texts since its last visit, with their bytes, behind the handshake", async () => {
  const clock = createFakeClock();
  const fromRadio: Uint8Array[] = [];
  await using rig = await shareRig({
    clock,
    onFromRadio: (message, bytes) => message.payloadVariant.case === "packet" && fromRadio.push(bytes),
  });
  const port = await rig.port();
  const come = async (address: string) => {
    const client = await connectFrom(address, port, rig.node.nodeNum);
    await client.handshake(69420);
    return client;
  };
  const say = (id: number) => rig.node.receiveFromMesh(textPacket(`text ${id}`, { from: ALICE, id }));
  const phone = await come("127.0.0.1");
  say(1);
  await phone.packet(({ id }) => id === 1);
  await phone.send({ case: "disconnect", value: true });
  await phone.ended;
  fromRadio.length = 0;
  say(2);
  rig.node.receiveFromMesh(dataPacket(PortNum.POSITION_APP, encode("Position", {}), { from: ALICE, id: 3 }));
  say(4);
  await socketsSettle();
  await using back = await come("127.0.0.1");
  assert.deepEqual(await upToNow(back), ["complete", 2, 4]);
  assert.deepEqual(back.payloads.filter((bytes) => bytes[0] === (2 << 3 | 2)), [fromRadio[0], fromRadio[2]]);
  // The handshake that follows on the same connection brings them no second time.
  await using second = await come("127.0.0.1");
  assert.deepEqual(await upToNow(second), ["complete"]);
});

Deno.test("Share gives missed texts to no address that is new, and to none with another client connected", async () => {
  await using rig = await shareRig({ clock: createFakeClock(), config: { allow: [{ cidr: "127.0.0.2", role: "full" }] } });
  const port = await rig.port();
  const come = async (address: string) => {
    const client = await connectFrom(address, port, rig.node.nodeNum);
    await client.handshake(69420);
    return client;
  };
  const first = await come("127.0.0.1");
  await using stays = await come("127.0.0.1");
  first.close();
  await socketsSettle();
  rig.node.receiveFromMesh(textPacket("text", { from: ALICE, id: 1 }));
  await stays.packet(({ id }) => id === 1);
  await using again = await come("127.0.0.1");
  assert.deepEqual(await upToNow(again), ["complete"]);
  await using stranger = await come("127.0.0.2");
  assert.deepEqual(await upToNow(stranger), ["complete"]);
});

Deno.test("Share leaves a client's own texts out of what it missed, and a probe of the port changes nothing", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  const port = await rig.port();
  const phone = await connectFrom("127.0.0.1", port, rig.node.nodeNum);
  await phone.handshake(69420);
  await phone.sendPacket(textPacket("mine", { id: 5 }));
  await phone.take("queueStatus");
  phone.close();
  await empty(rig);
  // The node is transmitting until then.
  await passTime(clock, 3000);
  rig.node.receiveFromMesh(textPacket("text", { from: ALICE, id: 6 }));
  await passTime(clock, 500);
  const probe = await connectFrom("127.0.0.1", port, rig.node.nodeNum);
  while (rig.share.view.clients.length === 0) await socketsSettle();
  probe.close();
  await empty(rig);
  await using back = await connectFrom("127.0.0.1", port, rig.node.nodeNum);
  await back.handshake(69420);
  assert.deepEqual(await upToNow(back), ["complete", 6]);
});

Deno.test("MissedTexts keeps 100 texts of 24 hours, over a restart too", async () => {
  const clock = createFakeClock();
  let file: unknown;
  const kept = {
    read: <T>(parse: (value: unknown) => T) => Promise.resolve(file === undefined ? undefined : parse(file)),
    write: (value: unknown) => void (file = JSON.parse(JSON.stringify(value))),
  };
  const texts = new MissedTexts({ clock, file: kept });
  await texts.load();
  assert.deepEqual(texts.since("a"), { from: 0, texts: [] });
  texts.left("a", 0);
  for (let index = 0; index < 150; index += 1) texts.add(new Uint8Array([index]), index === 149 ? "a" : undefined);
  assert.deepEqual(texts.since("a").texts.map(({ bytes }) => bytes[0]), Array.from({ length: 99 }, (_, index) => 50 + index));
  await clock.tick(23 * HOUR_MS);
  texts.add(new Uint8Array([200]));
  await clock.tick(HOUR_MS + 1);
  const later = new MissedTexts({ clock, file: kept });
  await later.load();
  assert.deepEqual(later.since("a").texts.map(({ bytes }) => bytes[0]), [200]);
  assert.equal(later.add(new Uint8Array([1])).textNumber, 152);
  file = { next: "x" };
  await assert.rejects(new MissedTexts({ clock, file: kept }).load(), TypeError);
});

Deno.test("MissedTexts keeps a text for 24 hours, to the millisecond", async () => {
  const clock = createFakeClock();
  const texts = new MissedTexts({ clock });
  texts.left("a", 0);
  const { bytes } = texts.add(new Uint8Array([1]));
  await clock.tick(24 * HOUR_MS);
  assert.deepEqual(texts.since("a").texts.map((text) => text.bytes), [bytes]);
  await clock.tick(1);
  assert.deepEqual(texts.since("a"), { from: 0, texts: [] });
});

Deno.test("MissedTexts.since() begins behind the text that the address had last; a new address has missed nothing", () => {
  const texts = new MissedTexts({ clock: createFakeClock() });
  assert.equal(texts.newest, 0);
  const numbers = [1, 2, 3].map((byte) => texts.add(new Uint8Array([byte])).textNumber);
  assert.deepEqual([numbers, texts.newest], [[1, 2, 3], 3]);
  texts.left("a", 2);
  assert.deepEqual([texts.since("a").from, texts.since("a").texts.map(({ textNumber }) => textNumber)], [2, [3]]);
  assert.deepEqual(texts.since("b"), { from: 3, texts: [] });
  texts.clear();
  assert.deepEqual([texts.since("a"), texts.newest], [{ from: 3, texts: [] }, 3]);
});

Deno.test("MissedTexts remembers 200 addresses, and forgets whose client left longest ago", () => {
  const texts = new MissedTexts({ clock: createFakeClock() });
  texts.add(new Uint8Array([1]));
  for (let number = 1; number <= 200; number += 1) texts.left(`a${number}`, 0);
  texts.left("a1", 0);
  const missed = (address: string) => texts.since(address).texts.length;
  assert.deepEqual([missed("a1"), missed("a2")], [1, 1]);
  texts.left("a201", 0);
  assert.deepEqual([missed("a1"), missed("a2"), missed("a3"), missed("a201")], [1, 0, 1, 1]);
});

Deno.test("MissedTexts writes each change to its file, and refuses a file that is not its own", async () => {
  let file: unknown;
  const kept = {
    read: <T>(parse: (value: unknown) => T) => Promise.resolve(file === undefined ? undefined : parse(file)),
    write: (value: unknown) => void (file = JSON.parse(JSON.stringify(value))),
  };
  const clock = createFakeClock();
  const texts = new MissedTexts({ clock, file: kept });
  texts.add(new Uint8Array([1, 255]), "b");
  texts.left("a", 0);
  const good = { next: 2, texts: [{ number: 1, atWallMs: clock.wallMs(), bytes: "Af8=", sender: "b" }], cursors: [["a", 0]] };
  assert.deepEqual(file, good);
  const later = new MissedTexts({ clock, file: kept });
  later.add(new Uint8Array([9]));
  later.add(new Uint8Array([8]));
  file = good;
  await later.load();
  // What came while the file was read stands behind what was in it.
  assert.equal(later.newest, 4);
  assert.deepEqual(later.since("a").texts.map(({ bytes }) => [...bytes]), [[1, 255], [9], [8]]);
  texts.clear();
  assert.deepEqual(file, { next: 2, texts: [], cursors: [] });
  for (let count = 0; count < 150; count += 1) texts.add(new Uint8Array([1]));
  assert.equal((file as typeof good).texts.length, 100);
  const [text] = good.texts;
  const bad: unknown[] = [
    null,
    7,
    {},
    { ...good, next: 1.5 },
    { ...good, texts: {} },
    { ...good, cursors: {} },
    { ...good, texts: [{ ...text, number: "1" }] },
    { ...good, texts: [{ ...text, atWallMs: null }] },
    { ...good, texts: [{ ...text, bytes: 7 }] },
    { ...good, texts: [text, { ...text, bytes: 7 }] },
    { ...good, cursors: ["a0"] },
    { ...good, cursors: [[0, 0]] },
    { ...good, cursors: [["a", "0"]] },
    { ...good, cursors: [["a", 0], ["a", 1.5]] },
  ];
  for (const value of bad) {
    file = value;
    await assert.rejects(new MissedTexts({ clock, file: kept }).load(), TypeError, JSON.stringify(value));
  }
});

Deno.test("MissedTexts.has() knows a text by its sender and id, over a restart too", async () => {
  const clock = createFakeClock();
  let file: unknown;
  const kept = {
    read: <T>(parse: (value: unknown) => T) => Promise.resolve(file === undefined ? undefined : parse(file)),
    write: (value: unknown) => void (file = JSON.parse(JSON.stringify(value))),
  };
  const bytesOf = (from: number, id: number, text: string) =>
    encode("FromRadio", { payloadVariant: { case: "packet", value: textPacket(text, { from, id }) } });
  const texts = new MissedTexts({ clock, file: kept });
  texts.add(bytesOf(ALICE, 7, "one"));
  texts.add(bytesOf(ALICE, 0, "two"));
  const later = new MissedTexts({ clock, file: kept });
  await later.load();
  for (const known of [texts, later]) {
    // Its bytes may differ: the time of the packet is that of its sending.
    assert.equal(known.has(bytesOf(ALICE, 7, "other")), true);
    assert.equal(known.has(bytesOf(ALICE, 8, "one")), false);
    assert.equal(known.has(bytesOf(ALICE + 1, 7, "one")), false);
    assert.equal(known.has(bytesOf(ALICE, 0, "two")), false);
    assert.equal(known.has(new Uint8Array([1])), false);
  }
});

Deno.test("Share knows what a connected client has had, should the program be killed", async () => {
  let file = { cursors: [] as [string, number][] };
  const kept = { read: () => Promise.resolve(undefined), write: (value: unknown) => void (file = JSON.parse(JSON.stringify(value))) };
  await using rig = await shareRig({ clock: createFakeClock(), share: { file: kept } });
  await using phone = await connectFrom("127.0.0.1", await rig.port(), rig.node.nodeNum);
  await phone.handshake(69420);
  for (const id of [1, 2]) {
    rig.node.receiveFromMesh(textPacket("text", { from: ALICE, id }));
    await phone.packet((packet) => packet.id === id);
    await socketsSettle();
    assert.deepEqual(file.cursors, [["127.0.0.1", id]]);
  }
});

Deno.test("MissedTexts.had() moves forward only", () => {
  const texts = new MissedTexts({ clock: createFakeClock() });
  for (let count = 0; count < 4; count += 1) texts.add(new Uint8Array([count]));
  texts.had("a", 3);
  texts.had("a", 2);
  assert.deepEqual(texts.since("a").texts.map(({ bytes }) => bytes[0]), [3]);
  texts.had("a", 4);
  assert.deepEqual(texts.since("a"), { from: 4, texts: [] });
});
