import assert from "node:assert/strict";
import { decode, encode, make } from "../../src/link/codec.ts";
import { PortNum, RoutingError } from "../../src/link/enums.ts";
import type { Init } from "../../src/link/messages.ts";
import { BROADCAST_NUM, formatNodeId } from "../../src/node_id.ts";
import { BotContact } from "../../src/share/bot_contact.ts";
import { LocalAnswers } from "../../src/share/local_answers.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { ioTurn } from "../support/link_rig.ts";
import { connectFrom } from "../support/share_client.ts";
import { shareRig } from "../support/share_rig.ts";
import { dataPacket, type TestClient, textOf, textPacket } from "../support/sim.ts";
import { listener } from "./support.ts";

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

const OWN = 99;

/** A contact alone: its commands, which the test answers, and what a client was told. */
function contactRig(isNode: (num: number) => boolean = () => false) {
  const clock = createFakeClock();
  const commands: { readonly text: string; answer(reply: string | undefined): void; fail(): void }[] = [];
  const contact = new BotContact({
    name: "Helper",
    ownNum: () => OWN,
    isNode,
    answers: new LocalAnswers({ ownNum: () => OWN, wallMs: () => clock.wallMs() }),
    command(text) {
      const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
      commands.push({ text, answer: resolve, fail: () => reject(new Error("no")) });
      return promise;
    },
  });
  const { client, outlet } = listener(clock);
  const told = () =>
    outlet.payloads.splice(0).map(({ bytes }) => {
      const { payloadVariant } = decode("FromRadio", bytes);
      assert.ok(payloadVariant.case === "packet" && payloadVariant.value.payloadVariant.case === "decoded");
      return { packet: payloadVariant.value, data: payloadVariant.value.payloadVariant.value };
    });
  const take = (packet: Init<"MeshPacket">) => {
    const whole = make("MeshPacket", packet);
    contact.take(client, whole, whole.payloadVariant.case === "decoded" ? whole.payloadVariant.value : undefined);
  };
  return { clock, contact, client, commands, told, take };
}

Deno.test("BotContact.num is the same beside the same node, and steps aside for the nodes of the mesh", () => {
  const { contact } = contactRig();
  const { num } = contact;
  assert.equal(contactRig().contact.num, num);
  assert.equal(contactRig((taken) => taken === num).contact.num, num + 1);
  assert.equal(contactRig((taken) => taken === num || taken === num + 1).contact.num, num + 2);
  assert.ok(num >= 4 && num < BROADCAST_NUM);
});

Deno.test("BotContact.nodeInfo is a favourite that was heard just now, with a key to be written to", () => {
  const { contact, clock } = contactRig();
  const { num, user, lastHeard, hopsAway, isFavorite } = decode("NodeInfo", contact.nodeInfo);
  assert.deepEqual([num, lastHeard, hopsAway, isFavorite], [contact.num, Math.floor(clock.wallMs() / 1000), 0, true]);
  assert.deepEqual([user?.id, user?.longName, user?.shortName, user?.publicKey.length], [formatNodeId(num), "Helper", "BOT", 32]);
});

Deno.test("BotContact runs four commands of a client at a time, and refuses more until one has ended", async () => {
  const { commands, take, told } = contactRig();
  const say = (id: number) => take(textPacket(`/ping ${id}`, { to: 5, id }));
  for (let id = 1; id <= 4; id += 1) say(id);
  assert.deepEqual([commands.length, told()], [4, []]);
  say(5);
  const [refusal] = told();
  assert.deepEqual([commands.length, refusal?.data.requestId], [4, 5]);
  assert.deepEqual(decode("Routing", refusal?.data.payload ?? new Uint8Array()).variant, {
    case: "errorReason",
    value: RoutingError.RATE_LIMIT_EXCEEDED,
  });
  commands[0]?.answer(undefined);
  commands[1]?.fail();
  await ioTurn();
  for (const id of [6, 7, 8]) say(id);
  assert.deepEqual([commands.map(({ text }) => text).slice(4), told().length], [["/ping 6", "/ping 7"], 1]);
  for (const command of commands) command.answer(undefined);
  await ioTurn();
  assert.deepEqual(told(), []);
  for (let id = 10; id <= 13; id += 1) say(id);
  assert.deepEqual([commands.length, told()], [10, []]);
  for (const command of commands) command.answer(undefined);
  await ioTurn();
});

Deno.test("BotContact answers in parts of 200 bytes, as sealed as it was asked, as from three hops", async () => {
  for (const pkiEncrypted of [false, true]) {
    const { contact, commands, take, told } = contactRig();
    take({ ...textPacket("/help", { to: contact.num, id: 7, channel: 2 }), pkiEncrypted });
    commands[0]?.answer("x".repeat(300));
    await ioTurn();
    const parts = told();
    assert.deepEqual(parts.map(({ data }) => data.payload.length), [200, 108]);
    for (const { packet, data } of parts) {
      assert.deepEqual([packet.from, packet.to, packet.channel, packet.hopLimit, packet.hopStart], [contact.num, OWN, 2, 3, 3]);
      assert.deepEqual([data.portnum, data.replyId, packet.pkiEncrypted, packet.publicKey.length], [
        PortNum.TEXT_MESSAGE_APP,
        7,
        pkiEncrypted,
        pkiEncrypted ? 32 : 0,
      ]);
    }
  }
});

Deno.test("BotContact acknowledges what wants it, tells who it is, and has no answer to other questions", () => {
  const { contact, take, told } = contactRig();
  const kinds = () =>
    told().map(({ packet, data }) => {
      assert.deepEqual([packet.from, data.requestId], [contact.num, 7]);
      if (data.portnum === PortNum.NODEINFO_APP) return decode("User", data.payload).longName;
      const { variant } = decode("Routing", data.payload);
      return variant.case === "errorReason" ? variant.value : undefined;
    });
  const ask = (portnum: number, { wantAck = false, wantResponse = false } = {}) =>
    take(dataPacket(portnum, new Uint8Array(0), { to: contact.num, id: 7, wantAck }, { wantResponse }));
  ask(PortNum.NODEINFO_APP, { wantResponse: true });
  assert.deepEqual(kinds(), ["Helper"]);
  ask(PortNum.NODEINFO_APP, { wantAck: true });
  assert.deepEqual(kinds(), [RoutingError.NONE]);
  ask(PortNum.POSITION_APP, { wantAck: true, wantResponse: true });
  assert.deepEqual(kinds(), [RoutingError.NONE, RoutingError.NO_RESPONSE]);
  ask(PortNum.POSITION_APP);
  assert.deepEqual(kinds(), []);
  take({ to: contact.num, id: 7, wantAck: true, payloadVariant: { case: "encrypted", value: new Uint8Array([1]) } });
  assert.deepEqual(kinds(), [RoutingError.NONE]);
});
