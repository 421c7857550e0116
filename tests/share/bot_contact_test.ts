import assert from "node:assert/strict";
import { encode } from "../../src/link/codec.ts";
import { PortNum, RoutingError } from "../../src/link/enums.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { connectFrom } from "../support/share_client.ts";
import { shareRig } from "../support/share_rig.ts";
import { dataPacket, type TestClient, textOf, textPacket } from "../support/sim.ts";

/** The number of the contact, as the list of nodes has it. */
async function contactOf(client: TestClient): Promise<number> {
  const list = await client.handshake(69421);
  const infos = list.flatMap(({ payloadVariant }) => payloadVariant.case === "nodeInfo" ? [payloadVariant.value] : []);
  const contacts = infos.filter(({ user }) => user?.longName === "MeshBot");
  assert.equal(contacts.length, 1);
  assert.equal(contacts[0]?.user?.publicKey.length, 32);
  return contacts[0]?.num ?? 0;
}

Deno.test("Share shows a contact that answers commands without air time, to the client that asked", async () => {
  const asked: string[] = [];
  await using rig = await shareRig({
    clock: createFakeClock(),
    config: { bot_contact: true },
    share: { command: (text, { role }) => Promise.resolve(asked.push(`${role} ${text}`) > 1 ? "x".repeat(450) : "pong") },
  });
  await using client = await rig.client();
  await using other = await rig.ready();
  const contact = await contactOf(client);
  const onAir: number[] = [];
  rig.node.on("toRadio", ({ message: { payloadVariant } }) => payloadVariant.case === "packet" && onAir.push(payloadVariant.value.to));
  await client.sendPacket({
    ...textPacket("/ping", { to: contact, id: 1, wantAck: true }),
    pkiEncrypted: true,
    publicKey: new Uint8Array(32),
  });
  assert.deepEqual((await client.take("queueStatus")).res, 0);
  const ack = await client.routing(1);
  assert.deepEqual([ack.error, ack.from], [RoutingError.NONE, contact]);
  const answer = await client.packet();
  const data = answer.payloadVariant.case === "decoded" ? answer.payloadVariant.value : undefined;
  assert.deepEqual([textOf(answer), answer.from, answer.to, data?.replyId, answer.pkiEncrypted], [
    "pong",
    contact,
    rig.node.nodeNum,
    1,
    true,
  ]);
  await client.sendPacket(textPacket("/help", { to: contact, id: 2 }));
  const parts = [await client.packet(), await client.packet(), await client.packet()];
  assert.ok(parts.every((part) => (textOf(part)?.length ?? 0) <= 200));
  assert.deepEqual(asked, ["full /ping", "full /help"]);
  assert.deepEqual(onAir, []);
  assert.deepEqual(other.messages, []);
});

Deno.test("Share keeps everything for the contact from the radio, and other texts from the commands", async () => {
  const asked: string[] = [];
  await using rig = await shareRig({
    clock: createFakeClock(),
    config: { bot_contact: true, allow: [{ cidr: "127.0.0.2", role: "read-only" }] },
    share: { command: (text) => Promise.resolve((asked.push(text), undefined)) },
  });
  await using client = await rig.client();
  const contact = await contactOf(client);
  const own = rig.node.nodeNum;
  const given: number[] = [];
  rig.node.on("toRadio", ({ message: { payloadVariant } }) => payloadVariant.case === "packet" && given.push(payloadVariant.value.id));
  await client.sendPacket(dataPacket(PortNum.TRACEROUTE_APP, new Uint8Array(), { to: contact, id: 1 }, { wantResponse: true }));
  assert.equal((await client.routing(1)).error, RoutingError.NO_RESPONSE);
  await client.sendPacket(dataPacket(PortNum.NODEINFO_APP, new Uint8Array(), { to: contact, id: 2 }, { wantResponse: true }));
  assert.equal((await client.packet()).from, contact);
  const teach = encode("AdminMessage", { payloadVariant: { case: "addContact", value: { nodeNum: contact, user: { longName: "x" } } } });
  await client.sendPacket(dataPacket(PortNum.ADMIN_APP, teach, { to: own, id: 3, wantAck: true }));
  assert.equal((await client.routing(3)).error, RoutingError.NONE);
  assert.deepEqual(given, []);
  await client.sendPacket(textPacket("/reboot", { id: 4 }));
  await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === 4);
  await using reader = await connectFrom("127.0.0.2", await rig.port(), own);
  await reader.handshake(69420);
  await reader.sendPacket(textPacket("/ping", { to: contact, id: 5 }));
  assert.equal((await reader.routing(5)).error, RoutingError.NOT_AUTHORIZED);
  assert.deepEqual([asked, given], [[], [4]]);
});

Deno.test("Share goes on when a command fails, and lets a client run four at a time", async () => {
  const running: PromiseWithResolvers<string | undefined>[] = [];
  await using rig = await shareRig({
    clock: createFakeClock(),
    config: { bot_contact: true },
    share: {
      command() {
        const deferred = Promise.withResolvers<string | undefined>();
        running.push(deferred);
        return deferred.promise;
      },
    },
  });
  await using client = await rig.client();
  const contact = await contactOf(client);
  for (let id = 1; id <= 5; id += 1) await client.sendPacket(textPacket("/slow", { to: contact, id }));
  assert.equal((await client.routing(5)).error, RoutingError.RATE_LIMIT_EXCEEDED);
  assert.equal(running.length, 4);
  running[0]?.reject(new Error("no"));
  for (const { resolve } of running.slice(1)) resolve("done");
  assert.equal(textOf(await client.packet((packet) => packet.from === contact)), "done");
});
