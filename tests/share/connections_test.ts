import assert from "node:assert/strict";
import { encode } from "../../src/link/codec.ts";
import type { FromRadio } from "../../src/link/messages.ts";
import { MAX_UNREAD_BYTES } from "../../src/share/client.ts";
import { createShare } from "../../src/share/share.ts";
import { bytesField, varintField } from "../../src/share/wire.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { connectFrom, type ShareClient } from "../support/share_client.ts";
import { SHARE_CONFIG, type ShareRig, shareRig } from "../support/share_rig.ts";
import { textPacket } from "../support/sim.ts";
import { passTime, socketsSettle } from "../support/unhurried.ts";

const MINUTE_MS = 60_000;

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await socketsSettle();
}

/** The radio says something whose kind the field table does not know. */
function say(rig: ShareRig, kind: string, bytes: Uint8Array): void {
  rig.share.fromRadio({ payloadVariant: { case: kind, value: {} } } as unknown as FromRadio, bytes);
}

Deno.test("Share closes a client that it hears nothing of for 15 minutes, and no other", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  await using quiet = await rig.ready();
  await using alive = await rig.ready();
  await clock.tick(10 * MINUTE_MS);
  await alive.send({ case: "heartbeat", value: {} });
  await alive.take("queueStatus");
  await clock.tick(5 * MINUTE_MS);
  assert.equal(await quiet.ended, "eof");
  assert.deepEqual(rig.share.view.clients.map(({ number }) => number), [2]);
});

Deno.test("Share closes a client that does not read when a mebibyte waits for it; the others lose nothing", async () => {
  await using rig = await shareRig({ clock: createFakeClock() });
  const slow = await Deno.connect({ hostname: "127.0.0.1", port: await rig.port() });
  await slow.write(new Uint8Array([0x94, 0xc3, 0, 2, 3 << 3, 5]));
  await until(() => (rig.share.view.clients[0]?.toClient ?? 0) > 0);
  await using reader = await rig.ready();
  let sent = 0;
  let most = 0;
  while (rig.share.view.clients.length === 2) {
    for (let count = 0; count < 100; count += 1) {
      const packet = encode("MeshPacket", textPacket("x".repeat(200), { from: 0x1000, id: sent += 1 }));
      rig.share.fromRadio(
        { payloadVariant: { case: "packet", value: textPacket("x", { from: 0x1000, id: sent }) } } as unknown as FromRadio,
        bytesField(2, packet),
      );
    }
    most = Math.max(most, ...rig.share.view.clients.map(({ unreadBytes }) => unreadBytes));
    await socketsSettle();
    assert.ok(sent < 200_000, "it is never closed");
  }
  assert.ok(most <= MAX_UNREAD_BYTES, String(most));
  await reader.packet(({ id }) => id === sent);
  const ids = reader.messages.flatMap(({ payloadVariant }) => payloadVariant.case === "packet" ? [payloadVariant.value.id] : []);
  assert.deepEqual(ids, Array.from({ length: sent }, (_, index) => index + 1));
  slow.close();
});

Deno.test("Share finds a client's frames behind garbage, and takes no frame that is too long", async () => {
  await using rig = await shareRig({ clock: createFakeClock() });
  await using client = await rig.client();
  const heartbeat = [0x94, 0xc3, 0, 2, 7 << 3 | 2, 0];
  await client.write(new Uint8Array([1, 2, 0x94, 0x94, 0xc3, 2, 1, ...new Array(40).fill(0xc3), ...heartbeat, 0x94, 7, ...heartbeat]));
  await client.take("queueStatus");
  await client.take("queueStatus");
  for (const byte of heartbeat) await client.write(new Uint8Array([byte]));
  await client.take("queueStatus");
  // No ToRadio, a field without an end, a packet that is none: the connection goes on.
  await client.write(new Uint8Array([0x94, 0xc3, 0, 0, 0x94, 0xc3, 0, 1, 0xff, 0x94, 0xc3, 0, 3, 10, 1, 0xff, ...heartbeat]));
  await client.take("queueStatus");
  assert.equal(client.messages.length, 4);
});

Deno.test("Share lets 30 clients of one address in, and no address that is not listed", async () => {
  await using rig = await shareRig({ clock: createFakeClock(), config: { allow: [{ cidr: "127.0.0.2", role: "full" }] } });
  const clients = [];
  for (let count = 0; count < 30; count += 1) clients.push(await rig.client());
  await until(() => rig.share.view.clients.length === 30);
  await using refused = await rig.client();
  assert.match(await refused.ended, /eof|Connection/);
  await using other = await connectFrom("127.0.0.2", await rig.port(), rig.node.nodeNum);
  await other.handshake(69420);
  for (const client of clients) await client[Symbol.asyncDispose]();
});

Deno.test("Share makes a client that never stops talking wait", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  await using client = await rig.ready();
  const heartbeats = new Uint8Array(Array.from({ length: 5000 }, () => [0x94, 0xc3, 0, 2, 7 << 3 | 2, 0]).flat());
  await client.write(heartbeats);
  await passTime(clock, 500);
  const soon = client.messages.length;
  assert.ok(soon > 0 && soon < 1500, String(soon));
  await passTime(clock, 12_000);
  assert.equal(client.messages.length, 5000);
});

Deno.test("Share gives a file transfer to the client that began it", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock, config: { allow: [{ cidr: "127.0.0.2", role: "no-admin" }] } });
  const port = await rig.port();
  const [one, two, guest] = await Promise.all(
    ["127.0.0.1", "127.0.0.1", "127.0.0.2"].map((address) => connectFrom(address, port, rig.node.nodeNum)),
  ) as [
    ShareClient,
    ShareClient,
    ShareClient,
  ];
  for (const client of [one, two, guest]) await client.handshake(69420);
  const given: string[] = [];
  rig.node.on("toRadio", ({ message }) => given.push(message.payloadVariant.case as string));
  const start = bytesField(5, varintField(1, 1));
  const frame = new Uint8Array([0x94, 0xc3, 0, start.length, ...start]);
  const cancel = bytesField(12, varintField(1, 24));
  await one.write(frame);
  await until(() => given.length === 1);
  for (const client of [two, guest]) {
    client.payloads.length = 0;
    await client.write(frame);
    await client.next();
    assert.deepEqual(client.payloads, [cancel]);
  }
  const answer = bytesField(12, varintField(1, 6));
  one.payloads.length = two.payloads.length = 0;
  say(rig, "xmodemPacket", answer);
  await one.next();
  await socketsSettle();
  assert.deepEqual([one.payloads, two.payloads, given], [[answer], [], ["xmodemPacket"]]);
  await clock.tick(30_000);
  await two.write(frame);
  await until(() => given.length === 2);
  for (const client of [one, two, guest]) await client[Symbol.asyncDispose]();
});

Deno.test("Share speaks with an MQTT server through one client with all rights", async () => {
  await using rig = await shareRig({ clock: createFakeClock(), config: { allow: [{ cidr: "127.0.0.2", role: "no-admin" }] } });
  const port = await rig.port();
  const [guest, tool, phone] = await Promise.all(
    ["127.0.0.2", "127.0.0.1", "127.0.0.1"].map((address) => connectFrom(address, port, rig.node.nodeNum)),
  ) as [
    ShareClient,
    ShareClient,
    ShareClient,
  ];
  for (const client of [guest, tool, phone]) {
    await client.handshake(69420);
    client.payloads.length = 0;
  }
  const given: string[] = [];
  rig.node.on("toRadio", ({ message }) => given.push(message.payloadVariant.case as string));
  const message = bytesField(14, bytesField(1, new TextEncoder().encode("msh/topic")));
  const counts = () => [guest, tool, phone].map(({ payloads }) => payloads.length);
  say(rig, "mqttClientProxyMessage", message);
  await until(() => counts().some((count) => count > 0));
  assert.deepEqual(counts().reduce((sum, count) => sum + count), 1);
  assert.equal(counts()[0], 0);
  const up = bytesField(6, bytesField(1, new TextEncoder().encode("msh/other")));
  const frame = new Uint8Array([0x94, 0xc3, 0, up.length, ...up]);
  // The one that knows how to do it says so by doing it.
  await phone.write(frame);
  await until(() => given.length === 1);
  for (const client of [guest, tool]) await client.write(frame);
  await socketsSettle();
  assert.equal(given.length, 1);
  const before = counts();
  say(rig, "mqttClientProxyMessage", message);
  await until(() => counts()[2] !== before[2]);
  assert.deepEqual(counts().slice(0, 2), before.slice(0, 2));
  for (const client of [guest, tool, phone]) await client[Symbol.asyncDispose]();
});

Deno.test("Share announces itself under the node's name with a star, when it listens beyond this machine", async () => {
  const announced: unknown[] = [];
  const ended: string[] = [];
  const announce = (service: unknown) => {
    announced.push(service);
    return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve(void ended.push("ended")) });
  };
  {
    await using rig = await shareRig({ clock: createFakeClock(), share: { announce } });
    await rig.port();
  }
  assert.deepEqual(announced, []);
  {
    await using rig = await shareRig({
      clock: createFakeClock(),
      config: { listen: "0.0.0.0:0" },
      share: { announce },
      node: { shortName: "HOME" },
    });
    const port = await rig.port();
    await socketsSettle();
    const id = "!a1b20a01";
    assert.deepEqual(announced, [{
      instance: `MeshBot ${id}`,
      hostname: `meshbot-${id.slice(1)}`,
      port,
      txt: { id, shortname: "HOME*" },
    }]);
    assert.deepEqual(ended, []);
  }
  assert.deepEqual(ended, ["ended"]);
});

Deno.test("createShare() refuses addresses and ranges that are none", () => {
  const start = (config: Partial<typeof SHARE_CONFIG>) => () =>
    createShare({
      clock: createFakeClock(),
      config: { ...SHARE_CONFIG, ...config },
      radio: { linked: () => false, sendBytes: () => false, askConfig: () => false, askNodes: () => false },
      outbox: { knows: () => false, enqueue: () => assert.fail() },
    });
  assert.throws(start({ listen: "4404" }), RangeError);
  assert.throws(start({ http: "127.0.0.1:99999" }), RangeError);
  assert.throws(start({ allow: [{ cidr: "192.168.1.0/33", role: "full" }] }), RangeError);
});

Deno.test("Share takes leave of its clients and closes its doors", async () => {
  const rig = await shareRig({ clock: createFakeClock() });
  const port = await rig.port();
  const client = await rig.ready();
  await rig[Symbol.asyncDispose]();
  assert.equal(await client.ended, "eof");
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }), Error);
});
