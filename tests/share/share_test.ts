import assert from "node:assert/strict";
import { encode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { FromRadio, Init } from "../../src/link/messages.ts";
import type { Share } from "../../src/share/share.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { ioTurn } from "../support/link_rig.ts";
import { shareRig } from "../support/share_rig.ts";
import { dataPacket, type TestClient, textOf, textPacket } from "../support/sim.ts";
import { socketsSettle } from "../support/unhurried.ts";
import { fromRadio } from "./support.ts";

type Variant = NonNullable<Init<"FromRadio">["payloadVariant"]>;

function say(share: Share, ...variants: Variant[]): void {
  for (const variant of variants) share.fromRadio(...fromRadio(variant));
}

/** The settings of a node, with its channel's name. */
function settings(num: number, channel: string): Variant[] {
  return [
    { case: "myInfo", value: { myNodeNum: num } },
    { case: "nodeInfo", value: { num, user: { longName: "Own", shortName: "O" } } },
    { case: "channel", value: { index: 0, settings: { name: channel } } },
    { case: "configCompleteId", value: 69420 },
  ];
}

/** The client has been told everything up to now. */
async function upToNow(client: TestClient): Promise<FromRadio[]> {
  await client.send({ case: "heartbeat", value: {} });
  return (await client.until(({ payloadVariant }) => payloadVariant.case === "queueStatus" && payloadVariant.value.meshPacketId === 0))
    .slice(0, -1);
}

Deno.test("Share tells clients that the node has restarted when its settings are others, and not when they are the same", async () => {
  await using rig = await shareRig({ clock: createFakeClock() });
  const num = rig.node.nodeNum;
  say(rig.share, ...settings(num, "one"));
  await using client = await rig.ready();
  say(rig.share, ...settings(num, "one"));
  assert.deepEqual(await upToNow(client), []);
  say(rig.share, ...settings(num, "two"));
  assert.deepEqual((await upToNow(client)).map(({ payloadVariant }) => payloadVariant), [{ case: "rebooted", value: true }]);
});

Deno.test("Share's disposal resolves when nothing of it is announced any more, and its texts are read", async () => {
  const done: string[] = [];
  const rig = await shareRig({
    clock: createFakeClock(),
    config: { listen: "0.0.0.0:0" },
    share: {
      announce: () =>
        Promise.resolve({
          async [Symbol.asyncDispose]() {
            await ioTurn();
            done.push("announced no more");
          },
        }),
    },
  });
  await rig.port();
  await rig.share[Symbol.asyncDispose]();
  assert.deepEqual(done, ["announced no more"]);
  await rig[Symbol.asyncDispose]();
});

Deno.test("Share opens no door when it was ended before its texts were read", async () => {
  const { promise: read, resolve } = Promise.withResolvers<undefined>();
  await using rig = await shareRig({ clock: createFakeClock(), share: { file: { read: () => read, write() {} } } });
  await socketsSettle();
  assert.equal(rig.share.view.listen, undefined);
  const ended = rig.share[Symbol.asyncDispose]();
  resolve(undefined);
  await ended;
  await socketsSettle();
  assert.equal(rig.share.view.listen, undefined);
});

Deno.test("Share lets no message of the radio that it cannot take harm the bot, and takes none after its end", async () => {
  await using rig = await shareRig({ clock: createFakeClock() });
  rig.share.fromRadio(
    { payloadVariant: { case: "packet", value: undefined } } as unknown as FromRadio,
    new Uint8Array([1]),
  );
  await using client = await rig.ready();
  say(rig.share, { case: "packet", value: textPacket("hello", { from: 5, id: 7 }) });
  assert.equal(textOf(await client.packet(({ id }) => id === 7)), "hello");
  await rig.share[Symbol.asyncDispose]();
  rig.share.fromRadio(undefined as unknown as FromRadio, new Uint8Array(0));
  rig.share.botSent(textPacket("late", { from: 5, id: 8 }));
});

Deno.test("Share tells the time of a packet of the bot's, and shows none of its orders and answers to packets", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  const own = rig.node.nodeNum;
  await using client = await rig.ready();
  rig.share.botSent({ ...textPacket("new", { from: own, id: 11 }) });
  rig.share.botSent({ ...textPacket("heard", { from: own, id: 12 }), rxTime: 77 });
  rig.share.botSent({ ...textPacket("to our node", { from: own, id: 13, to: own }) });
  rig.share.botSent(dataPacket(PortNum.ADMIN_APP, new Uint8Array([1]), { from: own, id: 14, to: 5 }));
  rig.share.botSent(dataPacket(PortNum.ROUTING_APP, new Uint8Array(0), { from: own, id: 15, to: 5 }));
  rig.share.botSent({ from: own, id: 16, to: 5, payloadVariant: { case: "encrypted", value: new Uint8Array([1]) } });
  rig.share.botSent({ ...textPacket("again", { from: own, id: 11 }) });
  const seen = (await upToNow(client)).flatMap(({ payloadVariant }) => payloadVariant.case === "packet" ? [payloadVariant.value] : []);
  assert.deepEqual(seen.map(({ id, rxTime }) => [id, rxTime]), [[11, Math.floor(clock.wallMs() / 1000)], [12, 77]]);
});

Deno.test("Share ends its clients when the node is another one, and forgets what it knew of the one before", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  const client = await rig.ready();
  say(rig.share, {
    case: "packet",
    value: dataPacket(PortNum.TELEMETRY_APP, encode("Telemetry", { variant: { case: "deviceMetrics", value: {} } }), {
      from: rig.node.nodeNum,
      id: 5,
    }),
  });
  say(rig.share, { case: "myInfo", value: { myNodeNum: rig.node.nodeNum } });
  await socketsSettle();
  assert.equal(rig.share.view.clients.length, 1);
  say(rig.share, { case: "myInfo", value: { myNodeNum: 99 } });
  assert.equal(await client.ended, "eof");
  assert.deepEqual(rig.share.view, { listen: undefined, http: undefined, clients: [] });
  say(rig.share, ...settings(99, "x").slice(1));
  assert.deepEqual(rig.share.view.clients, []);
  await rig.port();
  await using again = await rig.client();
  const [my] = await again.handshake(69420);
  assert.equal(my?.payloadVariant.case === "myInfo" && my.payloadVariant.value.myNodeNum, 99);
});
