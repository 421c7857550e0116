/** The whole bot with a phone app beside it: both on the bot's one connection. */
import assert from "node:assert/strict";
import { RoutingError } from "../src/link/enums.ts";
import { startBot } from "./support/bot.ts";
import { connectFrom } from "./support/share_client.ts";
import { textOf, textPacket } from "./support/sim.ts";

/** A port of 127.0.0.1 on which nobody listens. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

Deno.test("the bot and a phone app use one radio: texts both ways, commands to the bot without air time, one connection at the node", async () => {
  const port = freePort();
  await using bot = await startBot({ env: { MESHBOT_SHARE_LISTEN: `127.0.0.1:${port}` } });
  // The bot listens once the radio has told its settings, which it just has.
  await bot.ask("/ping");
  const client = await connectFrom("127.0.0.1", port, bot.node.nodeNum);
  try {
    const list = await client.handshake(69421);
    const infos = list.flatMap(({ payloadVariant }) => payloadVariant.case === "nodeInfo" ? [payloadVariant.value] : []);
    const contact = infos.find(({ user }) => user?.longName === "MeshBot")?.num ?? 0;
    assert.ok(contact > 0, "the contact is in the list");

    const heard = bot.person.waitFor("text", ({ text }) => text === "hello from the phone");
    await client.sendPacket(textPacket("hello from the phone", { to: bot.person.nodeNum, id: 501, wantAck: true }));
    assert.equal((await heard).from, bot.node.nodeNum);
    assert.equal((await client.take("queueStatus", ({ meshPacketId }) => meshPacketId === 501)).res, 0);
    assert.equal((await client.routing(501)).error, RoutingError.NONE);

    bot.person.sendDirect("hello to the phone");
    assert.equal(textOf(await client.packet((packet) => textOf(packet) === "hello to the phone"))?.length, 18);

    const onAir = bot.said.length;
    await client.sendPacket(textPacket("/status", { to: contact, id: 502 }));
    const status = textOf(await client.packet((packet) => packet.from === contact && textOf(packet) !== undefined)) ?? "";
    assert.match(status, /📱1/);
    assert.doesNotMatch(status, /⚠️/, "what the phone sends is no other client at the node");
    await client.sendPacket(textPacket("pign", { to: contact, id: 503 }));
    assert.match(textOf(await client.packet((packet) => packet.from === contact && textOf(packet) !== undefined)) ?? "", /\/ping/);
    assert.equal(bot.said.length, onAir, "nothing of it went on the air");

    const answer = bot.ask("/ping");
    assert.match(
      textOf(await client.packet((packet) => packet.from === bot.node.nodeNum && textOf(packet)?.includes("SNR") === true)) ?? "",
      /dBm/,
    );
    await answer;
    assert.deepEqual([bot.node.connections.dialed, bot.node.connections.kicked], [1, 0]);
    assert.match(JSON.stringify(bot.app.status()), /"clients":\["127\.0\.0\.1 \(tcp, full\)"\]/);
  } finally {
    await client[Symbol.asyncDispose]();
  }
});
