import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode } from "../../src/link/codec.ts";
import { PortNum } from "../../src/link/enums.ts";
import type { FromRadio, Init, MessageName } from "../../src/link/messages.ts";
import { BROADCAST_NUM } from "../../src/node_id.ts";
import { type Direction, filler, withoutSecrets } from "../../src/record/redact.ts";
import { bytesField, join, varintField } from "../../src/share/wire.ts";
import { anyPacketBytes } from "../support/any_packet.ts";
import { handshakeMessages } from "../support/node_handshake.ts";
import { fromHex, readRecording } from "../support/recording.ts";
import { holding, type Planted, plantedFrames, secretBytes } from "../support/secrets.ts";
import { encodeFrame, FrameParser } from "../../src/link/frame.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function fromRadio(payloadVariant: unknown): Uint8Array {
  return encode("FromRadio", { payloadVariant } as Init<"FromRadio">);
}

function packetOf(value: Init<"MeshPacket">, data: Init<"Data">): Init<"MeshPacket"> {
  return { from: 1, to: 2, id: 3, rxRssi: -90, ...value, payloadVariant: { case: "decoded", value: data } };
}

function cleaned<Name extends "FromRadio" | "ToRadio">(name: Name, bytes: Uint8Array): ReturnType<typeof decode<Name>> {
  const clean = withoutSecrets(name === "FromRadio" ? "from" : "to", bytes);
  assert.ok(clean, "not written");
  return decode(name, clean);
}

Deno.test("withoutSecrets() leaves no secret of any frame in the bytes", () => {
  fc.assert(
    fc.property(plantedFrames(), ({ direction, payload, secrets }: Planted) => {
      for (const { bytes } of secrets) assert.ok(holding(payload, bytes), "the secret was not in the frame");
      const clean = withoutSecrets(direction, payload);
      if (clean === undefined) return;
      for (const { what, bytes } of secrets) assert.ok(!holding(clean, bytes), what);
    }),
    { numRuns: 500 },
  );
});

Deno.test("withoutSecrets() writes every frame that a secret was planted in, but for one with a frame's head in it", () => {
  fc.assert(fc.property(plantedFrames(), ({ direction, payload }) => {
    fc.pre(!holding(payload, new Uint8Array([0x94, 0xc3])));
    assert.ok(withoutSecrets(direction, payload));
  }));
});

Deno.test("withoutSecrets() gives the very bytes of a broadcast or encrypted packet, unknown fields and their order included", () => {
  fc.assert(fc.property(anyPacketBytes(), (bytes) => {
    const packet = decode("MeshPacket", bytes);
    const port = packet.payloadVariant.case === "decoded" ? packet.payloadVariant.value.portnum : 0;
    fc.pre(packet.id !== 0 && !holding(bytes, new Uint8Array([0x94, 0xc3])) && port !== PortNum.ADMIN_APP && port !== 37);
    fc.pre(packet.payloadVariant.case !== "decoded" || packet.to === BROADCAST_NUM || port === PortNum.POSITION_APP);
    const payload = bytesField(2, bytes);
    // What an encoder would have left out makes a frame longer than it need be; then it is written anew, with the same meaning.
    const clean = withoutSecrets("from", payload);
    assert.ok(clean);
    assert.deepEqual(decode("FromRadio", clean), decode("FromRadio", payload));
    if (clean.length === payload.length) assert.deepEqual(clean, payload);
  }));
});

Deno.test("withoutSecrets() gives the firmware's own frames back byte by byte, where they hold nothing secret", async () => {
  const changed: string[] = [];
  const parser = new FrameParser({
    onFrame(payload) {
      const bytes = payload.slice();
      const clean = withoutSecrets("from", bytes);
      assert.ok(clean);
      if (clean === bytes) return;
      const { payloadVariant: variant } = decode("FromRadio", bytes);
      const inner = (variant.value as { payloadVariant?: { case: string; value: { portnum?: number } } }).payloadVariant;
      changed.push([variant.case, inner?.value.portnum ?? inner?.case].filter((part) => part !== undefined).join(" "));
    },
  });
  for (const { dir, bytes } of await readRecording()) if (dir === "from") parser.push(bytes);
  const handshake = ["channel", "config bluetooth", "config security", "moduleConfig mqtt"];
  const texts = ["packet 1", "packet 1", "packet 1"];
  assert.deepEqual(changed, [...handshake, ...texts, `packet ${PortNum.ADMIN_APP}`, ...handshake]);
});

Deno.test("withoutSecrets() empties what is secret in a handshake, and keeps public keys", () => {
  const clean = (payloadVariant: unknown): FromRadio["payloadVariant"] => cleaned("FromRadio", fromRadio(payloadVariant)).payloadVariant;
  const key = new Uint8Array(32).fill(7);
  const config = (name: string, value: unknown): unknown => clean({ case: "config", value: { payloadVariant: { case: name, value } } });
  const security = config("security", { publicKey: key, privateKey: key, adminKey: [key] });
  assert.deepEqual(JSON.parse(JSON.stringify(security)).value.payloadVariant.value.privateKey, {});
  assert.ok(holding(encode("FromRadio", { payloadVariant: security as never }), key), "public keys are kept");
  const cases: [unknown, string][] = [
    [config("network", { wifiEnabled: true, wifiSsid: "home", wifiPsk: "hunter22" }), "wifiPsk"],
    [clean({ case: "moduleConfig", value: { payloadVariant: { case: "mqtt", value: { username: "u", password: "pw" } } } }), "password"],
    [clean({ case: "channel", value: { index: 1, settings: { psk: key, name: "Family" }, role: 2 } }), "psk"],
    [clean({ case: "myInfo", value: { myNodeNum: 5, deviceId: key } }), "deviceId"],
  ];
  for (const [variant, field] of cases) {
    const found: unknown[] = [];
    JSON.stringify(variant, (name, value) => {
      if (name === field) found.push(value);
      return value;
    });
    assert.equal(found.length, 1, field);
    assert.ok(found[0] === "" || (found[0] as Uint8Array).length === 0, field);
  }
});

Deno.test("withoutSecrets() changes nothing in a handshake without secrets", () => {
  for (const message of handshakeMessages({ channel: { psk: new Uint8Array(0) } })) {
    const bytes = encode("FromRadio", message);
    assert.equal(withoutSecrets("from", bytes), bytes);
  }
});

Deno.test("withoutSecrets() makes every direct text, to us and from us, filler of the same length, and keeps what is said to all", () => {
  const said = "héllo, my PIN is 4711";
  for (const portnum of [PortNum.TEXT_MESSAGE_APP, PortNum.ALERT_APP, PortNum.WAYPOINT_APP, 7, 64, 65, 256]) {
    for (const to of [0, 2, 0x1234_5678, BROADCAST_NUM]) {
      const packet = packetOf({ to }, { portnum, payload: text(said), requestId: 9, replyId: 8, emoji: 1 });
      for (
        const [direction, payload] of [
          ["from", fromRadio({ case: "packet", value: packet })],
          ["to", encode("ToRadio", { payloadVariant: { case: "packet", value: packet } })],
        ] as [Direction, Uint8Array][]
      ) {
        const clean = withoutSecrets(direction, payload);
        assert.ok(clean);
        assert.equal(clean.length, payload.length);
        assert.equal(holding(clean, text("PIN")), to === BROADCAST_NUM, `${direction} ${to} port ${portnum}`);
        const name: MessageName = direction === "from" ? "FromRadio" : "ToRadio";
        const { payloadVariant } = decode(name, clean) as FromRadio;
        assert.ok(payloadVariant.case === "packet" && payloadVariant.value.payloadVariant.case === "decoded");
        const { replyId, requestId, emoji } = payloadVariant.value.payloadVariant.value;
        assert.deepEqual({ replyId, requestId, emoji }, { replyId: 8, requestId: 9, emoji: 1 });
      }
    }
  }
});

Deno.test("withoutSecrets() empties the session passkey of every admin message and what newer firmware puts beside it", () => {
  const passkey = secretBytes(8);
  const passphrase = text("correct horse battery");
  // AdminMessage.lockdown_auth is 104, its passphrase 1 (admin.proto of 2.8).
  const lockdown = join([bytesField(104, join([bytesField(1, passphrase), varintField(4, 1)])), bytesField(101, passkey)]);
  for (
    const payload of [encode("AdminMessage", { sessionPasskey: passkey, payloadVariant: { case: "rebootSeconds", value: 5 } }), lockdown]
  ) {
    for (const to of [1, 2, BROADCAST_NUM]) {
      const packet = packetOf({ to }, { portnum: PortNum.ADMIN_APP, payload });
      for (
        const [direction, bytes] of [
          ["from", fromRadio({ case: "packet", value: packet })],
          ["to", encode("ToRadio", { payloadVariant: { case: "packet", value: packet } })],
        ] as [Direction, Uint8Array][]
      ) {
        const clean = withoutSecrets(direction, bytes);
        assert.ok(clean);
        assert.ok(!holding(clean, passkey));
        assert.ok(!holding(clean, passphrase));
      }
    }
  }
});

Deno.test("withoutSecrets() keeps no value that a later one of the same field hides", () => {
  const psk = secretBytes(32);
  const channel = bytesField(10, bytesField(2, bytesField(2, psk)));
  const payload = join([channel, varintField(7, 99)]);
  assert.equal(decode("FromRadio", payload).payloadVariant.case, "configCompleteId");
  const clean = withoutSecrets("from", payload);
  assert.ok(clean && !holding(clean, psk));
});

Deno.test("withoutSecrets() refuses what is no message, and a frame that swallowed another one", () => {
  assert.equal(withoutSecrets("from", fromHex("ffffffff")), undefined);
  assert.equal(withoutSecrets("from", varintField(300, 5)), undefined);
  const inner = encodeFrame(
    fromRadio({ case: "config", value: { payloadVariant: { case: "security", value: { privateKey: secretBytes(32) } } } }),
  );
  const packet = packetOf({ to: BROADCAST_NUM }, { portnum: PortNum.TEXT_MESSAGE_APP, payload: inner });
  assert.equal(withoutSecrets("from", fromRadio({ case: "packet", value: packet })), undefined);
});

Deno.test("filler() keeps lengths and lines, and nothing else", () => {
  assert.equal(new TextDecoder().decode(filler(text("Set admin key to 12 34\r\nmsg=hé\n"))), `${"x".repeat(23)}\n${"x".repeat(7)}\n`);
});
