import assert from "node:assert/strict";
import { encode } from "../src/link/codec.ts";
import { PortNum } from "../src/link/enums.ts";
import type { Init } from "../src/link/messages.ts";
import { loadConfig } from "../src/config.ts";
import { UsageError } from "../src/errors.ts";
import { BROADCAST_NUM } from "../src/node_id.ts";
import { type Bot, readyState, startBot } from "./support/bot.ts";

const encoder = new TextEncoder();
let lastId = 0x5000_0000;

/** A text as the radio hands it over: whatever a stranger may send. */
function strangeText(bot: Bot, payload: Uint8Array, packet: Init<"MeshPacket"> = {}): Init<"MeshPacket"> & { id: number } {
  lastId += 1;
  return {
    from: bot.person.nodeNum,
    to: bot.node.nodeNum,
    id: lastId,
    hopStart: 3,
    hopLimit: 3,
    rxSnr: 5,
    rxRssi: -90,
    payloadVariant: { case: "decoded", value: { portnum: PortNum.TEXT_MESSAGE_APP, payload, bitfield: 1 } },
    ...packet,
  };
}

async function hand(bot: Bot, packet: Init<"MeshPacket"> & { id: number }): Promise<void> {
  const handled = bot.handled(packet.id);
  bot.node.receiveFromMesh(packet);
  await handled;
}

Deno.test("the bot answers a direct message by a direct message that names it", async () => {
  await using bot = await startBot();
  const answer = await bot.ask("/ping");
  assert.equal(answer.from, bot.node.nodeNum);
  assert.equal(answer.to, bot.person.nodeNum);
  assert.match(answer.text, /SNR -?[\d.]+dB, RSSI -\d+dBm/);
});

Deno.test("the bot answers in French when it is told to", async () => {
  await using bot = await startBot({ env: { MESHBOT_LANGUAGE: "fr" } });
  assert.match((await bot.ask("/xyzzy")).text, /[Cc]ommande/);
});

Deno.test("the bot traces a real route over relays", async () => {
  await using bot = await startBot({ mesh: { nodes: 30 } });
  const far = bot.mesh.addPerson({ longName: "Far away", shortName: "Far", hops: 2 });
  const answer = await bot.ask("/trace", far);
  assert.match(answer.text, /Far away \(2 hops\)/);
  assert.equal(answer.text.split("\n").length, 3);
});

Deno.test("rule 10: the bot answers a command on a listened channel by a direct message, and nothing on others", async () => {
  await using bot = await startBot({ env: { MESHBOT_MESH_CHANNELS: "0" } });
  const answer = bot.person.waitFor("text", (text) => text.from === bot.node.nodeNum);
  bot.person.sendChannel("/ping");
  assert.equal((await answer).to, bot.person.nodeNum);
  await using quiet = await startBot();
  const id = quiet.person.sendChannel("/ping");
  await quiet.handled(id);
  assert.deepEqual(quiet.said, []);
});

Deno.test("the bot replies in a channel that is one to reply in", async () => {
  await using bot = await startBot({ env: { MESHBOT_MESH_CHANNELS: "LongFast", MESHBOT_MESH_REPLY_IN_CHANNELS: "longfast" } });
  const answer = bot.person.waitFor("text", (text) => text.from === bot.node.nodeNum);
  const id = bot.person.sendChannel("/ping");
  const { to, replyId } = await answer;
  assert.deepEqual([to, replyId], [BROADCAST_NUM, id]);
});

Deno.test("the bot echoes to the echo channel under the asker's short name", async () => {
  await using bot = await startBot({ env: { MESHBOT_ECHO_CHANNEL: "0" } });
  const echo = bot.person.waitFor("text", (text) => text.from === bot.node.nodeNum);
  bot.person.sendDirect("/echo hello all");
  const { text, to } = await echo;
  assert.deepEqual([text, to], ["Alic: hello all", BROADCAST_NUM]);
});

Deno.test("rule 12: the bot meets a flood from one person with one polite line and answers others meanwhile", async () => {
  await using bot = await startBot({ env: { MESHBOT_MESH_COMMANDS_PER_5_MINUTES: "1" } });
  const ids = Array.from({ length: 30 }, () => bot.person.sendDirect("/ping"));
  await Promise.all(ids.map((id) => bot.handled(id)));
  const other = bot.mesh.addPerson({ longName: "Bob", shortName: "Bob" });
  assert.match((await bot.ask("/ping", other)).text, /SNR/);
  assert.equal(bot.said.filter(({ to }) => to === bot.person.nodeNum).length <= 2, true);
});

const hostile: [name: string, payload: Uint8Array][] = [
  ["of 0 bytes", new Uint8Array()],
  ["of 233 bytes", new Uint8Array(233).fill(0x61)],
  ["of invalid UTF-8", new Uint8Array([0x2f, 0x70, 0xff, 0xfe, 0xc3])],
  ["of control and bidi characters", encoder.encode("/\u0000\u001b[2J\u202e\u2066ping\u0007")],
  ["of 200 slashes", encoder.encode("/".repeat(200))],
];
for (const [name, payload] of hostile) {
  Deno.test(`the bot goes on after a text ${name}`, async () => {
    await using bot = await startBot();
    bot.node.receiveFromMesh(strangeText(bot, payload));
    assert.match((await bot.ask("/ping")).text, /SNR/);
  });
}

Deno.test("the bot repeats no control and bidi characters that it was sent", async () => {
  await using bot = await startBot({ env: { MESHBOT_ECHO_CHANNEL: "0" } });
  const echo = bot.person.waitFor("text", (text) => text.to === BROADCAST_NUM);
  bot.person.sendDirect("/echo a\u202eb\u0007c\u001b[2Jd");
  assert.doesNotMatch((await echo).text, /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
});

Deno.test("the bot answers the same packet id once", async () => {
  await using bot = await startBot();
  await bot.ask("/help");
  const packet = strangeText(bot, encoder.encode("/ping"));
  await hand(bot, packet);
  // The node has a duplicate guard of its own; a reconnect or a second radio gets past it, as this does.
  await hand(bot, { ...packet, hopLimit: 2 });
  await bot.ask("/legend");
  assert.equal(bot.said.filter(({ replyId }) => replyId === packet.id).length, 1);
});

Deno.test("the bot ignores a request that came by MQTT, and a text that claims to be its own", async () => {
  await using bot = await startBot();
  const byMqtt = strangeText(bot, encoder.encode("/ping"), { from: 0x77, viaMqtt: true });
  const forged = strangeText(bot, encoder.encode("/ping"), { from: bot.node.nodeNum });
  bot.node.receiveFromMesh(byMqtt);
  bot.node.receiveFromMesh(forged);
  await bot.ask("/ping");
  assert.deepEqual(bot.said.map(({ replyId }) => replyId).filter((id) => id === byMqtt.id || id === forged.id), []);
});

Deno.test("the bot survives packets with absurd contents of every kind", async () => {
  await using bot = await startBot();
  const absurd = new Uint8Array(60).fill(0xff);
  const user = encode("User", { longName: "\u202e".repeat(100), shortName: "\u0000\u0001", publicKey: new Uint8Array(7) });
  const position = encode("Position", { latitudeI: 2_000_000_000, longitudeI: -2_000_000_000, altitude: 2_000_000_000 });
  const telemetry = encode("Telemetry", {
    variant: { case: "deviceMetrics", value: { batteryLevel: 4_000_000_000, voltage: NaN, channelUtilization: Infinity } },
  });
  const payloads: [number, Uint8Array][] = [[PortNum.NODEINFO_APP, user], [PortNum.POSITION_APP, position], [
    PortNum.TELEMETRY_APP,
    telemetry,
  ]];
  for (const portnum of [1, 3, 4, 5, 6, 67, 70, 71, 511]) payloads.push([portnum, absurd], [portnum, new Uint8Array()]);
  for (const [portnum, payload] of payloads) {
    bot.node.receiveFromMesh(
      strangeText(bot, payload, { from: 0x99, to: BROADCAST_NUM, payloadVariant: { case: "decoded", value: { portnum, payload } } }),
    );
  }
  bot.node.receiveFromMesh(strangeText(bot, absurd, { from: 0x99, payloadVariant: { case: "encrypted", value: absurd } }));
  assert.match((await bot.ask("/ping")).text, /SNR/);
});

Deno.test("the bot knows a mesh of 10,000 nodes and still answers", async () => {
  await using bot = await startBot({ node: { nodes: 10_000 } });
  assert.ok(bot.app.nodes.size >= 9_999, `${bot.app.nodes.size} nodes`);
  assert.match((await bot.ask("/nodes")).text, /📡/);
});

Deno.test("the bot survives a node list with missing and absurd fields", async () => {
  await using bot = await startBot({
    node: {
      nodes: [
        { num: 1 },
        { num: 0 },
        { num: BROADCAST_NUM, longName: "everybody" },
        { num: 2, longName: "\u202eevil\u0000", shortName: "💣💣💣💣💣" },
      ],
    },
  });
  assert.match((await bot.ask("/ping")).text, /SNR/);
  assert.equal(bot.app.nodes.get(BROADCAST_NUM), undefined);
});

Deno.test("the bot loses no answer when the link is lost right after the question was read", async () => {
  await using bot = await startBot();
  await bot.ask("/help");
  const ready = bot.node.waitFor("configured", ({ connection }) => connection === 2);
  const answer = bot.person.waitFor("text", (text) => text.text.includes("SNR"));
  await bot.handled(bot.person.sendDirect("/ping"));
  bot.node.hangUp();
  await ready;
  await answer;
  await readyState(bot.app);
  assert.equal(bot.node.connections.dialed, 2);
});

Deno.test("the bot sends every text with an explicit hop limit from its own number", async () => {
  await using bot = await startBot();
  const sent = bot.node.waitFor(
    "toRadio",
    ({ message: { payloadVariant } }) => payloadVariant.case === "packet" && payloadVariant.value.wantAck,
  );
  await bot.ask("/ping");
  const { payloadVariant } = (await sent).message;
  assert.ok(payloadVariant.case === "packet" && payloadVariant.value.hopLimit > 0 && payloadVariant.value.from === bot.node.nodeNum);
});

Deno.test("the bot reads its configuration again at an admin's word, and keeps the old one when the new one is wrong", async () => {
  let reads = 0;
  const readConfig = () => {
    reads += 1;
    if (reads === 1) throw new UsageError("meshbot.toml has 1 mistake:\n  line 1: language must be en or fr");
    return loadConfig({
      file: null,
      env: { MESHBOT_NODE_HOST: "elsewhere.example", MESHBOT_DATA_DIR: "/nonexistent", MESHBOT_LANGUAGE: "fr" },
      cwd: "/",
    }).config;
  };
  const reloaded: string[] = [];
  const onReload = ({ language }: { readonly language: string }) => void reloaded.push(language);
  await using bot = await startBot({ app: { readConfig, onReload }, admin: true });
  assert.match((await bot.ask("/xyzzy")).text, /Unknown/);
  assert.match((await bot.ask("/reload")).text, /line 1: language/);
  assert.match((await bot.ask("/reload")).text, /🔄/);
  assert.match((await bot.ask("/xyzzy")).text, /inconnue/);
  assert.deepEqual(reloaded, ["fr"]);
  assert.equal(bot.node.connections.dialed, 1);
});

Deno.test("rule 8: the running bot keeps a key conflict for the next check", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const bot = await startBot({ env: { MESHBOT_DATA_DIR: folder } });
    const forged = encode("User", { longName: "Alice Martin", publicKey: new Uint8Array(32).fill(66) });
    const packet = strangeText(bot, forged, {
      to: BROADCAST_NUM,
      payloadVariant: { case: "decoded", value: { portnum: PortNum.NODEINFO_APP, payload: forged } },
    });
    bot.node.receiveFromMesh(packet);
    await bot.ask("/ping");
    await bot[Symbol.asyncDispose]();
    const kept = JSON.parse(await Deno.readTextFile(`${folder}/key_conflicts.json`));
    assert.deepEqual(kept, [{ num: bot.person.nodeNum, name: "Alice Martin" }]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the bot stops in order: it says disconnect, and the node sees it go", async () => {
  const bot = await startBot();
  const disconnect = bot.node.waitFor("toRadio", ({ message }) => message.payloadVariant.case === "disconnect");
  await bot.app.stop();
  await disconnect;
  assert.equal(bot.node.connections.current, false);
  await bot[Symbol.asyncDispose]();
});

Deno.test("rule 23: the bot takes its own setting of the node's clock, and a link that breaks often, for no other client", async () => {
  await using bot = await startBot();
  for (let breaks = 0; breaks < 4; breaks++) {
    const again = new Promise<void>((resolve) => {
      const unlisten = bot.app.link.listen((event) => {
        if (event.type !== "state" || event.state.kind !== "ready") return;
        unlisten();
        resolve();
      });
    });
    bot.node.reset();
    await again;
  }
  await bot.ask("/ping");
  assert.doesNotMatch((await bot.ask("/status")).text, /⚠️/);
});
