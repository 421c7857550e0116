import assert from "node:assert/strict";
import { encode } from "../../src/link/codec.ts";
import type { FromRadio } from "../../src/link/messages.ts";
import { ChannelRole } from "../../src/link/enums.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { ioTurn } from "../support/link_rig.ts";
import { connectFrom } from "../support/share_client.ts";
import { createShare } from "../../src/share/share.ts";
import { SHARE_CONFIG, shareRig } from "../support/share_rig.ts";

const FULL = 1234;

function kinds(messages: readonly FromRadio[]): string[] {
  return messages.map(({ payloadVariant }) => payloadVariant.case ?? "unknown");
}

/** Without the repetitions. */
function order(messages: readonly FromRadio[]): string[] {
  return kinds(messages).filter((kind, index, all) => kind !== all[index - 1]);
}

for (const firmware of ["2.7.26", "2.8.0"] as const) {
  Deno.test(`Share serves the radio's handshake with its bytes and in its order (${firmware})`, async () => {
    const fromRadio: Uint8Array[] = [];
    const clock = createFakeClock();
    await using rig = await shareRig({
      clock,
      node: { nodes: 20, firmware },
      onFromRadio: (_message, bytes) => void fromRadio.push(bytes),
    });
    await using client = await connectFrom("127.0.0.1", await rig.port(), rig.node.nodeNum);
    const end = fromRadio.findIndex((bytes) => bytes[0] === 7 << 3);
    const messages = await client.handshake(FULL);
    // 2.8 tells positions and measurements as packets behind it: they are in the list of nodes by then.
    const compared = (payloads: Uint8Array[]) => payloads.filter((bytes) => firmware === "2.7.26" || bytes[0] !== (4 << 3 | 2));
    assert.deepEqual(compared(client.payloads.slice(0, -1)), compared(fromRadio.slice(0, end)));
    assert.deepEqual(order(messages), [
      "myInfo",
      "deviceuiConfig",
      "nodeInfo",
      "metadata",
      ...(firmware === "2.8.0" ? ["unknown"] : []),
      "channel",
      "config",
      "moduleConfig",
      "nodeInfo",
      "fileInfo",
      "configCompleteId",
    ]);
    const own = messages[2]?.payloadVariant;
    assert.equal(own?.case === "nodeInfo" && own.value.num, rig.node.nodeNum);
  });
}

Deno.test("Share serves the settings alone for 69420, the nodes alone for 69421, our own first", async () => {
  await using rig = await shareRig({ node: { nodes: 5 } });
  await using settings = await rig.client();
  const alone = await settings.handshake(69420);
  assert.deepEqual(kinds(alone).filter((kind) => kind === "nodeInfo").length, 1);
  assert.ok(kinds(alone).includes("fileInfo"));
  await using nodes = await rig.client();
  const list = await nodes.handshake(69421);
  assert.deepEqual(kinds(list), [...new Array(6).fill("nodeInfo"), "configCompleteId"]);
});

Deno.test("Share gives one client one handshake a second, the last one that it wants; the others do not wait", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  await using client = await rig.client();
  await client.handshake(FULL);
  client.forget();
  for (const value of [1, 2, 69420]) await client.send({ case: "wantConfigId", value });
  await client.send({ case: "heartbeat", value: {} });
  await client.take("queueStatus");
  assert.deepEqual(kinds(client.messages), ["queueStatus"]);
  await using other = await rig.client();
  await other.handshake(69421);
  await clock.tick(999);
  await ioTurn();
  assert.deepEqual(kinds(client.messages), ["queueStatus"]);
  await clock.tick(1);
  await client.until(({ payloadVariant }) => payloadVariant.case === "configCompleteId" && payloadVariant.value === 69420);
  assert.equal(kinds(client.messages).filter((kind) => kind === "configCompleteId").length, 1);
});

Deno.test("Share serves its handshake while the radio is away, and tells what was heard of nodes since", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock, node: { nodes: [{ num: 0x1000, longName: "Alice", shortName: "Ali" }] } });
  await using heard = await rig.ready();
  rig.node.receiveFromMesh({
    from: 0x1000,
    to: 0xffff_ffff,
    id: 7,
    hopStart: 3,
    hopLimit: 1,
    rxSnr: 4.5,
    payloadVariant: {
      case: "decoded",
      value: {
        portnum: 4,
        payload: encode("User", {
          id: "!ffffffff",
          longName: "Alicia",
          shortName: "Ali",
          publicKey: rig.node.station.nodes.publicKeyOf(0x1000) ?? new Uint8Array(),
        }),
      },
    },
  });
  await heard.packet(({ id }) => id === 7);
  rig.node.refuse();
  rig.node.hangUp();
  await using client = await rig.client();
  const infos = (await client.handshake(69421)).flatMap(({ payloadVariant }) =>
    payloadVariant.case === "nodeInfo" ? [payloadVariant.value] : []
  );
  const alice = infos.find(({ num }) => num === 0x1000);
  assert.deepEqual([alice?.user?.longName, alice?.user?.id, alice?.hopsAway, alice?.snr], ["Alicia", "!00001000", 2, 4.5]);
});

Deno.test("Share keeps the key that the radio has of a node, whatever a packet claims", async () => {
  const key = new Uint8Array(32).fill(5);
  await using rig = await shareRig({ node: { nodes: [{ num: 0x1000, longName: "Alice", shortName: "Ali", publicKey: key }] } });
  await using client = await rig.ready();
  const forged = encode("User", { longName: "Mallory", shortName: "Mal", publicKey: new Uint8Array(32).fill(6) });
  rig.node.receiveFromMesh({
    from: 0x1000,
    to: 0xffff_ffff,
    id: 8,
    payloadVariant: { case: "decoded", value: { portnum: 4, payload: forged } },
  });
  await client.packet(({ id }) => id === 8);
  await using later = await rig.client();
  const infos = (await later.handshake(69421)).flatMap(({ payloadVariant }) =>
    payloadVariant.case === "nodeInfo" ? [payloadVariant.value] : []
  );
  const alice = infos.find(({ num }) => num === 0x1000);
  assert.deepEqual([alice?.user?.longName, alice?.user?.publicKey], ["Alice", key]);
});

Deno.test("Share refuses connections until the radio has told its settings", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock, share: { rememberedNodes: () => [] } });
  const port = await rig.port();
  rig.share.fromRadio(
    { payloadVariant: { case: "myInfo", value: { myNodeNum: 99 } } } as FromRadio,
    encode("FromRadio", {
      payloadVariant: { case: "myInfo", value: { myNodeNum: 99 } },
    }),
  );
  // One that came while the door was being closed is reset; the next ones are refused.
  const refusals: string[] = [];
  while (refusals.at(-1) !== "ConnectionRefused") {
    refusals.push(
      await Deno.connect({ hostname: "127.0.0.1", port }).then((conn) => (conn.close(), "accepted"), (error: Error) => error.name),
    );
  }
  assert.ok(!refusals.includes("accepted"));
  const say = (payloadVariant: FromRadio["payloadVariant"]) =>
    rig.share.fromRadio({ payloadVariant } as FromRadio, encode("FromRadio", { payloadVariant } as never));
  say({ case: "nodeInfo", value: { num: 99 } } as never);
  say({ case: "channel", value: { index: 0, role: ChannelRole.PRIMARY } } as never);
  say({ case: "configCompleteId", value: 69420 });
  assert.equal(await rig.port(), port);
  await using client = await rig.client();
  const messages = await client.handshake(5);
  assert.deepEqual(kinds(messages), ["myInfo", "nodeInfo", "channel", "configCompleteId"]);
});

Deno.test("Share shows keys and passwords to a client with all rights alone", async () => {
  const secret = new Uint8Array(32).fill(7);
  const shown: Record<string, unknown> = {};
  for (const role of ["full", "no-admin", "read-only"] as const) {
    await using rig = await shareRig({
      config: { allow: [{ cidr: "127.0.0.2", role }] },
      node: { channels: [{ name: "secret", psk: secret }] },
    });
    await using client = await connectFrom("127.0.0.2", await rig.port(), rig.node.nodeNum);
    const messages = await client.handshake(69420);
    for (const { payloadVariant } of messages) {
      if (payloadVariant.case === "channel" && payloadVariant.value.index === 0) {
        shown[`${role} channel`] = [payloadVariant.value.settings?.name, payloadVariant.value.settings?.psk.length];
      }
      if (payloadVariant.case === "config" && payloadVariant.value.payloadVariant.case === "security") {
        const { publicKey, privateKey, adminKey } = payloadVariant.value.payloadVariant.value;
        shown[`${role} keys`] = [publicKey.length, privateKey.length, adminKey.length];
      }
    }
  }
  assert.deepEqual(shown, {
    "full channel": ["secret", 32],
    "full keys": [32, 32, 0],
    "no-admin channel": ["secret", 0],
    "no-admin keys": [32, 0, 0],
    "read-only channel": ["secret", 0],
    "read-only keys": [32, 0, 0],
  });
});

Deno.test("createShare() asks the radio for what went by when sharing is switched on while the bot runs", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock });
  const asked: string[] = [];
  await using share = createShare({
    clock,
    config: SHARE_CONFIG,
    radio: {
      linked: () => true,
      sendBytes: () => true,
      askConfig: () => asked.push("config") > 0,
      askNodes: () => asked.push("nodes") > 0,
    },
    outbox: rig.outbox,
  });
  assert.deepEqual([asked, share.view.listen], [["config"], undefined]);
  await clock.tick(10_000);
  assert.deepEqual(asked, ["config", "nodes"]);
});
